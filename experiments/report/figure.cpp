#include "experiments/report/figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>

#include "experiments/protocol/metrics.h"
#include "experiments/report/data_uri.h"
#include "experiments/report/definition.h"
#include "experiments/report/filter.h"
#include "experiments/report/html_table.h"
#include "experiments/report/markup.h"
#include "experiments/report/palette.h"
#include "tensor/error.h"

namespace emograd::report {
namespace {

using Kind = Plot::Kind;

// In units of the drawing, about as many as pixels on a phone, and on a desk where three lie side by side.
constexpr int width = 360, square = 290, square_height = square + 32, bar = 13, label_height = 19, gap = 9,
              axis_height = 26;
constexpr int track_width = 960, track_left = 58, track_right = 14, track_top = 8, track_bottom = 8;
constexpr std::size_t most_error_bars = 12, most_listed = 40, longest_label = 40, most_thick = 1000;

// Colours that gnuplot is told; adapted_svg makes variables of them.
constexpr const char *ink = "#010101", *faint = "#020202", *rule = "#030303";

struct Style {
  std::size_t colour;
  const char* dashes;  // gnuplot's; "" solid
  int mark;            // gnuplot's number, filled
};

Style style_of(const Series& s, std::size_t place) {
  constexpr const char* dashes[] = {"", "(8,4)", "(2,3)", "(9,3,2,3)", "(14,4)", "(5,2,2,2,2,2)", "(3,6)"};
  constexpr int marks[] = {7, 5, 9, 13, 11, 15};  // all that can be hollow
  static_assert(std::size(marks) == series_colours.size());
  const std::size_t i = s.style.value_or(place), round = i / std::size(marks);  // another mark in a colour's next round
  return {i % series_colours.size(), dashes[i % std::size(dashes)], marks[(i + round) % std::size(marks)]};
}

std::string colour(std::size_t i) {
  const Rgb c = series_colours[i];
  return fmt::format("#{:02x}{:02x}{:02x}", c.r, c.g, c.b);
}

int mark_of(const Series& s, std::size_t place) {
  const int mark = style_of(s, place).mark;
  return s.hollow ? mark - 1 : mark;
}

bool has_interval(const Series& s) { return !s.low.empty(); }

void check_form(const Plot& p) {
  for (const Series& s : p.series) {
    const std::size_t n = p.kind == Kind::bars ? p.categories.size() : s.y.size();
    const std::size_t x = p.kind == Kind::bars ? 0 : p.kind == Kind::histogram ? n + 1 : n;
    check(s.y.size() == n && s.x.size() == x && s.low.size() == s.high.size() && (s.low.empty() || s.low.size() == n) &&
              (s.dots.empty() || s.dots.size() == n),
          "plot '{}', series '{}': {} x, {} y, {} low, {} high, {} groups of dots do not fit", p.title, s.name,
          s.x.size(), s.y.size(), s.low.size(), s.high.size(), s.dots.size());
  }
  check(!p.picture || (p.x_range && p.y_range), "plot '{}': a picture needs x_range and y_range", p.title);
  check(!p.same_scale || (p.kind == Kind::points && !p.log_x && !p.log_y),
        "plot '{}': one scale for both axes is for points on linear axes", p.title);
}

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -low;

  void add(double v) {
    if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  }
  void add(const std::vector<double>& values) {
    for (const double v : values) add(v);
  }
  /// With some room at both ends, and some extent where there is none.
  Range padded(bool log, double share) const {
    if (low > high) return log ? Range{1, 10} : Range{0, 1};
    if (log) {
      check(low > 0, "a logarithmic axis cannot show {}", low);
      const double factor = low == high ? 2 : std::pow(high / low, share);
      return {low / factor, high * factor};
    }
    const double room = low == high ? std::max(std::abs(low) / 10, 1e-6) : (high - low) * share;
    return {low - room, high + room};
  }
};

/// 1, 2 or 5 times a power of ten, so that no more than `most` of them fit.
double tic_step(const Range& r, int most) {
  const double rough = (r.high - r.low) / most, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough) return factor * power;
  return 10 * power;
}

/// Only number after number: labels are no text of the user's.
std::string tics_at(const std::vector<std::pair<double, std::string>>& places) {
  std::string out;
  for (const auto& [at, number] : places) out += fmt::format("{}'{}' {:.8g}", out.empty() ? "" : ", ", number, at);
  return fmt::format("set ytics ({})\n", out);
}

