#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <mutex>
#include <new>

#include "audio/feature_sets/feature_set.h"
#include "audio/sound_files.h"
#include "experiments/report/build_info.h"
#include "experiments/report/feature_files.h"
#include "experiments/report/interrupt.h"
#include "experiments/report/options.h"
#include "experiments/report/progress.h"
#include "experiments/report/run_folder.h"
#include "experiments/report/team.h"
#include "tensor/error.h"
#include "tensor/io/bytes.h"
#include "tensor/io/csv.h"
#include "tensor/io/npy.h"

/// From sound files to a table of features, one row per file.

using namespace emograd;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct Options {
  std::vector<std::string> inputs, formats;
  std::string set = "is11", out = "features", table;
  int threads = 0;
  bool sane = false, resume = false;

  audio::Definition definition() const { return sane ? audio::Definition::textbook : audio::Definition::opensmile; }
};

/// A file to be measured, and the name of its row.
struct Item {
  fs::path file;
  std::string name;
  std::int64_t bytes = 0, changed = 0;  // of a file that is not there: 0
};

/// What came of it: its features are in rows/ then, or it was passed over.
struct Outcome {
  double seconds = 0;
  std::string error;
  bool lasting = true;  // not of what another attempt may mend
  std::vector<std::string> warnings;
  std::vector<float> features;
};

std::string unit_of(std::size_t item) { return fmt::format("{:08}", item); }
fs::path row_file(const report::RunFolder& folder, const std::string& unit) {
  return folder.path() / "rows" / (unit + ".npy");
}

Outcome measure(const audio::FeatureSet& set, audio::Definition definition, const fs::path& file) {
  Outcome outcome;
  try {
    audio::Samples sound(file, definition);
    outcome.features = set.features(sound, definition);
    outcome.seconds = static_cast<double>(sound.count()) / sound.rate();
    outcome.warnings = sound.warnings();
    check(std::all_of(outcome.features.begin(), outcome.features.end(), [](float x) { return std::isfinite(x); }),
          "{}: its samples are so large that features are no finite numbers", set.name);
  } catch (const ScratchFileError&) { throw; } catch (const Error& e) {
    outcome.error = e.what();
  } catch (const std::bad_alloc&) {
    outcome.error = "needs more memory than there is";
    outcome.lasting = false;
  }
  return outcome;
}

/// What became of every item so far, null of those that are to be measured.
std::vector<json> outcomes_in(const report::RunFolder& folder, const std::vector<Item>& items) {
  std::vector<json> outcomes;
  for (std::size_t i = 0; i < items.size(); ++i) outcomes.push_back(folder.finished(unit_of(i)).value_or(nullptr));
  return outcomes;
}

/// Measures every file that has no outcome yet, several at a time. False where it was interrupted.
bool measure_all(const std::vector<Item>& items, const Options& o, report::RunFolder& folder,
                 std::vector<json>& outcomes) {
  const audio::FeatureSet& set = audio::feature_set(o.set);
  std::int64_t bytes = 0;
  for (const Item& item : items) bytes += item.bytes;
  report::Progress progress(bytes);
  std::mutex one_at_a_time;
  const auto one = [&](std::size_t i) {
    const Item& item = items[i];
    const std::string unit = unit_of(i);
    {
      const std::lock_guard look(one_at_a_time);
      if (!outcomes[i].is_null()) return progress.skip(item.bytes);
      progress.label(item.name);
    }
    const Outcome outcome = measure(set, o.definition(), item.file);
    if (outcome.error.empty())
      write_npy(row_file(folder, unit),
                from_values<float>({static_cast<std::int64_t>(outcome.features.size())}, outcome.features));
    const std::lock_guard keep(one_at_a_time);
    outcomes[i] = {{"seconds", outcome.seconds}, {"error", outcome.error}, {"warnings", outcome.warnings}};
    if (outcome.lasting) folder.finish(unit, outcomes[i]);
    if (!outcome.error.empty()) progress.line(fmt::format("passed over {}: {}", item.name, outcome.error));
    progress.advance(item.bytes);
  };
  return report::by_a_team(items.size(), o.threads, one);
}

/// The sound files of the inputs; or those that a table of `corpus table` names, below its folder, under its names.
std::vector<Item> items_of(const Options& o) {
  std::vector<Item> items;
  if (o.table.empty()) {
    const std::vector<fs::path> inputs(o.inputs.begin(), o.inputs.end());
    for (const fs::path& file : audio::sound_files(inputs)) items.push_back({file, audio::sound_name(file, inputs)});
    check(!items.empty(), "there is no sound file in {}", fmt::format("{}", fmt::join(o.inputs, ", ")));
  } else {
    check(o.inputs.size() == 1 && fs::is_directory(o.inputs[0]), "--table needs one input, the folder of its corpus");
    const CsvTable table = read_csv(o.table, {.separator = ','});
    const std::size_t name = table.column("name"), path = table.column("path");
    for (std::size_t row = 0; row < table.rows(); ++row)
      items.push_back({fs::path(o.inputs[0]) / table.cell(row, path), std::string(table.cell(row, name))});
    check(!items.empty(), "{} has no rows", o.table);
  }
  std::map<std::string, fs::path> names;
  for (Item& item : items) {
    const auto [other, fresh] = names.emplace(item.name, item.file);
    check(fresh, "{} and {} would both be {}; measure their folders one by one", other->second.string(),
          item.file.string(), item.name);
    std::error_code unknown;
    const auto bytes = fs::file_size(item.file, unknown);
    if (unknown) continue;
    item.bytes = static_cast<std::int64_t>(bytes);
    item.changed = fs::last_write_time(item.file, unknown).time_since_epoch().count();
  }
  return items;
}

