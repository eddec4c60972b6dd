#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace emograd::report {

/// One curve, cloud of points, histogram, or bar per category. NaN: nothing is drawn there.
struct Series {
  std::string name = {};
  std::vector<double> x = {};  // histogram: edges, one more than y; bars: none
  std::vector<double> y = {};
  std::vector<double> low = {}, high = {};     // interval around y; none, or one per y (lines and bars)
  std::vector<std::vector<double>> dots = {};  // bars: the single values behind each
  std::optional<std::size_t> style = {};       // number of colour, dashes and mark; its place among the series
  bool hollow = false;                         // points: empty marks, e.g. for what is synthetic
};

/// Grey values behind the points of a plot; on a page they are so much ink on its background, 255 all of it.
struct Picture {
  std::string png, about;  // about: what there is to see, for those who do not
};

/// One pair of axes.
struct Plot {
  enum class Kind { lines, points, histogram, bars };  // bars lie: their names may be long, and screens narrow
  Kind kind = Kind::lines;
  std::string title = {}, x_label = {}, y_label = {};  // of bars, x is the value
  std::vector<Series> series = {};
  std::vector<std::string> categories = {};                             // bars
  std::optional<double> reference = {};                                 // bars: a dashed line at this value
  std::optional<std::pair<double, double>> x_range = {}, y_range = {};  // shown at least; on bars, 0 is, too
  bool log_x = false, log_y = false;                                    // error where a value is not positive
  bool same_scale = false;                                              // points: a unit of x is as long as one of y
  int height = 200;                                                     // of all but bars, in units of the drawing
  std::optional<Picture> picture = {};                      // fills the axes, which are x_range and y_range then
  double (*y_axis)(double) = nullptr;                       // where a y is drawn; none: where it is
  std::vector<std::pair<double, std::string>> y_tics = {};  // numbers, and where they stand; none: as gnuplot likes
};

/// One or more plots that share title, caption and key.
struct Figure {
  std::string title, caption;  // the caption says how to read it
  std::vector<Plot> panels = {};
  bool same_y = false;  // one y axis for all of them, to be compared
  bool tracks = false;  // below each other, as wide as the page, over one x axis, which the last of them shows
};

enum class Place { column, track, last_track };  // of a plot in its figure

/// What gnuplot draws the plot from: numbers, and L0, L1, … in place of names. Names never reach gnuplot. Intervals of
/// lines with more than 12 points are bands, others error bars. Error where lengths of a series do not fit.
std::string gnuplot_script(const Plot&, Place = Place::column);

/// gnuplot's SVG as a part of a page: its size left to the page, ids begin with `id`, colours are the page's variables,
/// each `labels[i]` stands where Li stood. Error where it is not gnuplot's.
std::string adapted_svg(const std::string& svg, const std::string& id, const std::vector<std::string>& labels);

/// In words what the plot shows: for those who do not see it.
std::string description(const Plot&);

/// The numbers behind the plot, a header first; of more than 40 points, how many each series has, and where they are.
std::vector<std::vector<std::string>> numbers(const Plot&);

/// HTML: title, caption, key, drawings with text alternatives, and the numbers in a table that unfolds. Without
/// gnuplot, or where it fails, a note says so in place of the drawings.
std::string figure_html(const Figure&, const std::string& id);

}  // namespace emograd::report