std::string tics(const char* axis, const Range& r, bool log, int most, bool whole = false) {
  return log ? fmt::format("set logscale {0}\nset format {0} '%g'\n", axis)
             : fmt::format("set {}tics {:.8g}\n", axis, std::max(tic_step(r, most), whole ? 1.0 : 0.0));
}

/// Epochs, numbers of sets: no marks between them.
bool whole_x(const Plot& p) {
  return std::all_of(p.series.begin(), p.series.end(), [](const Series& s) {
    return std::all_of(s.x.begin(), s.x.end(), [](double x) { return x == std::floor(x); });
  });
}

void widen(Range& r, const std::optional<std::pair<double, double>>& by) {
  if (!by) return;
  r.add(by->first);
  r.add(by->second);
}

Range x_range(const Plot& p) {
  Range r;
  widen(r, p.x_range);
  for (const Series& s : p.series) r.add(s.x);
  const bool curves = p.kind == Kind::lines && std::any_of(p.series.begin(), p.series.end(), [](const Series& s) {
                        return s.y.size() > most_error_bars;
                      });
  return r.padded(p.log_x, curves && r.low < r.high ? 0 : 0.04);  // marks are not cut in halves
}

Range y_extent(const Plot& p) {
  Range r;
  widen(r, p.y_range);
  for (const Series& s : p.series) {
    r.add(s.y);
    r.add(s.low);
    r.add(s.high);
  }
  return r;
}

Range y_range(const Plot& p) {
  const Range r = y_extent(p);
  if (p.kind == Kind::histogram) return {0, std::max(r.high, 1.0) * 1.04};
  return r.padded(p.log_y, 0.04);
}

Range value_range(const Plot& p) {
  Range r;
  r.add(0);
  widen(r, p.x_range);
  if (p.reference) r.add(*p.reference);
  for (const Series& s : p.series) {
    r.add(s.y);
    r.add(s.low);
    r.add(s.high);
    for (const auto& dots : s.dots) r.add(dots);
  }
  return r.low == r.high ? Range{0, 1} : r;
}

std::string head(int h, int w = width) {
  return fmt::format(
      "set terminal svg noenhanced size {},{} font 'sans-serif,13'\n"
      "unset key\n"
      "set border 3 lc rgb '{}'\n"
      "set tics nomirror scale 0.4 textcolor rgb '{}'\n"
      "set grid lt 1 lc rgb '{}' lw 0.7\n",
      w, h, rule, faint, rule);
}

/// The axes of a track, in its drawing.
struct Box {
  int left, top, right, bottom, height;
};
Box track_box(const Plot& p, Place place) {
  const int below = place == Place::last_track ? axis_height : track_bottom;
  return {track_left, track_top, track_width - track_right, track_top + p.height, track_top + p.height + below};
}

std::string block(std::size_t i, const std::vector<std::vector<double>>& rows) {
  std::string out = fmt::format("$d{} << EOD\n", i);
  for (const auto& row : rows) {
    for (const double v : row) out += std::isfinite(v) ? fmt::format("{:.8g} ", v) : "NaN ";
    out += '\n';
  }
  return out + "EOD\n";
}

/// What there is to draw, joined after one `plot`.
struct Commands {
  std::string data, plot;
  std::size_t blocks = 0;

  void draw(const std::vector<std::vector<double>>& rows, const std::string& how) {
    data += block(blocks, rows);
    plot += fmt::format("{}$d{} {}", plot.empty() ? "plot " : ", \\\n  ", blocks++, how);
  }
  std::string text() const { return data + (plot.empty() ? "plot NaN\n" : plot + "\n"); }
};

/// Both of the larger one's extent.
void alike(Range& x, Range& y) {
  const double extent = std::max(x.high - x.low, y.high - y.low);
  for (Range* r : {&x, &y}) {
    const double middle = (r->low + r->high) / 2;
    *r = {middle - extent / 2, middle + extent / 2};
  }
}

std::string margins(const Box& b) {
  const auto across = [](int at) { return static_cast<double>(at) / track_width; };
  const auto up = [&](int at) { return 1 - static_cast<double>(at) / b.height; };
  return fmt::format(
      "set lmargin at screen {:.6g}\nset rmargin at screen {:.6g}\nset tmargin at screen {:.6g}\n"
      "set bmargin at screen {:.6g}\n",
      across(b.left), across(b.right), up(b.top), up(b.bottom));
}

