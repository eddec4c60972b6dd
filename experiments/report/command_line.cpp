#include "experiments/report/command_line.h"

#include <fmt/format.h>

#include <iostream>
#include <set>
#include <sstream>

#include "experiments/protocol/synthetic_table.h"
#include "tensor/error.h"

namespace emograd::report {

void add_table_options(CLI::App& app, protocol::TableFiles& f) {
  app.option_defaults()->group("Data")->always_capture_default(false);
  app.add_option("--features", f.features, "Feature rows: .npy (utterances × features), or openSMILE's CSV")
      ->check(CLI::ExistingFile);
  app.add_option("--names", f.names, "With .npy: names of the features, one per line")->check(CLI::ExistingFile);
  app.add_option("--files", f.files, "With .npy: file names of the utterances, one per row")->check(CLI::ExistingFile);
  app.add_option("--labels", f.labels,
                 "CSV with columns name, label, speaker; without it both are read\nfrom EmoDB file names (03a01Fa)")
      ->check(CLI::ExistingFile);
}

void add_run_options(CLI::App& app, RunOptions& o) {
  app.option_defaults()->group("Run")->always_capture_default();
  app.add_option("--out", o.out, "Run folder: configuration, metrics, predictions, table");
  app.add_flag("--resume", o.resume, "Go on with the run in that folder");
  app.add_option("--checkpoint-seconds", o.checkpoint_seconds, "Seconds between saves within a long training")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--threads", o.threads, "Threads; 0: OMP_NUM_THREADS, or all processors. Results do not depend on it")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--jobs", o.jobs,
                 "Units (seed, fold, model) at a time, each in a process of its own with its share of the threads.\n"
                 "Results do not depend on it")
      ->check(CLI::Range(1, 1024));
  app.add_flag("--verbose", o.verbose, "A line on stderr for every unit finished");
  app.add_flag("--trace", o.trace, "Print at the end which operations and equations took the time");
  app.add_flag("--dry-run", o.dry_run, "Check the data, print the configuration, and stop");
}

protocol::FeatureTable table_of(const protocol::TableFiles& f) {
  if (!f.features.empty()) return protocol::read_feature_table(f);
  check(f.names.empty() && f.files.empty() && f.labels.empty(),
        "--names, --files and --labels describe the file that --features names; give that, too");
  return protocol::synthetic_table({}, Rng{2022});
}

std::vector<std::uint64_t> parse_seeds(const std::string& text) {
  std::vector<std::uint64_t> seeds;
  std::stringstream list(text);
  for (std::string item; std::getline(list, item, ',');) {
    check(!item.empty() && item.size() <= 18 && item.find_first_not_of("0123456789") == std::string::npos,
          "--seeds: '{}' is not a whole number", item);
    seeds.push_back(std::stoull(item));
  }
  check(!seeds.empty(), "--seeds: there is no number in '{}'", text);
  if (text.find(',') == std::string::npos) {
    const std::uint64_t count = seeds[0];
    check(count >= 1 && count <= 10000, "--seeds: {} is not a number of seeds from 1 to 10000; a single seed is '{},'",
          count, count);
    seeds.resize(count);
    for (std::uint64_t s = 0; s < count; ++s) seeds[s] = s;
  }
  check(std::set(seeds.begin(), seeds.end()).size() == seeds.size(), "--seeds: '{}' names a seed twice", text);
  return seeds;
}

int guarded(const char* program, const std::function<int()>& body) {
  try {
    const int code = body();
    check(code != 0 || std::cout.flush().good(), "stdout cannot be written; is the disk full that it goes to?");
    return code;
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}: {}\n", program, e.what());
    return 1;
  }
}

}  // namespace emograd::report