/// Names that a line of a text file cannot hold.
bool nameable(const Item& item) {
  return io::valid_utf8(item.name) &&
         std::none_of(item.name.begin(), item.name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

int run(const Options& o) {
  const audio::FeatureSet& set = audio::feature_set(o.set);
  std::vector<Item> items = items_of(o), unnameable;
  std::copy_if(items.begin(), items.end(), std::back_inserter(unnameable), std::not_fn(nameable));
  std::erase_if(items, std::not_fn(nameable));
  const std::vector<std::string> names = set.names();
  json listed = json::array();
  for (const Item& item : items) listed.push_back({item.name, item.bytes, item.changed});
  const json config{{"program", "extract"}, {"version", 2},
                    {"set", set.name},      {"sane", o.sane},
                    {"sounds", listed},     {"build", report::build_info(static_cast<std::int64_t>(names.size()))}};
  report::RunFolder folder(o.out, config, o.resume);
  fs::create_directories(folder.path() / "rows");

  return report::resumable(folder, [&] {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<json> outcomes = outcomes_in(folder, items);
    const auto there = std::count_if(outcomes.begin(), outcomes.end(), [](const json& j) { return !j.is_null(); });
    if (!measure_all(items, o, folder, outcomes)) {
      fmt::print(stderr, "Interrupted; nothing is lost. To go on, add --resume to the same command (folder {}).\n",
                 o.out);
      return report::interrupted_exit_code;
    }
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

    report::FeatureRows rows{{}, names, {}};
    std::vector<float> values;
    CsvTable remarks;
    remarks.columns = {"file", "outcome", "remark"};
    std::size_t passed_over = unnameable.size();
    for (const Item& item : unnameable)
      remarks.add_row({io::printable(item.name, 200), "passed over", "its name is no line of UTF-8 text; rename it"});
    double seconds = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const json& outcome = outcomes[i];
      if (const std::string error = outcome.at("error"); !error.empty()) {
        remarks.add_row({items[i].name, "passed over", error});
        ++passed_over;
        continue;
      }
      for (const auto& warning : outcome.at("warnings").get<std::vector<std::string>>())
        remarks.add_row({items[i].name, "measured", warning});
      seconds += outcome.at("seconds").get<double>();
      const std::vector<float> row = read_npy(row_file(folder, unit_of(i))).to_vector<float>();
      values.insert(values.end(), row.begin(), row.end());
      rows.files.push_back(items[i].name);
    }
    const std::string remarks_file = (folder.path() / "remarks.csv").string();
    write_csv(remarks_file, remarks);
    const std::size_t all = items.size() + unnameable.size();
    check(!rows.files.empty(), "none of {} files could be measured; {} says why", all, remarks_file);
    rows.x = from_values<float>({static_cast<std::int64_t>(rows.files.size()), static_cast<std::int64_t>(names.size())},
                                values);
    report::write_feature_files(folder, rows, o.formats);

    fmt::print("{}{}: {} features of {} files, {:.0f} s of sound", set.name, o.sane ? ", sane" : "", names.size(),
               rows.files.size(), seconds);
    if (there == 0)
      fmt::print(", in {:.1f} s: {:.0f} × real time, {:.1f} files/s", wall, seconds / wall,
                 static_cast<double>(items.size()) / wall);
    fmt::print("\n");
    if (passed_over > 0) fmt::print("{} of {} files were passed over; {} says why\n", passed_over, all, remarks_file);
    if (remarks.rows() > passed_over)
      fmt::print("{} warnings about the others are there, too: {}\n", remarks.rows() - passed_over, remarks_file);
    fmt::print("Folder: {} (features.npy, names.txt, files.txt)\n", o.out);
    return 0;
  });
}

}  // namespace

int main(int argc, char** argv) {
  std::string sets;
  for (const audio::FeatureSet& set : audio::feature_sets())
    sets += fmt::format("{}{} ({})", sets.empty() ? "" : ",\n", set.name, set.about);
  report::CommandLine line{
      "Features of sound files, one row per file, as experiments read them: --features FOLDER. A file that cannot be "
      "measured is passed over, and said so."};
  Options o;
  line.positional("inputs", &o.inputs, "Sound files, and folders with them").required();
  line.option("--set", &o.set, sets);
  line.flag("--sane", &o.sane,
            "What the features' names say in textbooks, without the quirks of the program that published results "
            "rest on");
  line.option("--out", &o.out, "Folder for what comes of it");
  line.option("--table", &o.table,
              "What to measure in the one folder given, as `corpus table` writes it: its columns path and name",
              report::existing_file());
  line.option("--also", &o.formats, "Write the rows as csv or arff, too", report::one_of({"csv", "arff"}));
  line.option("--threads", &o.threads, "Files at a time; 0: OMP_NUM_THREADS, or all processors",
              report::not_negative());
  line.flag("--resume", &o.resume, "Go on with the work in that folder");
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  return report::guarded("extract", [&] { return run(o); });
}