std::string with_axes(const Plot& p, Place place, const Commands& commands) {
  Range x = x_range(p), y = y_range(p);
  if (p.same_scale) alike(x, y);
  const bool track = place != Place::column;
  if (track && p.x_range) x = {p.x_range->first, p.x_range->second};
  if (p.picture) y = {p.y_range->first, p.y_range->second};
  const Box box = track_box(p, place);
  std::string out = track ? head(box.height, track_width) : head(p.same_scale ? square_height : p.height);
  if (track) out += margins(box) + (place == Place::last_track ? "" : "set format x ''\n");
  else if (p.same_scale)
    out += fmt::format(
        "set lmargin at screen {:.6g}\nset rmargin at screen {:.6g}\nset bmargin at screen {:.6g}\n"
        "set tmargin at screen {:.6g}\n",
        1 - (square + 12.0) / width, 1 - 12.0 / width, 1 - (square + 6.0) / square_height, 1 - 6.0 / square_height);
  else out += "set lmargin 7\nset rmargin 2\nset bmargin 1.5\nset tmargin 0.6\n";
  out += fmt::format("set xrange [{:.8g}:{:.8g}]\nset yrange [{:.8g}:{:.8g}]\n", x.low, x.high, y.low, y.high);
  return out + tics("x", x, p.log_x, track ? 12 : 6, whole_x(p) && !track) +
         (p.y_tics.empty() ? tics("y", y, p.log_y, std::min(p.height / 25, 5)) : tics_at(p.y_tics)) + commands.text();
}

/// With marks where there is something to tell apart.
void draw_lines(const Series& s, std::size_t place, bool alone, double thick, Commands& to) {
  const Style style = style_of(s, place);
  const bool interval = has_interval(s), many = s.y.size() > most_error_bars;
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < s.y.size(); ++i)
    rows.push_back({s.x[i], s.y[i], interval ? s.low[i] : s.y[i], interval ? s.high[i] : s.y[i]});
  const std::string c = colour(style.colour);
  if (interval && many)
    to.draw(rows, fmt::format("using 1:3:4 with filledcurves lc rgb '{}' fillstyle transparent solid 0.2 noborder", c));
  if (interval && !many) to.draw(rows, fmt::format("using 1:2:3:4 with yerrorbars lc rgb '{}' lw 1.5 pt -1", c));
  const std::string dashes = *style.dashes ? std::string(" dt ") + style.dashes : "";
  std::string how =
      fmt::format("using 1:2 with {} lc rgb '{}' lw {}{}", alone && many ? "lines" : "linespoints", c, thick, dashes);
  if (!alone || !many) how += fmt::format(" pt {} ps 0.6", style.mark);
  if (!alone && many) how += fmt::format(" pointinterval {}", std::max<std::size_t>(s.y.size() / 6, 1));
  to.draw(rows, how);
}

void draw_points(const Series& s, std::size_t place, Commands& to) {
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < s.y.size(); ++i) rows.push_back({s.x[i], s.y[i]});
  // A hollow mark is seen around a filled one, too.
  to.draw(rows, fmt::format("using 1:2 with points lc rgb '{}' lw 1.2 pt {} ps {}", colour(style_of(s, place).colour),
                            mark_of(s, place), s.hollow ? 0.7 : 0.5));
}

void draw_histogram(const Series& s, std::size_t place, Commands& to) {
  const Style style = style_of(s, place);
  std::vector<std::vector<double>> outline;
  for (std::size_t i = 0; i < s.y.size(); ++i) {
    if (i == 0) outline.push_back({s.x[0], 0});
    outline.push_back({s.x[i], s.y[i]});
    outline.push_back({s.x[i + 1], s.y[i]});
  }
  if (!s.y.empty()) outline.push_back({s.x.back(), 0});
  const std::string c = colour(style.colour);
  to.draw(outline,
          fmt::format("using 1:2 with filledcurves y1=0 lc rgb '{}' fillstyle transparent solid 0.2 noborder", c));
  to.draw(outline, fmt::format("using 1:2 with lines lc rgb '{}' lw 2{}", c,
                               *style.dashes ? std::string(" dt ") + style.dashes : ""));
}

