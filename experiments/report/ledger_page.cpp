#include "experiments/report/ledger_page.h"

#include <fmt/format.h>

#include <map>

#include "experiments/report/filter.h"
#include "experiments/report/markup.h"
#include "tensor/error.h"
#include "tensor/io/bytes.h"

namespace emograd::report {
namespace fs = std::filesystem;
namespace {

constexpr const char* head = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>emograd: the equation ledger</title>
<style>
:root { color-scheme: light dark; --faint: #8884; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 110rem; margin: 0 auto; padding: 0 1rem; }
section { border-top: 1px solid var(--faint); padding: 1rem 0; }
section:target, figure:target { background: #fc02; }
h2 small { font-weight: normal; opacity: .7; }
.sides { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 70rem) { .sides { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } }
.formula, pre { overflow-x: auto; }
.formula { padding: .5rem 0; }
figure { margin: 0 0 1rem; }
pre { font-size: .85rem; line-height: 1.4; background: #8881; padding: .75rem; margin: .25rem 0; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
ul { padding-left: 1.2rem; }
</style>
<h1>The equation ledger</h1>
)html";

std::string anchor(std::string id) {
  for (char& c : id)
    if (c == ':') c = '-';
  return id;
}

std::string link(const std::string& id) { return fmt::format("<a href=\"#{}\">{}</a>", anchor(id), id); }

std::string list(const char* title, const std::vector<std::string>& items) {
  if (items.empty()) return "";
  std::string out = fmt::format("<h3>{}</h3>\n<ul>\n", title);
  for (const std::string& item : items) out += fmt::format("<li>{}\n", prose(item));
  return out + "</ul>\n";
}

std::string key(const Place& p) { return p.file + ' ' + p.name; }

}  // namespace

std::vector<std::string> mathml_of(const std::vector<LedgerEntry>& ledger) {
  std::string markdown;
  for (const LedgerEntry& e : ledger) markdown += fmt::format("$$\n{}$$\n\n", e.latex);
  const auto [html, status] =
      filtered({"pandoc", "--from", "markdown", "--to", "html", "--mathml", "--fail-if-warnings"}, markdown);
  check(status != 127,
        "the page's formulas are made by pandoc, which is not installed (on Debian: apt install pandoc)");
  check(status == 0, "pandoc failed with exit code {}", status);

  std::vector<std::string> formulas;
  const std::string end = "</math>";
  for (std::size_t at = 0; (at = html.find("<math", at)) != std::string::npos;) {
    const std::size_t close = html.find(end, at) + end.size();
    formulas.push_back(html.substr(at, close - at));
    at = close;
  }
  check(formulas.size() == ledger.size(), "pandoc made {} formulas of {}", formulas.size(), ledger.size());
  return formulas;
}

Definition definition_of(const Place& place, const fs::path& source) {
  const io::FileBytes bytes = io::read_file(source / place.file);
  const auto found = find_definition(io::as_text(bytes), place.name);
  check(found.has_value(), "{}: there is no definition of {}", (source / place.file).string(), place.name);
  return *found;
}

std::string ledger_page(const std::vector<LedgerEntry>& ledger, const std::vector<std::string>& formulas,
                        const fs::path& source) {
  check(formulas.size() == ledger.size(), "ledger_page: {} formulas for {} entries", formulas.size(), ledger.size());
  std::map<std::string, std::vector<std::string>> computed_by;  // function → the equations it computes
  for (const LedgerEntry& e : ledger)
    for (const Place& p : e.code) computed_by[key(p)].push_back(e.id);

  std::string page = head, paper;
  for (const LedgerEntry& e : ledger) {
    if (e.paper() != paper) {
      paper = e.paper();
      page += fmt::format("<p>{}:\n", paper);
    }
    page += fmt::format("<a href=\"#{}\">{}</a>{}\n", anchor(e.id), e.id.substr(paper.size() + 1),
                        e.status == EquationStatus::complete ? "✓" : "");
  }
  page += "<p>✓: complete, computed by the code beside it.\n";

  for (std::size_t i = 0; i < ledger.size(); ++i) {
    const LedgerEntry& e = ledger[i];
    page +=
        fmt::format("<section id=\"{0}\">\n<h2>{1} <small>{2}</small></h2>\n<p>{3}{4}\n<div class=\"sides\">\n<div>\n",
                    anchor(e.id), e.id, name_of(e.status), prose(e.title),
                    e.code.empty() ? "" : fmt::format(" (<a href=\"#{}-code\">code</a>)", anchor(e.id)));
    page += fmt::format("<div class=\"formula\">{}</div>\n", formulas[i]);
    page += list("Symbols", e.symbols) + list("Decisions", e.decisions);
    std::vector<std::string> tests;
    for (const Place& t : e.tests) tests.push_back(fmt::format("`{}`: {}", t.file, t.name));
    page += list("Tests", tests) + "</div>\n";
    if (!e.code.empty()) page += fmt::format("<div id=\"{}-code\">\n", anchor(e.id));
    for (const Place& p : e.code) {
      const Definition d = definition_of(p, source);
      page += fmt::format("<figure>\n<figcaption><code>{}:{}</code> computes", p.file, d.line);
      for (const std::string& id : computed_by[key(p)]) page += fmt::format(" {}", link(id));
      page += fmt::format("</figcaption>\n<pre><code>{}</code></pre>\n</figure>\n", escaped(d.text));
    }
    page += e.code.empty() ? "</div>\n</section>\n" : "</div>\n</div>\n</section>\n";
  }
  return page + "</html>\n";
}

}  // namespace emograd::report
