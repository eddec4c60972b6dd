#include "experiments/report/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <set>
#include <sstream>

#include "tensor/io/atomic_file.h"
#include "tensor/io/bytes.h"
#include "tensor/io/strict_json.h"

namespace emograd::report {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int json_depth = 16;

json read_json(const fs::path& path) {
  const io::FileBytes bytes = io::read_file(path);
  return io::parse_strict_json(io::as_text(bytes), json_depth, path.string());
}

/// "options.sets is 10 there, 5 here; …"
std::string differences(const json& there, const json& here) {
  const json a = there.flatten(), b = here.flatten();
  std::set<std::string> keys;
  for (const auto* side : {&a, &b})
    for (const auto& [key, value] : side->items()) keys.insert(key);
  const auto shown = [](const json& side, const std::string& key) {
    return side.contains(key) ? io::printable(side[key].dump(-1, ' ', false, json::error_handler_t::replace))
                              : "absent";
  };
  std::string out;
  for (const std::string& key : keys) {
    if (a.contains(key) && b.contains(key) && a[key] == b[key]) continue;
    out +=
        fmt::format("{}{} is {} there, {} here", out.empty() ? "" : "; ", key.substr(1), shown(a, key), shown(b, key));
  }
  return out;
}

std::string version_of(const json& config) {
  const json::json_pointer at("/build/emograd");
  return config.contains(at) && config[at].is_string() ? io::printable(config[at].get<std::string>())
                                                       : "of unknown version";
}

void append_line(std::ofstream& file, const json& line, const fs::path& path) {
  errno = 0;
  file << io::format_strict_json(line, json_depth, path.string()) << '\n' << std::flush;
  io::check_file(file.good(), path.string(), "cannot be written: {}", io::reason(errno));
}

/// A full disk or a kill may have left half a line at the end; what is appended must not go on in it.
void drop_torn_line(const fs::path& path) {
  if (!fs::exists(path)) return;
  const std::string text(io::as_text(io::read_file(path)));
  std::error_code failure;
  if (!text.empty() && text.back() != '\n') fs::resize_file(path, text.rfind('\n') + 1, failure);
  io::check_file(!failure, path.string(), "cannot be written: {}", failure.message());
}

}  // namespace

RunFolder::RunFolder(const fs::path& path, const json& config, bool resume) : path_(path), config_(config) {
  const std::string name = path_.string();
  std::error_code failure;
  fs::create_directories(path_, failure);
  io::check_file(!failure, name, "the run folder cannot be made: {}", io::reason(failure.value()));
  const auto has = [&](const char* file) { return fs::exists(path_ / file, failure); };
  const bool empty = fs::is_empty(path_, failure), ours = has("lock") || has("config.json");
  io::check_file(!failure, name, "the run folder cannot be read: {}", failure.message());
  io::check_file(empty || ours, name, "is not empty and no run folder; name another one with --out");

  const fs::path lock = path_ / "lock";
  lock_ = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  io::check_file(lock_ >= 0, lock.string(), "cannot be written: {}", io::reason(errno));
  try {
    io::check_file(::flock(lock_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK, name,
                   "another run is using this folder; wait for it, or name another one with --out");
    if (has("config.json")) {
      io::check_file(resume, name, "holds a run already: --resume goes on with it, --out names another folder");
      const json there = read_json(path_ / "config.json");
      const std::string version = version_of(there);
      io::check_file(version == version_of(config), name,
                     "was made by emograd {}, this is {}: results may differ, so go on with that one, or name another "
                     "folder with --out",
                     version, version_of(config));
      const std::string differ = differences(there, config);
      io::check_file(differ.empty(), name,
                     "cannot be resumed, it was made otherwise: {}. Repeat its options, or name another folder with "
                     "--out",
                     differ);
    } else {
      write("config.json", io::format_strict_json(config, json_depth, name, 2) + "\n");
    }
    for (const char* folder : {"units", "checkpoints"}) {
      fs::create_directory(path_ / folder, failure);
      io::check_file(!failure, (path_ / folder).string(), "cannot be made: {}", io::reason(failure.value()));
    }
    for (const fs::path& folder : {path_, path_ / "units"}) remove_files(folder, AtomicFile::is_temporary);
    drop_torn_line(path_ / "timing.jsonl");
    metrics_.open(path_ / "metrics.jsonl", std::ios::trunc);
    timing_.open(path_ / "timing.jsonl", std::ios::app);
    io::check_file(metrics_.is_open() && timing_.is_open(), name, "metrics.jsonl or timing.jsonl cannot be written");
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

RunFolder::~RunFolder() { ::close(lock_); }

std::optional<json> RunFolder::finished(const std::string& unit) const {
  if (!fs::exists(unit_file(unit))) return {};
  return read_json(unit_file(unit));
}

void RunFolder::finish(const std::string& unit, const json& outcome) {
  const fs::path file = unit_file(unit);
  write_file(file, io::as_bytes(io::format_strict_json(outcome, json_depth, file.string()) + "\n"));
  drop_checkpoint(unit);
}

void RunFolder::drop_checkpoint(const std::string& unit) {
  std::error_code ignored;  // costs space only
  fs::remove_all(checkpoint(unit), ignored);
}

void RunFolder::metric(const json& line) { append_line(metrics_, line, path_ / "metrics.jsonl"); }
void RunFolder::timing(const json& line) { append_line(timing_, line, path_ / "timing.jsonl"); }

std::vector<json> RunFolder::timings() const {
  const fs::path path = path_ / "timing.jsonl";
  std::istringstream text{std::string(io::as_text(io::read_file(path)))};
  std::vector<json> lines;
  for (std::string line; std::getline(text, line);)
    lines.push_back(io::parse_strict_json(line, json_depth, path.string()));
  return lines;
}

void RunFolder::write(const std::string& file, std::string_view text) const {
  const fs::path path = path_ / file;
  if (fs::exists(path) && io::as_text(io::read_file(path)) == text) return;  // a full disk is no matter then
  write_file(path, io::as_bytes(text));
}

int resumable(const RunFolder& folder, const std::function<int()>& body) {
  try {
    return body();
  } catch (const FileError& e) {
    throw FileError(
        fmt::format("{}. What is finished is kept: when this is put right, add --resume to the same command (run "
                    "folder {})",
                    e.what(), folder.path().string()));
  }
}

}  // namespace emograd::report