/// A label and a bar per series for each category, from top to bottom.
std::string bars_script(const Plot& p) {
  const std::size_t k = std::max<std::size_t>(p.series.size(), 1);
  const int each = label_height + static_cast<int>(k) * (bar + 2) + gap;
  const int inner = each * std::max(static_cast<int>(p.categories.size()), 1), h = inner + axis_height + 4;
  const Range x = value_range(p);
  std::string out = head(h) + fmt::format(
                                  "set border 0\nset grid xtics noytics\nunset ytics\n"
                                  "set lmargin at screen {:.6g}\nset rmargin at screen {:.6g}\n"
                                  "set bmargin at screen {:.6g}\nset tmargin at screen {:.6g}\n"
                                  "set xrange [{:.8g}:{:.8g}]\nset yrange [{}:0]\n",
                                  12.0 / width, (width - 14.0) / width, static_cast<double>(axis_height) / h,
                                  (h - 4.0) / h, x.low, x.high, inner);
  const auto label = [&](std::size_t n, const char* at, double y, const char* side, const char* c) {
    out += fmt::format("set label 'L{}' at graph {}, first {:.6g} {} front textcolor rgb '{}'\n", n, at, y, side, c);
  };
  for (std::size_t i = 0; i < p.categories.size(); ++i) {
    const double y = static_cast<double>(i) * each + label_height * 0.55;
    label(2 * i, "0.012", y, "left", ink);
    if (k == 1) label(2 * i + 1, "0.995", y, "right", ink);
  }
  out += tics("x", x, false, 5);
  out += fmt::format("set arrow from 0, graph 0 to 0, graph 1 nohead lc rgb '{}' lw 1\n", faint);
  if (p.reference)
    out += fmt::format("set arrow from {:.8g}, graph 0 to {:.8g}, graph 1 nohead lc rgb '{}' lw 1.2 dt (4,4)\n",
                       *p.reference, *p.reference, faint);

  Commands commands;
  for (std::size_t j = 0; j < p.series.size(); ++j) {
    const Series& s = p.series[j];
    std::vector<std::vector<double>> boxes, intervals, dots;
    for (std::size_t i = 0; i < s.y.size(); ++i) {
      const double top = static_cast<double>(i) * each + label_height + static_cast<double>(j) * (bar + 2);
      const double middle = top + bar / 2.0;
      boxes.push_back({s.y[i], middle, std::min(s.y[i], 0.0), std::max(s.y[i], 0.0), top, top + bar});
      if (has_interval(s)) intervals.push_back({s.y[i], middle, s.low[i], s.high[i]});
      if (!s.dots.empty())
        for (const double v : s.dots[i]) dots.push_back({v, middle});
    }
    commands.draw(boxes, fmt::format("using 1:2:3:4:5:6 with boxxyerror lc rgb '{}' fillstyle transparent solid 0.7 "
                                     "noborder",
                                     colour(style_of(s, j).colour)));
    if (!dots.empty()) commands.draw(dots, fmt::format("using 1:2 with points lc rgb '{}' lw 1 pt 6 ps 0.5", ink));
    if (!intervals.empty())
      commands.draw(intervals, fmt::format("using 1:2:3:4 with xerrorbars lc rgb '{}' lw 1.6 pt -1", ink));
  }
  return out + commands.text();
}

std::string number(double v) { return std::isfinite(v) ? fmt::format("{:.4g}", v) : "–"; }

std::string shortened(const std::string& text) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] & 0xC0) != 0x80 && ++characters > longest_label) return text.substr(0, i) + "…";
  return text;
}

/// The numbers as number() has them, with as many decimals as the one that has the most.
std::vector<std::string> with_equal_decimals(const std::vector<double>& values) {
  std::size_t decimals = 0;
  std::vector<std::string> texts;
  for (const double v : values) {
    texts.push_back(number(v));
    const std::size_t point = texts.back().find('.');
    if (texts.back().find('e') == std::string::npos && point != std::string::npos)
      decimals = std::max(decimals, texts.back().size() - point - 1);
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isfinite(values[i]) && texts[i].find('e') == std::string::npos)
      texts[i] = fmt::format("{:.{}f}", values[i], decimals);
  return texts;
}

/// What stands for L0, L1, …
std::vector<std::string> labels_of(const Plot& p) {
  const std::vector<std::string> values =
      p.series.size() == 1 ? with_equal_decimals(p.series[0].y) : std::vector<std::string>(p.categories.size());
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < p.categories.size(); ++i) {
    labels.push_back(shortened(p.categories[i]));
    labels.push_back(values[i]);
  }
  return labels;
}

