#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <iostream>
#include <iterator>
#include <mutex>
#include <thread>

#include "audio/feature_sets/feature_set.h"
#include "audio/sound_file.h"
#include "audio/sound_files.h"
#include "experiments/report/build_info.h"
#include "experiments/report/command_line.h"
#include "experiments/report/feature_files.h"
#include "experiments/report/interrupt.h"
#include "experiments/report/progress.h"
#include "tensor/error.h"
#include "tensor/io/bytes.h"
#include "tensor/io/csv.h"
#include "tensor/io/npy.h"
#include "tensor/parallel.h"

/// From sound files to a table of features, one row per file.

using namespace emograd;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct Options {
  std::vector<std::string> inputs, formats;
  std::string set = "is11", out = "features";
  int threads = 0;
  bool resume = false;
};

/// What came of one file: its features are in rows/ then, or it was passed over.
struct Outcome {
  double seconds = 0;
  std::string error;
  std::vector<std::string> warnings;
};

fs::path row_file(const report::RunFolder& folder, const std::string& unit) {
  return folder.path() / "rows" / (unit + ".npy");
}

Outcome measure(const audio::FeatureSet& set, const fs::path& file, const fs::path& row) {
  Outcome outcome;
  try {
    const audio::Sound sound = audio::read_sound(file);
    outcome.seconds = static_cast<double>(sound.samples.size()) / sound.rate;
    outcome.warnings = sound.warnings;
    const std::vector<float> x = set.features(audio::scaled_as_opensmile(sound.samples, sound.bits), sound.rate);
    write_npy(row, from_values<float>({static_cast<std::int64_t>(x.size())}, x));
  } catch (const Error& e) { outcome.error = e.what(); }
  return outcome;
}

/// Every file that has no outcome yet, several at a time. False where it was interrupted.
bool measure_all(const std::vector<fs::path>& files, const audio::FeatureSet& set, const Options& o,
                 report::RunFolder& folder) {
  std::int64_t bytes = 0;
  for (const fs::path& file : files) bytes += static_cast<std::int64_t>(fs::file_size(file));
  report::Progress progress(bytes);
  report::catch_interrupts();
  std::atomic<std::size_t> next = 0;
  std::mutex one_at_a_time;
  std::exception_ptr failure;
  const auto work = [&] {
    for (std::size_t i; !report::interrupted() && (i = next++) < files.size();) {
      const std::string unit = fmt::format("{:08}", i);
      const auto size = static_cast<std::int64_t>(fs::file_size(files[i]));
      {
        const std::lock_guard look(one_at_a_time);
        if (failure) return;
        if (folder.finished(unit)) {
          progress.skip(size);
          continue;
        }
        progress.label(files[i].filename().string());
      }
      const Outcome outcome = measure(set, files[i], row_file(folder, unit));
      const std::lock_guard keep(one_at_a_time);
      try {
        folder.finish(unit, {{"seconds", outcome.seconds}, {"error", outcome.error}, {"warnings", outcome.warnings}});
        if (!outcome.error.empty())
          progress.line(fmt::format("passed over {}: {}", files[i].filename().string(), outcome.error));
        progress.advance(size);
      } catch (...) { failure = std::current_exception(); }
    }
  };
  {
    std::vector<std::jthread> team;
    for (int t = 1; t < o.threads; ++t) team.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
  return !report::interrupted();
}

std::string relative_name(const fs::path& file, const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs)
    if (fs::is_directory(input)) {
      const fs::path inside = file.lexically_relative(input);
      if (!inside.empty() && *inside.begin() != "..") return inside.generic_string();
    }
  return file.filename().generic_string();
}

