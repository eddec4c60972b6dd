#include "experiments/report/command_line.h"

#include <filesystem>
#include <set>
#include <sstream>
#include <utility>

#include "experiments/protocol/manifest.h"
#include "experiments/protocol/synthetic_table.h"
#include "tensor/error.h"
#include "tensor/io/atomic_file.h"
#include "tensor/io/bytes.h"

namespace emograd::report {
namespace fs = std::filesystem;

namespace {

constexpr const char* run_group = "Run";  // options that change no result

protocol::FeatureTable table_of(const protocol::TableFiles& f) {
  if (!f.features.empty()) return protocol::read_feature_table(f);
  check(f.names.empty() && f.files.empty() && f.labels.empty(),
        "--names, --files and --labels describe the file that --features names; give that, too");
  return protocol::synthetic_table({}, Rng{2022});
}

protocol::Folds folds_of(const protocol::FeatureTable& table, const DataOptions& o) {
  if (o.split == "loso") return protocol::folds_by_speaker(table);
  if (o.split == "all") return protocol::nothing_left_out(table);
  if (o.split == "loso-session") return protocol::folds_by_session(table);
  const std::string kind = o.split.substr(0, o.split.find(':') + 1), rest = o.split.substr(kind.size());
  if (kind == "file:" && !rest.empty())
    return fs::path(rest).extension() == ".json" ? protocol::read_manifest(rest, table)
                                                 : protocol::read_fold_list(rest, table);
  const bool number = !rest.empty() && rest.size() <= 9 && rest.find_first_not_of("0123456789") == std::string::npos;
  check(kind == "group-k:" && number,
        "--split: '{}' is none of loso, loso-session, group-k:K (in K folds), file:PATH (a manifest or a list) and all "
        "(none "
        "left out)",
        o.split);
  return protocol::folds_of_speakers(table, std::stoll(rest), o.split_seed);
}

void write_manifest(const std::string& path, const nlohmann::json& manifest) {
  const std::string text = protocol::manifest_text(manifest);
  if (!fs::exists(path)) return write_file(path, io::as_bytes(text));
  io::check_file(io::as_text(io::read_file(path)) == text, path,
                 "exists and is not the manifest of these folds; name another file with --write-manifest");
}

}  // namespace

void add_table_options(CommandLine& line, DataOptions& o) {
  protocol::TableFiles& f = o.files;
  line.group("Data");
  line.option("--features", &f.features,
              "Feature rows: openSMILE's ARFF or CSV, .npy (utterances × features), or a folder made by extract",
              Check{"FILE", existing_path().accept});
  line.option("--names", &f.names, "With .npy: names of the features, one per line", existing_file());
  line.option("--files", &f.files, "With .npy: file names of the utterances, one per row", existing_file());
  line.option("--labels", &f.labels,
              "CSV with columns name, label, speaker and, where known, session; without it\n"
              "label and speaker are read from EmoDB file names (03a01Fa)",
              existing_file());
  line.option("--write-manifest", &o.write_manifest, "Write the folds to this file (.json), too").group(run_group);
  line.option("--split", &o.split,
              "What is left out for testing: loso (a speaker), loso-session (a session), group-k:K\n"
              "(a fold of K, between which speakers are distributed, alike in size and classes),\n"
              "file:PATH (folds as --write-manifest writes them, .json, or a CSV with columns name, fold),\n"
              "all (none: every row trains and nothing is tested; of programs without classifiers)");
  line.option("--split-seed", &o.split_seed, "Of group-k: in which order speakers with as many rows come");
  line.option("--normalise", &o.normalise,
              "Features by mean and deviation of: fold (its training rows), corpus (all rows, as the\n"
              "paper; leaks test rows into training, and results say so)",
              one_of({"fold", "corpus"}));
  line.flag("--max-abs", &o.max_abs, "Then divide features by their largest magnitude in the training fold");
}

void add_run_options(CommandLine& line, RunOptions& o) {
  line.group(run_group);
  line.option("--out", &o.out, "Run folder: configuration, metrics, predictions, table");
  line.flag("--resume", &o.resume, "Go on with the run in that folder");
  line.option("--checkpoint-seconds", &o.checkpoint_seconds, "Seconds between saves within a long training",
              not_negative());
  line.option("--threads", &o.threads, "Threads; 0: OMP_NUM_THREADS, or all processors. Results do not depend on it",
              not_negative());
  line.option("--jobs", &o.jobs,
              "Units (seed, fold, model) at a time, each in a process of its own with its share of the threads;\n"
              "0: as many as threads. Results do not depend on it",
              range(0, 1024));
  line.flag("--verbose", &o.verbose, "A line on stderr for every unit finished");
  line.flag("--times", &o.times, "Print at the end where the time went: methods, their training and their classifiers");
  line.flag("--trace", &o.trace, "Print at the end which operations and equations took the time");
  line.flag("--dry-run", &o.dry_run, "Check the data, print the configuration, and stop");
  line.after_parsing([&] { o.command = command_again(line); });
}

std::string command_again(const CommandLine& line) {
  const auto quoted = [](const std::string& word) {
    if (!word.empty() &&
        word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,/=+") ==
            std::string::npos)
      return word;
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
  };
  const auto file_name = [](const std::string& path) { return fs::path(path).filename().string(); };
  std::string command = quoted(file_name(line.program()));
  for (const GivenOption& option : line.given()) {
    if (option.group == run_group) continue;
    if (option.values.empty()) command += ' ' + option.name;
    for (const std::string& value : option.values) {
      const std::string scheme = value.starts_with("file:") ? "file:" : "";  // of --split
      const bool path = option.file || !scheme.empty();
      command += ' ' + option.name + ' ' + quoted(path ? scheme + file_name(value.substr(scheme.size())) : value);
    }
  }
  return command;
}

protocol::Data data_of(const DataOptions& o) {
  protocol::FeatureTable table = table_of(o.files);
  const protocol::Folds folds = folds_of(table, o);
  protocol::Data data =
      protocol::make_data(std::move(table), folds, {.whole_corpus = o.normalise == "corpus", .max_abs = o.max_abs});
  if (!o.write_manifest.empty()) write_manifest(o.write_manifest, data.manifest);
  return data;
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

}  // namespace emograd::report