/// The page's variable for a colour that gnuplot was told, as it writes it: "rgb( 0, 114, 178)", "black".
std::string css_colour(std::string_view value) {
  if (value == "none" || value == "currentColor") return std::string(value);
  std::vector<int> rgb;
  bool inside = false;
  for (const char c : value) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !inside) rgb.push_back(0);
    if (digit) rgb.back() = (rgb.back() * 10 + (c - '0')) % 1000;
    inside = digit;
  }
  if (rgb == std::vector{2, 2, 2}) return "var(--faint)";
  if (rgb == std::vector{3, 3, 3}) return "var(--rule)";
  for (std::size_t i = 0; i < series_colours.size(); ++i)
    if (rgb == std::vector<int>{series_colours[i].r, series_colours[i].g, series_colours[i].b})
      return fmt::format("var(--c{})", i);
  return "var(--ink)";
}

/// Attributes that stay as they are, change, or go (nothing).
std::optional<std::string> adapted_attribute(std::string_view name, std::string_view value, const std::string& id) {
  const auto text = [&](std::string_view v) { return fmt::format("{}=\"{}\"", name, v); };
  if (name == "font-family" || name == "font-size") return {};
  if (name == "id") return text(id + '-' + std::string(value));
  if (name == "xlink:href" && value.starts_with('#')) return fmt::format("href=\"#{}-{}\"", id, value.substr(1));
  if (name == "stroke" || name == "fill" || name == "color") return text(css_colour(value));
  return text(value);
}

void erase_between(std::string& text, std::string_view begin, std::string_view end) {
  for (std::size_t at = 0; (at = text.find(begin, at)) != std::string::npos;) {
    const std::size_t last = text.find(end, at);
    check(last != std::string::npos, "gnuplot's drawing has {} without {}", begin, end);
    text.erase(at, last + end.size() - at);
  }
}

/// Without the groups that hold nothing, of which there are many, and marks in white, which some error bars put behind
/// the mark itself.
std::string without_idle_lines(const std::string& svg) {
  const std::vector<std::string_view> lines = lines_of(svg);
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (lines[i].starts_with("<g ") && i + 1 < lines.size() && lines[i + 1] == "</g>") ++i;
    else if (!lines[i].empty() && lines[i].find(" color='white'/>") == std::string_view::npos)
      out += std::string(lines[i]) + '\n';
  return out;
}

/// Ink behind the axes, as much as the picture says.
std::string ink_of(const Picture& picture, const Box& b, const std::string& id) {
  const std::string place =
      fmt::format("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", b.left, b.top, b.right - b.left, b.bottom - b.top);
  return fmt::format(
      "<mask id=\"{0}-mask\"><image {1} preserveAspectRatio=\"none\" href=\"{2}\"/></mask>\n"
      "<rect {1} fill=\"var(--ink)\" mask=\"url(#{0}-mask)\"/>\n",
      id, place, data_uri("image/png", picture.png));
}

/// Error, for the reader of the page, where gnuplot makes none.
std::string svg_of(const Plot& p, Place place, const Figure& f, const std::string& id, const std::string& script) {
  const Filtered made = filtered({"gnuplot", "-d"}, script);
  check(made.status != 127,
        "`gnuplot` was not found. Install it (on Debian: `apt install gnuplot-nox`) and run the same command once "
        "more, with `--resume` where there is a run to resume, which repeats no training");
  check(made.status == 0, "`gnuplot` failed with exit code {}", made.status);
  const std::string body =
      (p.picture ? ink_of(*p.picture, track_box(p, place), id) : "") + adapted_svg(made.out, id, labels_of(p));
  const std::size_t size = made.out.find("viewBox=\""), end = made.out.find('"', size + 9);
  check(size != std::string::npos && end != std::string::npos, "gnuplot's drawing has no size");
  return fmt::format(
      "<svg {0} role=\"img\" aria-labelledby=\"{1}-t {1}-d\">\n<title id=\"{1}-t\">{2}</title>\n<desc "
      "id=\"{1}-d\">{3}</desc>\n{4}</svg>\n",
      made.out.substr(size, end + 1 - size), id, escaped(p.title.empty() ? f.title : f.title + ": " + p.title),
      escaped(description(p)), body);
}

