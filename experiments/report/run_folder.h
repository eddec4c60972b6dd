#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace emograd::report {

/// Where a run leaves everything: config.json, manifest.json (which rows are in which fold, protocol/manifest.h),
/// metrics.jsonl, predictions.csv, table.txt, report.html; units/ with the outcome of every finished unit and
/// checkpoints/ with the state of unfinished ones. Whatever of it exists is complete, whenever the program was killed
/// or the disk was full, except for the last line of metrics.jsonl and timing.jsonl.
///
/// All files but timing.jsonl, which tells how long things took, are the same bytes whether a run was interrupted or
/// not.
class RunFolder {
 public:
  /// Makes the folder, holds it for this process (flock on its file `lock`) and writes `config` into it. A folder with
  /// something in it is used with `resume` only, and only if its config is equal; what differs is in the FileError
  /// otherwise. FileError, too, where another version of emograd made it, where another process has it, or where
  /// it cannot be written.
  RunFolder(const std::filesystem::path&, const nlohmann::json& config, bool resume);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  /// The outcome of a unit that this run or the one it resumes has finished.
  std::optional<nlohmann::json> finished(const std::string& unit) const;
  void finish(const std::string& unit, const nlohmann::json& outcome);  // its checkpoint is removed
  /// Folder for the unit's checkpoint; it need not exist.
  std::filesystem::path checkpoint(const std::string& unit) const { return path_ / "checkpoints" / unit; }
  void drop_checkpoint(const std::string& unit);  // of a finished one: a process can end between unit and checkpoint

  void metric(const nlohmann::json& line);  // of metrics.jsonl, which starts empty, also on resuming
  void timing(const nlohmann::json& line);  // of timing.jsonl, which goes on
  std::vector<nlohmann::json> timings() const;
  void write(const std::string& file, std::string_view text) const;  // unless that is in it already
  const std::filesystem::path& path() const { return path_; }
  const nlohmann::json& config() const { return config_; }

 private:
  std::filesystem::path unit_file(const std::string& unit) const { return path_ / "units" / (unit + ".json"); }

  std::filesystem::path path_;
  nlohmann::json config_;
  int lock_ = -1;
  std::ofstream metrics_, timing_;
};

/// body(). A FileError that ends it also says how to go on when its cause is gone.
int resumable(const RunFolder&, const std::function<int()>& body);

}  // namespace emograd::report
