#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/protocol/data.h"
#include "experiments/protocol/table_files.h"
#include "experiments/report/options.h"

/// Options that programs share, under the same names everywhere.
namespace emograd::report {

struct RunOptions {
  std::string out;
  std::string command = {};  // that runs it again, see command_again
  double checkpoint_seconds = 60;
  int threads = 0, jobs = 1;
  bool resume = false, times = false, trace = false, verbose = false, dry_run = false;
};
void add_run_options(CommandLine&, RunOptions&);

/// The options given, as a command for another day and another place: without those of the group Run, which change no
/// result, and with file names in place of paths. `add_run_options` keeps it in RunOptions::command.
std::string command_again(const CommandLine&);

/// Which rows, how divided, how scaled.
struct DataOptions {
  protocol::TableFiles files;
  std::string split = "loso", normalise = "fold", write_manifest;
  std::uint64_t split_seed = 0;
  bool max_abs = false;
};
void add_table_options(CommandLine&, DataOptions&);

/// The user's table, or the built-in synthetic one where no --features is given, divided and scaled as the options say;
/// the manifest is written where they say so. Error where something does not fit together.
protocol::Data data_of(const DataOptions&);

/// "3" → 0, 1, 2; "5,8" → 5, 8; "7," → 7. Error otherwise, and where one comes twice.
std::vector<std::uint64_t> parse_seeds(const std::string&);

}  // namespace emograd::report