/// One plot as HTML, its labels around it: they may be long, and wrap.
std::string plot_html(const Plot& p, const std::string& svg) {
  const auto line = [](const char* name, const std::string& text, bool log) {
    return text.empty() ? text
                        : fmt::format("<p class=\"{}\">{}{}</p>\n", name, escaped(text), log ? ", logarithmic" : "");
  };
  return "<div class=\"plot\">\n" + line("plot-title", p.title, false) + line("y", p.y_label, p.log_y) + svg +
         line("x", p.x_label, p.log_x) + "</div>\n";
}

/// Dashes and mark of every series, from the first plot's definitions.
std::string key(const Plot& p, const std::string& id) {
  std::string out = "<ul class=\"key\">\n";
  for (std::size_t i = 0; i < p.series.size(); ++i) {
    const Series& s = p.series[i];
    const Style style = style_of(s, i);
    const bool filled = p.kind == Kind::bars || p.kind == Kind::histogram;
    out += "<li><svg viewBox=\"0 0 32 12\" aria-hidden=\"true\">";
    if (p.kind == Kind::bars)
      out += fmt::format("<path d=\"M2 1h28v10h-28z\" fill=\"var(--c{})\" fill-opacity=\"0.7\"/>", style.colour);
    else if (p.kind != Kind::points) {
      std::string dashes = style.dashes;
      if (!dashes.empty()) dashes = fmt::format(" stroke-dasharray=\"{}\"", dashes.substr(1, dashes.size() - 2));
      out += fmt::format("<path d=\"M1 6h30\" stroke=\"var(--c{})\" stroke-width=\"2\"{}/>", style.colour, dashes);
    }
    if (!filled)
      out += fmt::format(
          "<use href=\"#{}-gpPt{}\" transform=\"translate(16,6) scale(4)\" fill=\"none\" color=\"var(--c{})\"/>", id,
          mark_of(s, i) - 1, style.colour);
    out += fmt::format("</svg>{}\n", escaped(s.name));
  }
  return out + "</ul>\n";
}

}  // namespace

namespace {

/// The same with every y where the axis has it.
Plot on_its_axis(Plot p) {
  const auto move = [axis = p.y_axis](double& y) { y = axis(y); };
  for (Series& s : p.series)
    for (auto* values : {&s.y, &s.low, &s.high}) std::for_each(values->begin(), values->end(), move);
  if (p.y_range) move(p.y_range->first), move(p.y_range->second);
  for (auto& tic : p.y_tics) move(tic.first);
  p.y_axis = nullptr;
  return p;
}

}  // namespace

std::string gnuplot_script(const Plot& p, Place place) {
  check_form(p);
  if (p.y_axis) return gnuplot_script(on_its_axis(p), place);
  if (p.kind == Kind::bars) return bars_script(p);
  Commands commands;
  for (std::size_t i = 0; i < p.series.size(); ++i) {
    if (p.series[i].y.empty()) continue;
    if (p.kind == Kind::lines)
      draw_lines(p.series[i], i, p.series.size() == 1,
                 place != Place::column && p.series[i].y.size() > most_thick ? 1 : 2, commands);
    else if (p.kind == Kind::points) draw_points(p.series[i], i, commands);
    else draw_histogram(p.series[i], i, commands);
  }
  return with_axes(p, place, commands);
}

std::string adapted_svg(const std::string& svg, const std::string& id, const std::vector<std::string>& labels) {
  const std::size_t begin = svg.find("<g id=\"gnuplot_canvas\""), end = svg.rfind("</svg>");
  check(begin != std::string::npos && end != std::string::npos && begin < end,
        "what gnuplot made is no drawing of its SVG terminal");
  std::string body = without_idle_lines(svg.substr(begin, end - begin));
  erase_between(body, "<title>", "</title>");  // "gnuplot_plot_1", which a pointer would show
  erase_between(body, "<filter", "</filter>");

  const std::string_view all = body;
  std::string out;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t equals = std::min(all.find('=', at), all.size() - 1);
    const std::size_t open = all.find_first_not_of(' ', equals + 1);
    const bool attribute = open != all.npos && (all[open] == '\'' || all[open] == '"');
    const std::size_t close = attribute ? all.find(all[open], open + 1) : equals;
    check(close != all.npos, "gnuplot's drawing ends within an attribute");
    const std::size_t last = all.find_last_not_of(' ', equals - 1), name = all.find_last_of(" \t\n", last) + 1;
    out += all.substr(at, attribute ? name - at : close + 1 - at);
    if (attribute)
      out +=
          adapted_attribute(all.substr(name, last + 1 - name), all.substr(open + 1, close - open - 1), id).value_or("");
    at = close + 1;
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::string place = fmt::format(">L{}<", i);
    const std::size_t at = out.find(place);
    if (at != std::string::npos) out.replace(at, place.size(), '>' + escaped(labels[i]) + '<');
  }
  return out;
}