int run(Options o) {
  if (o.threads == 0) o.threads = thread_count();
  const audio::FeatureSet& set = audio::feature_set(o.set);
  std::vector<fs::path> files = audio::sound_files({o.inputs.begin(), o.inputs.end()}), unnameable;
  const auto named = [](const fs::path& file) { return io::valid_utf8(file.string()); };
  std::copy_if(files.begin(), files.end(), std::back_inserter(unnameable), std::not_fn(named));
  std::erase_if(files, std::not_fn(named));
  check(!files.empty(), "there is no sound file in {}", fmt::format("{}", fmt::join(o.inputs, ", ")));
  const std::vector<std::string> names = set.names();
  json listed = json::array();
  for (const fs::path& file : files) listed.push_back({relative_name(file, o.inputs), fs::file_size(file)});
  const json config{{"program", "extract"},
                    {"version", 1},
                    {"set", set.name},
                    {"sounds", listed},
                    {"build", report::build_info(static_cast<std::int64_t>(names.size()))}};
  report::RunFolder folder(o.out, config, o.resume);
  fs::create_directories(folder.path() / "rows");

  return report::resumable(folder, [&] {
    const auto begin = std::chrono::steady_clock::now();
    std::size_t there = 0;
    for (std::size_t i = 0; i < files.size(); ++i) there += folder.finished(fmt::format("{:08}", i)) ? 1 : 0;
    if (!measure_all(files, set, o, folder)) {
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
    for (const fs::path& file : unnameable)
      remarks.add_row(
          {io::printable(file.filename().string()), "passed over", "its name is not UTF-8 text; rename it"});
    double seconds = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
      const std::string unit = fmt::format("{:08}", i), name = relative_name(files[i], o.inputs);
      const json outcome = *folder.finished(unit);
      if (const std::string error = outcome.at("error"); !error.empty()) {
        remarks.add_row({name, "passed over", error});
        ++passed_over;
        continue;
      }
      for (const auto& warning : outcome.at("warnings").get<std::vector<std::string>>())
        remarks.add_row({name, "measured", warning});
      seconds += outcome.at("seconds").get<double>();
      const std::vector<float> row = read_npy(row_file(folder, unit)).to_vector<float>();
      values.insert(values.end(), row.begin(), row.end());
      rows.files.push_back(name);
    }
    const std::string remarks_file = (folder.path() / "remarks.csv").string();
    write_csv(remarks_file, remarks);
    check(!rows.files.empty(), "none of {} files could be measured; {} says why", files.size(), remarks_file);
    rows.x = from_values<float>({static_cast<std::int64_t>(rows.files.size()), static_cast<std::int64_t>(names.size())},
                                values);
    report::write_feature_files(folder, rows, o.formats);

    fmt::print("{}: {} features of {} files, {:.0f} s of sound", set.name, names.size(), rows.files.size(), seconds);
    if (there == 0)
      fmt::print(", in {:.1f} s: {:.0f} × real time, {:.1f} files/s", wall, seconds / wall,
                 static_cast<double>(files.size()) / wall);
    fmt::print("\n");
    if (passed_over > 0)
      fmt::print("{} of {} files were passed over; {} says why\n", passed_over, files.size() + unnameable.size(),
                 remarks_file);
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
  CLI::App app{
      "Features of sound files, one row per file, as experiments read them: --features out/features.npy\n"
      "--names out/names.txt --files out/files.txt. A file that cannot be measured is passed over, and said so."};
  Options o;
  app.add_option("inputs", o.inputs, "Sound files, and folders with them")->required();
  app.option_defaults()->always_capture_default();
  app.add_option("--set", o.set, sets);
  app.add_option("--out", o.out, "Folder for what comes of it");
  app.add_option("--also", o.formats, "Write the rows as csv or arff, too")
      ->delimiter(',')
      ->check(CLI::IsMember({"csv", "arff"}))
      ->always_capture_default(false);
  app.add_option("--threads", o.threads, "Files at a time; 0: OMP_NUM_THREADS, or all processors")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--resume", o.resume, "Go on with the work in that folder");
  CLI11_PARSE(app, argc, argv);
  return report::guarded("extract", [&] { return run(o); });
}
