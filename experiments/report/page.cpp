#include "experiments/report/page.h"

#include <fmt/format.h>

#include "experiments/report/data_uri.h"
#include "experiments/report/markup.h"
#include "experiments/report/palette.h"

namespace emograd::report {
namespace {

std::string hex(Rgb c) { return fmt::format("#{:02x}{:02x}{:02x}", c.r, c.g, c.b); }

std::string variables(const Theme& t) {
  return fmt::format("--background: {}; --panel: {}; --ink: {}; --faint: {}; --rule: {};", hex(t.background),
                     hex(t.panel), hex(t.ink), hex(t.faint), hex(t.rule));
}

std::string colours() {
  std::string out = fmt::format(":root {{ color-scheme: light dark; {}", variables(light));
  for (std::size_t i = 0; i < series_colours.size(); ++i) out += fmt::format(" --c{}: {};", i, hex(series_colours[i]));
  return out + fmt::format(
                   " }}\n@media (prefers-color-scheme: dark) {{ :root {{ {} }} }}\n@media print {{ :root {{ {} }} }}\n",
                   variables(dark), variables(light));
}

constexpr const char* style = R"css(* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 3rem) 4rem; max-width: 76rem; color: var(--ink);
  background: var(--background); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: break-word; }
h1 { font-size: clamp(1.5rem, 1.2rem + 1.5vw, 2.1rem); line-height: 1.2; margin: .5rem 0; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 3rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--rule); }
p { margin: .75rem 0; max-width: 46rem; }
.lead { font-size: 1.1rem; color: var(--faint); }
.note { padding: .6rem .9rem; border-left: .3rem solid var(--c1); background: var(--panel); }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .9em; }
code { background: var(--panel); padding: .1em .3em; border-radius: .2rem; }
pre { background: var(--panel); padding: .75rem; border-radius: .3rem; overflow-x: auto; }
pre.command { white-space: pre-wrap; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 10rem), 1fr)); gap: .75rem 1.5rem; margin: 1rem 0; }
dt { color: var(--faint); font-size: .85rem; }
dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1.5rem 0; }
figcaption { max-width: 46rem; margin-bottom: .6rem; color: var(--faint); font-size: .95rem; }
figcaption strong { color: var(--ink); display: block; font-size: 1.05rem; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .95rem; }
th, td { padding: .35rem .75rem; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--rule); }
th { font-weight: 500; }
tbody th { min-width: 8.5rem; max-width: 16rem; overflow-wrap: anywhere; }
thead th { font-weight: 600; vertical-align: bottom; border-bottom: 2px solid var(--faint); }
th.n, td.n { text-align: right; }
td.n { white-space: nowrap; }
.rule > * { border-top: 2px solid var(--faint); }
.tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 0 2rem; }
.tables th, .tables td { padding: .3rem .45rem; font-size: .9rem; }
.tables tbody th { min-width: 6.5rem; overflow-wrap: break-word; }
.tables > figure { min-width: 0; }
.tables figcaption { color: var(--ink); font-weight: 600; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1rem 2rem; }
.plots.single { grid-template-columns: minmax(0, 27rem); }
.plot { min-width: 0; }
.plot p { margin: 0; font-size: .85rem; color: var(--faint); }
.plot .plot-title { color: var(--ink); font-weight: 600; font-size: .95rem; }
.plot .x { text-align: right; }
.plot > svg { display: block; width: 100%; height: auto; }
.plot text { font: 13px system-ui, sans-serif; stroke: var(--background); stroke-width: 3px; paint-order: stroke; }
.tracks { min-width: 52rem; }
.tracks .plot { margin-bottom: .75rem; }
.tracks .plot p, .tracks .key { position: sticky; left: 0; width: max-content; }
.tracks .key { margin: .1rem 0; font-size: .85rem; }
audio { display: block; width: 100%; max-width: 46rem; margin: 1rem 0; }
.key { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0; padding: 0; font-size: .95rem; }
.key svg { display: inline-block; width: 2rem; height: .75rem; margin-right: .4rem; vertical-align: middle; }
details { margin: .75rem 0; }
summary { cursor: pointer; color: var(--faint); font-size: .95rem; }
details .scroll { max-height: 24rem; overflow-y: auto; }
@media (max-width: 34rem) {
  th, td { padding: .35rem .5rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h2, figcaption { break-after: avoid; }
  tr, .plot, .tables > figure { break-inside: avoid; }
  .scroll { overflow: visible; }
  .tracks { min-width: 0; }
  details, audio { display: none; }
}
)css";

struct Writer {
  std::string out;
  std::size_t figures = 0;
  bool sound = false;

  void operator()(const Text& t) { out += fmt::format("<p>{}</p>\n", prose(t.text)); }
  void operator()(const Note& n) { out += fmt::format("<p class=\"note\">{}</p>\n", prose(n.text)); }
  void operator()(const Listing& l) { out += fmt::format("<pre class=\"command\">{}</pre>\n", escaped(l.text)); }
  void operator()(const HtmlTable& t) { out += html_table(t); }
  void operator()(const Figure& f) { out += figure_html(f, fmt::format("figure-{}", ++figures)); }
  void operator()(const Player& p) {
    sound = true;
    out += fmt::format("<audio controls preload=\"metadata\" aria-label=\"{}\" src=\"{}\"></audio>\n", escaped(p.name),
                       data_uri("audio/wav", p.wav));
  }
  void operator()(const Facts& facts) {
    out += "<dl>\n";
    for (const auto& [name, what] : facts.items)
      out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(name), prose(what));
    out += "</dl>\n";
  }
  void operator()(const Tables& t) {
    out += "<div class=\"tables\">\n";
    for (const HtmlTable& table : t.tables) out += html_table(table);
    out += "</div>\n";
  }
  void operator()(const Folded& f) {
    out += fmt::format("<details><summary>{}</summary>\n{}</details>\n", escaped(f.title), html_table(f.table));
  }
  void all(const std::vector<Part>& parts) {
    for (const Part& part : parts) std::visit(*this, part);
  }
};

}  // namespace

std::string html(const Page& page) {
  Writer w;
  w.all(page.head);
  for (const Section& s : page.sections) {
    w.out += fmt::format("<section>\n<h2>{}</h2>\n", escaped(s.title));
    w.all(s.parts);
    w.out += "</section>\n";
  }
  return fmt::format(
             "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
             "img-src data:{4}\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n"
             "<title>{0}</title>\n<style>\n{1}{2}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n"
             "<p class=\"lead\">{3}</p>\n",
             escaped(page.title), colours(), style, prose(page.lead), w.sound ? "; media-src data:" : "") +
         w.out + "</main>\n</body>\n</html>\n";
}

}  // namespace emograd::report