std::string description(const Plot& p) {
  constexpr const char* kinds[] = {"Line plot", "Scatter plot", "Histogram", "Bar chart"};
  std::string out = kinds[static_cast<int>(p.kind)];
  if (!p.y_label.empty()) out += fmt::format(" of {}", p.y_label);
  if (!p.x_label.empty()) out += fmt::format("{}{}", p.kind == Kind::bars ? " of " : " over ", p.x_label);
  out += ".";
  if (p.picture) out += " " + p.picture->about;
  if (p.kind == Kind::bars && p.reference) out += fmt::format(" Dashed line at {}.", number(*p.reference));
  for (const Series& s : p.series) {
    out += s.name.empty() ? std::string() : fmt::format(" {}:", s.name);
    Range x, y;
    x.add(s.x);
    y.add(s.y);
    if (p.kind == Kind::bars) {
      for (std::size_t i = 0; i < s.y.size(); ++i) {
        out += fmt::format("{} {} {}", i == 0 ? "" : ",", p.categories[i], number(s.y[i]));
        if (has_interval(s)) out += fmt::format(" ({} to {})", number(s.low[i]), number(s.high[i]));
      }
    } else if (s.y.empty() || y.low > y.high) {
      out += " nothing to show";
    } else if (p.kind == Kind::lines) {
      const auto there = [](double v) { return std::isfinite(v); };
      const auto first = static_cast<std::size_t>(std::find_if(s.y.begin(), s.y.end(), there) - s.y.begin()),
                 last = static_cast<std::size_t>(s.y.rend() - std::find_if(s.y.rbegin(), s.y.rend(), there)) - 1;
      out += fmt::format(" from {} at {} to {} at {}, lowest {}, highest {}", number(s.y[first]), number(s.x[first]),
                         number(s.y[last]), number(s.x[last]), number(y.low), number(y.high));
    } else if (p.kind == Kind::points) {
      out += fmt::format(" {} points, from ({}, {}) to ({}, {})", s.y.size(), number(x.low), number(y.low),
                         number(x.high), number(y.high));
    } else {
      const auto most = static_cast<std::size_t>(std::max_element(s.y.begin(), s.y.end()) - s.y.begin());
      out += fmt::format(" {} bins from {} to {}, most ({}) from {} to {}", s.y.size(), number(x.low), number(x.high),
                         number(s.y[most]), number(s.x[most]), number(s.x[most + 1]));
    }
    out += ".";
  }
  return out;
}

namespace {

/// A row per cloud of points.
std::vector<std::vector<std::string>> summed_up(const Plot& p) {
  const std::string x = p.x_label.empty() ? "x" : p.x_label, y = p.y_label.empty() ? "y" : p.y_label;
  std::vector<std::vector<std::string>> rows{
      {"series", "points", x + ", mean", "deviation", y + ", mean", "deviation"}};
  for (const Series& s : p.series) {
    rows.push_back({s.name, std::to_string(s.y.size())});
    for (const auto* values : {&s.x, &s.y}) {
      const protocol::MeanSd r = values->empty() ? protocol::MeanSd{} : protocol::mean_sd(*values);
      rows.back().push_back(values->empty() ? "–" : number(r.mean));
      rows.back().push_back(values->size() < 2 ? "–" : number(r.sd));
    }
  }
  return rows;
}

}  // namespace

