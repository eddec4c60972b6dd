#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <map>

#include "audio/feature_sets/feature_set.h"
#include "experiments/report/options.h"
#include "experiments/report/progress.h"
#include "tensor/error.h"
#include "tensor/io/csv.h"
#include "tensor/io/lines.h"
#include "tensor/io/npy.h"

/// How well features measured here agree with those that another program has measured of the same sounds.

using namespace emograd;
namespace fs = std::filesystem;

namespace {

struct Options {
  std::string set = "is11", reference, names, files, sounds, frames;
  double tolerance = 1e-3;
};

struct Agreement {
  std::int64_t values = 0, apart = 0;
  double worst = 0;  // difference, relative to the reference

  void add(double here, double there, double tolerance) {
    ++values;
    const double difference = std::abs(here - there), relative = difference == 0 ? 0 : difference / std::abs(there);
    worst = std::max(worst, relative);
    if (!(difference <= tolerance * std::abs(there))) ++apart;
  }
  void add(const Agreement& other) {
    values += other.values, apart += other.apart, worst = std::max(worst, other.worst);
  }
};

std::vector<std::string> lines_of(const fs::path& path) {
  const io::FileBytes bytes = io::read_file(path);
  const std::vector<std::string_view> lines = io::lines(io::as_text(bytes));
  return {lines.begin(), lines.end()};
}

/// "audSpec_Rfilt_sma_de[3]_amean" → "audSpec_Rfilt": the descriptor, whatever its number, smoothed or its slope.
std::string descriptor_of(const std::string& feature) { return feature.substr(0, feature.find("_sma")); }
std::string functional_of(const std::string& feature) { return feature.substr(feature.rfind('_') + 1); }

std::string group_table(const std::string& what, const std::map<std::string, Agreement>& groups, double tolerance) {
  std::string text = fmt::format("{:<34}{:>10}{:>8}{:>12}{:>12}\n", what, "values", "apart", "within (%)", "worst");
  Agreement all;
  const auto line = [&](const std::string& name, const Agreement& a) {
    text += fmt::format("{:<34}{:>10}{:>8}{:>12.4f}{:>12.1e}\n", name, a.values, a.apart,
                        100.0 * static_cast<double>(a.values - a.apart) / static_cast<double>(a.values), a.worst);
  };
  for (const auto& [name, a] : groups) line(name, a), all.add(a);
  line("all", all);
  return text + fmt::format("within: of {:g} relative; worst: the greatest relative difference\n\n", tolerance);
}

void compare_features(const Options& o, const audio::FeatureSet& set) {
  const std::vector<std::string> names = set.names(), files = lines_of(o.files);
  check(names == lines_of(o.names), "{} does not have the names of {}, in their order", o.names, set.name);
  const Tensor reference = read_npy(o.reference);
  const auto rows = static_cast<std::int64_t>(files.size()), width = static_cast<std::int64_t>(names.size());
  check(reference.shape() == Shape{rows, width}, "{} is of shape {}, {} files and {} names need {}", o.reference,
        to_string(reference.shape()), rows, width, to_string(Shape{rows, width}));
  const std::vector<float> there = reference.to_vector<float>();
  std::map<std::string, Agreement> descriptors, functionals;
  std::string exceptions;
  report::Progress progress(rows);
  for (std::size_t row = 0; row < files.size(); ++row) {
    progress.label(files[row]);
    audio::Samples sound(fs::path(o.sounds) / files[row]);
    const std::vector<float> here = set.features(sound, audio::Definition::opensmile);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto a = static_cast<double>(here[i]), b = static_cast<double>(there[row * names.size() + i]);
      Agreement one;
      one.add(a, b, o.tolerance);
      descriptors[descriptor_of(names[i])].add(one);
      functionals[functional_of(names[i])].add(one);
      if (one.apart) exceptions += fmt::format("{} of {}: {:.7g}, there {:.7g}\n", names[i], files[row], a, b);
    }
    progress.advance(1);
  }
  std::cout << fmt::format("{}: {} files × {} features\n\n", set.name, rows, width)
            << group_table("descriptor", descriptors, o.tolerance)
            << group_table("functional", functionals, o.tolerance)
            << (exceptions.empty() ? "No value is apart.\n" : "Apart:\n" + exceptions) << '\n';
}

/// A program's own frames: one CSV per sound, X_name.csv of name.wav, with the contours that functionals see, in more
/// rows perhaps.
void compare_frames(const Options& o, const audio::FeatureSet& set) {
  std::map<std::string, Agreement> descriptors;
  std::int64_t files = 0, absent = 0;
  std::size_t not_there = 0;
  for (const auto& entry : fs::directory_iterator(o.frames)) {
    if (entry.path().extension() != ".csv") continue;
    const std::string stem = entry.path().stem().string();
    audio::Samples sound(fs::path(o.sounds) / (stem.substr(stem.rfind('_') + 1) + ".wav"));
    const CsvTable csv = read_csv(entry.path(), {.separator = ';'});
    ++files;
    const auto compare = [&](const audio::Block&, const std::string& name, const std::vector<float>& here) {
      const auto column = std::find(csv.columns.begin(), csv.columns.end(), name);
      if (column == csv.columns.end()) return void(++absent);
      const auto c = static_cast<std::size_t>(column - csv.columns.begin());
      const std::vector<double> there = csv.numbers(c, c + 1).to_vector<double>();
      not_there += std::max(here.size(), there.size()) - there.size();
      for (std::size_t n = 0; n < std::min(there.size(), here.size()); ++n)
        descriptors[descriptor_of(name)].add(static_cast<double>(here[n]), there[n], o.tolerance);
    };
    audio::each_contour(set.analyse(sound, audio::Definition::opensmile), compare);
  }
  check(!descriptors.empty(), "{} has no CSV with contours of {} in it", o.frames, set.name);
  std::cout << fmt::format("{}: frames of {} files\n\n", set.name, files)
            << group_table("contour", descriptors, o.tolerance)
            << fmt::format("Not compared: {} contours and {} frames that the files lack\n", absent, not_there);
}

}  // namespace

int main(int argc, char** argv) {
  report::CommandLine line{
      "Features measured here beside those that another program, openSMILE, has measured of the same sounds: how many\n"
      "of them agree, by descriptor and by functional, and which do not."};
  Options o;
  line.option("--set", &o.set, "Feature set: is10, is11");
  line.option("--tolerance", &o.tolerance, "Difference, relative to the reference, up to which values agree",
              report::positive());
  line.option("--sounds", &o.sounds, "Folder with the sounds", report::existing_folder()).required();
  const report::Option reference = line.option(
      "--reference", &o.reference, ".npy: one row per file, one column per feature", report::existing_file());
  line.option("--names", &o.names, "Names of its columns, one per line", report::existing_file());
  line.option("--files", &o.files, "File names of its rows, one per line", report::existing_file());
  reference.needs("--names").needs("--files");
  line.option("--frames", &o.frames, "Folder with X_NAME.csv, the program's smoothed descriptors of NAME.wav",
              report::existing_folder());
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  return report::guarded("agreement", [&] {
    check(!o.reference.empty() || !o.frames.empty(), "nothing to compare with: give --reference, or --frames");
    const audio::FeatureSet& set = audio::feature_set(o.set);
    if (!o.reference.empty()) compare_features(o, set);
    if (!o.frames.empty()) compare_frames(o, set);
    return 0;
  });
}
