// A disk that is full ends a run with an error and costs nothing but time.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "nn/checkpoint.h"
#include "tensor/io/atomic_file.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using namespace emograd;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

/// A run of two units that takes a second.
struct Experiment {
  TemporaryFolder folder;
  std::string at;  // the run folder

  explicit Experiment(std::string where = "") : at(where.empty() ? (folder / "run").string() : std::move(where)) {
    std::string rows = "name;a;b;c\n", labels = "name,label,speaker\n";
    for (int i = 0; i < 200; ++i) {
      rows += fmt::format("u{};{};{};{}\n", i, i * 37 % 101, i * 53 % 97, i * 71 % 89);
      labels += fmt::format("u{},{},{}\n", i, i % 2 == 0 ? "happiness" : "sadness", i < 100 ? "Ada" : "Bob");
    }
    folder.file("rows.csv", rows);
    folder.file("labels.csv", labels);
  }

  Finished run(double checkpoint_seconds, const Surroundings& s = {}) const {
    std::vector<std::string> arguments{"--features", folder / "rows.csv", "--labels", folder / "labels.csv"};
    for (const char* a : {"--models", "adan", "--epochs", "40", "--batch", "512", "--sets", "1", "--dnn-steps", "2"})
      arguments.emplace_back(a);
    for (const std::string& a : {std::string("--threads"), std::string("1"), std::string("--checkpoint-seconds"),
                                 std::to_string(checkpoint_seconds), std::string("--out"), at, std::string("--resume")})
      arguments.push_back(a);
    return run_table1(arguments, s);
  }

  std::map<std::string, std::string> content() const { return run_content(at); }
};

/// It ended for want of room in a file of this name, says what to do, and left nothing half-written.
void check_ended(const Experiment& e, const Finished& run, const std::string& file, const char* reason) {
  INFO(run.err);
  CHECK(run.exit_code == 1);
  CHECK(run.err.starts_with("yi2020_table1: " + e.at + "/" + file));
  CHECK(run.err.find(reason) != std::string::npos);
  CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
  if (file != "config.json") CHECK(run.err.find("add --resume to the same command") != std::string::npos);
  for (const auto& found : e.content()) {
    CAPTURE(found.first);
    const std::string name = fs::path(found.first).filename();
    CHECK_FALSE(AtomicFile::is_temporary(name));
    if (name.ends_with(".json")) CHECK(nlohmann::json::accept(found.second));
    if (name == "manifest.json" && found.first.starts_with("checkpoints/"))
      CHECK_NOTHROW(load_checkpoint((fs::path(e.at) / found.first).parent_path()));
  }
}

void check_same(const Experiment& e, const std::map<std::string, std::string>& expected) {
  const auto found = e.content();
  REQUIRE(found.size() == expected.size());
  for (const auto& file : expected) {
    CAPTURE(file.first);
    REQUIRE(found.contains(file.first));
    CHECK(found.at(file.first) == file.second);
  }
}

}  // namespace

TEST_CASE("full disk: whichever file has no room, the run says so and goes on to the same bits") {
  const Experiment undisturbed;
  REQUIRE(undisturbed.run(1e6).exit_code == 0);
  const auto expected = undisturbed.content();
  const auto bytes = [&](const char* file) { return expected.at(file).size(); };
  const std::string unit = "units/seed0-fold00-adan.json";
  REQUIRE(bytes("config.json") < bytes("manifest.json"));
  REQUIRE(bytes("config.json") < bytes(unit.c_str()));
  REQUIRE(bytes(unit.c_str()) < bytes("metrics.jsonl") / 2);
  REQUIRE(bytes("metrics.jsonl") < bytes("predictions.csv"));
  REQUIRE(bytes("table.txt") < bytes("predictions.csv"));
  REQUIRE(bytes("predictions.csv") < bytes("report.html"));

  // Files may not grow beyond what fits all that come before this one. Each run goes on where the last one ended.
  const Experiment e;
  const char* reason = "File too large; raise the limit on the size of files";
  check_ended(e, e.run(0, {.file_bytes = bytes("config.json") - 1}), "config.json", reason);
  check_ended(e, e.run(0, {.file_bytes = bytes("config.json")}), "manifest.json", reason);
  check_ended(e, e.run(0, {.file_bytes = mebibyte}), "checkpoints/seed0-fold00-adan/tensors-", reason);
  CHECK_FALSE(fs::exists(fs::path(e.at) / "checkpoints/seed0-fold00-adan/manifest.json"));
  check_ended(e, e.run(1e6, {.file_bytes = bytes("config.json")}), unit, reason);
  check_ended(e, e.run(1e6, {.file_bytes = bytes(unit.c_str())}), "metrics.jsonl", reason);
  const std::string torn = e.content().at("metrics.jsonl");
  CHECK_FALSE(torn.ends_with("\n"));  // as a full disk leaves it
  check_ended(e, e.run(1e6, {.file_bytes = bytes("metrics.jsonl")}), "predictions.csv", reason);
  check_ended(e, e.run(1e6, {.file_bytes = bytes("predictions.csv")}), "report.html", reason);
  REQUIRE(e.run(1e6).exit_code == 0);
  check_same(e, expected);
}

TEST_CASE("full disk: a real one, which grows by half until the run and its checkpoints fit") {
  const TemporaryFolder disk;
  const auto size = [](std::uint64_t bytes) { return fmt::format("size={}", bytes); };
  std::uint64_t bytes = mebibyte;
  if (::geteuid() != 0 || ::mount("tmpfs", disk.path.c_str(), "tmpfs", 0, size(bytes).c_str()) != 0) {
    MESSAGE("SKIPPED: no small file system could be mounted (", std::strerror(errno), "); this needs root");
    return;
  }
  struct Unmount {
    const fs::path& path;
    ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
  } const unmount{disk.path};

  const Experiment undisturbed;
  REQUIRE(undisturbed.run(1e6).exit_code == 0);
  const Experiment e((disk / "run").string());
  int before_any = 0, after_one = 0;
  Finished run = e.run(0);
  for (; run.exit_code != 0 && bytes < 1024 * mebibyte; run = e.run(0)) {
    check_ended(e, run, "", "No space left on device; make room there");
    // A save needs room for a second checkpoint beside the first: some size fits one and not two.
    const bool saved = checkpoint_exists(fs::path(e.at) / "checkpoints/seed0-fold00-adan");
    ++(saved ? after_one : before_any);
    bytes += bytes / 2;
    REQUIRE(::mount("tmpfs", disk.path.c_str(), "tmpfs", MS_REMOUNT, size(bytes).c_str()) == 0);
  }
  CHECK(run.exit_code == 0);
  CHECK(before_any > 0);
  CHECK(after_one > 0);
  check_same(e, undisturbed.content());
}

TEST_CASE("full disk: stdout that cannot take the table is an error, and the run folder has it all") {
  const Experiment undisturbed, e;
  REQUIRE(undisturbed.run(1e6).exit_code == 0);
  const Finished run = e.run(1e6, {.out_file = "/dev/full"});
  CHECK(run.exit_code == 1);
  CHECK(run.err.starts_with("yi2020_table1: stdout cannot be written"));
  check_same(e, undisturbed.content());
}