std::vector<std::vector<std::string>> numbers(const Plot& p) {
  std::size_t points = 0;
  for (const Series& s : p.series) points += s.y.size();
  if (p.kind == Kind::points && points > most_listed) return summed_up(p);
  const bool bars = p.kind == Kind::bars, histogram = p.kind == Kind::histogram;
  const bool named = p.series.size() > 1, interval = std::any_of(p.series.begin(), p.series.end(), has_interval);
  const bool dots = std::any_of(p.series.begin(), p.series.end(), [](const Series& s) { return !s.dots.empty(); });
  std::vector<std::vector<std::string>> rows(1);
  if (named) rows[0].push_back("series");
  const std::string x = p.x_label.empty() ? "x" : p.x_label, y = p.y_label.empty() ? "y" : p.y_label;
  if (bars) rows[0].insert(rows[0].end(), {"", x});
  else if (histogram) rows[0].insert(rows[0].end(), {x + " from", "to", y});
  else rows[0].insert(rows[0].end(), {x, y});
  if (interval) rows[0].insert(rows[0].end(), {"low", "high"});
  if (dots) rows[0].push_back("single values");
  for (const Series& s : p.series)
    for (std::size_t i = 0; i < s.y.size(); ++i) {
      rows.emplace_back();
      auto& row = rows.back();
      if (named) row.push_back(s.name);
      row.push_back(bars ? p.categories[i] : number(s.x[i]));
      if (histogram) row.push_back(number(s.x[i + 1]));
      row.push_back(number(s.y[i]));
      if (interval)
        for (const auto* end : {&s.low, &s.high}) row.push_back(has_interval(s) ? number((*end)[i]) : "–");
      if (!dots) continue;
      row.emplace_back();
      if (s.dots.empty()) continue;
      for (const double v : s.dots[i]) row.back() += (row.back().empty() ? "" : "  ") + number(v);
    }
  return rows;
}

namespace {

/// Of tracks, which have too many numbers for a list: what each series has, and how large.
HtmlTable track_numbers(const Figure& f) {
  HtmlTable out{.rows = {{"", "values", "lowest", "mean", "highest"}}};
  for (const Plot& p : f.panels)
    for (const Series& s : p.series) {
      std::vector<double> there;
      std::copy_if(s.y.begin(), s.y.end(), std::back_inserter(there), [](double v) { return std::isfinite(v); });
      out.rows.push_back({s.name.empty() ? p.title : s.name, std::to_string(there.size()), "–", "–", "–"});
      if (there.empty()) continue;
      const auto [low, high] = std::minmax_element(there.begin(), there.end());
      out.rows.back() = {out.rows.back()[0], out.rows.back()[1], number(*low), number(protocol::mean_sd(there).mean),
                         number(*high)};
    }
  return out;
}

}  // namespace

std::string figure_html(const Figure& f, const std::string& id) {
  std::string out = fmt::format("<figure id=\"{}\">\n<figcaption><strong>{}</strong> {}</figcaption>\n", id,
                                escaped(f.title), prose(f.caption));
  const auto place = [&](std::size_t i) {
    return !f.tracks ? Place::column : i + 1 < f.panels.size() ? Place::track : Place::last_track;
  };
  std::string plots, tables;
  std::vector<std::string> scripts;
  Range y;
  for (const Plot& p : f.panels) {
    const Range r = y_extent(p);
    y.add(r.low);
    y.add(r.high);
  }
  for (std::size_t i = 0; i < f.panels.size(); ++i) {
    Plot p = f.panels[i];
    if (f.same_y && y.low <= y.high) p.y_range = {y.low, y.high};
    scripts.push_back(gnuplot_script(p, place(i)));
    if (!f.tracks) tables += html_table({numbers(p), p.title});
  }
  if (f.tracks) tables = html_table(track_numbers(f));
  try {
    for (std::size_t i = 0; i < f.panels.size(); ++i) {
      const std::string panel = fmt::format("{}-{}", id, i), svg = svg_of(f.panels[i], place(i), f, panel, scripts[i]);
      plots += plot_html(f.panels[i], (f.tracks && f.panels[i].series.size() > 1 ? key(f.panels[i], panel) : "") + svg);
    }
    if (!f.tracks && !f.panels.empty() && f.panels[0].series.size() > 1) out += key(f.panels[0], id + "-0");
    if (f.tracks) out += fmt::format("<div class=\"scroll\"><div class=\"tracks\">\n{}</div></div>\n", plots);
    else out += fmt::format("<div class=\"plots{}\">\n{}</div>\n", f.panels.size() == 1 ? " single" : "", plots);
  } catch (const Error& e) {
    out += fmt::format("<p class=\"note\">{}.</p>\n", prose(std::string("No drawing: ") + e.what()));
  }
  return out + fmt::format("<details><summary>The numbers</summary>\n{}</details>\n</figure>\n", tables);
}

}  // namespace emograd::report
