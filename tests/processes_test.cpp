// Units in several processes: the same results, and nothing lost however they end.
#include "experiments/report/processes.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tensor/error.h"
#include "tensor/io/atomic_file.h"
#include "tensor/parallel.h"
#include "tests/environment.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using report::run_in_processes;
using report::Worker;
namespace fs = std::filesystem;

namespace {

const auto nobody = [](std::int64_t) {};

std::string error_of(std::int64_t count, int processes, const std::function<void(std::int64_t, const Worker&)>& task) {
  try {
    run_in_processes(count, processes, task, nobody);
  } catch (const Error& e) { return e.what(); }
  return "";
}

/// Ten units of the built-in table.
std::vector<std::string> ten_units(const std::string& out, const std::string& jobs) {
  return resumable_run("--models none,adan --classifiers dnn --epochs 3 --batch 512 --sets 1 --dnn-steps 2", out, jobs);
}

}  // namespace

TEST_CASE("processes: every task once, every epoch counted, with threads of their own") {
  for (const int processes : {1, 3, 9}) {
    const TemporaryFolder folder;
    std::int64_t epochs = 0;
    run_in_processes(
        7, processes,
        [&](std::int64_t i, const Worker& worker) {
          CHECK_FALSE(worker.stop());
          std::int64_t sum = 0;
          std::vector<std::int64_t> parts(1000);
          parallel_for(1000, 1, [&](std::int64_t begin, std::int64_t end) {
            for (auto p = begin; p < end; ++p) parts[static_cast<std::size_t>(p)] = p;
          });
          for (const std::int64_t p : parts) sum += p;
          for (int e = 0; e < 5; ++e) worker.epoch_done();
          const fs::path file = folder / std::to_string(i);
          if (!fs::exists(file)) write_text(file, std::to_string(sum));
          else write_file(folder / "twice", {});
        },
        [&](std::int64_t n) { epochs += n; });
    CHECK(folder.entries() == 7);
    for (int i = 0; i < 7; ++i) CHECK(content(folder / std::to_string(i)) == std::to_string(499'500));
    CHECK(epochs == 35);
  }
  run_in_processes(
      0, 2, [](std::int64_t, const Worker&) {}, nobody);
}

TEST_CASE("processes: an error in one is the caller's, and stops the others") {
  const auto fails = [](std::int64_t i, const Worker& worker) {
    check(i != 2, "task {} has failed", i);
    while (i < 2 && !worker.stop()) ::usleep(1000);
  };
  CHECK(error_of(4, 3, fails) == "task 2 has failed");
  const auto dies = [](std::int64_t i, const Worker& worker) {
    if (i == 1) ::raise(SIGKILL);
    while (!worker.stop()) ::usleep(1000);
  };
  CHECK(error_of(2, 2, dies).starts_with("a process was ended by signal 9"));
}

TEST_CASE("processes: the same bytes for any number of them, also after an interrupt or a kill") {
  const TemporaryFolder folder;
  REQUIRE(run_table1(ten_units(folder / "alone", "1")).exit_code == 0);
  const auto expected = run_content(folder / "alone");
  REQUIRE(expected.contains("metrics.jsonl"));
  const Finished three = run_table1(ten_units(folder / "three", "3"));
  INFO(three.err);
  REQUIRE(three.exit_code == 0);
  CHECK(differing_files(run_content(folder / "three"), expected) == "");

  // Ended between a unit's outcome and the end of its checkpoint.
  const fs::path left = folder / "three/checkpoints/seed0-fold00-adan";
  fs::create_directories(left);
  write_text(left / "manifest.json", "{}");
  REQUIRE(run_table1(ten_units(folder / "three", "3")).exit_code == 0);
  CHECK(differing_files(run_content(folder / "three"), expected) == "");

  for (const int number : {SIGINT, SIGTERM, SIGKILL})
    for (const char* jobs : {"1", "2"}) {
      CAPTURE(jobs);
      const std::string name = fmt::format("{}-{}", number, jobs);
      check_goes_on("yi2020_table1", ten_units(folder / name, jobs), folder / name, number,
                    "units/seed0-fold00-adan.json", expected);
    }
}

TEST_CASE("processes: children are waited for also where a parent has left SIGCHLD ignored") {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  int watched = 0;
  run_in_processes(
      2, 2, [](std::int64_t, const Worker& worker) { worker.epoch_done(); },
      [&](std::int64_t epochs) { watched += static_cast<int>(epochs); });
  std::signal(SIGCHLD, before);
  CHECK(watched == 2);
}

TEST_CASE("processes: with several threads each, also where a library multiplies, which the parent has used before") {
  const TemporaryFolder folder;
  std::map<std::string, std::string> first;
  for (const char* library : {"openblas", "onednn"})
    for (const char* jobs : {"1", "2"}) {
      const EnvironmentVariable gemm("EMOGRAD_GEMM", library);
      const std::string out = folder / fmt::format("{}-{}", library, jobs);
      std::vector<std::string> arguments = words(
          "--models none,adan --classifiers dnn --epochs 1 --batch 512 --sets 1 --dnn-steps 2 --split group-k:2 "
          "--threads 4 --jobs");
      arguments.insert(arguments.end(), {jobs, "--out", out});
      const Finished run = run_table1(arguments);
      INFO(run.err);
      REQUIRE(run.exit_code == 0);
      if (*jobs == '1') first = run_content(out);
      else CHECK(differing_files(run_content(out), first) == "");
    }
}

TEST_CASE("processes: --trace is refused with several, and 0 is as many as threads: two") {
  for (const char* jobs : {"2", "0"}) {
    const TemporaryFolder folder;
    std::vector<std::string> arguments = ten_units(folder / "run", jobs);
    arguments.push_back("--trace");
    const Finished run = run_table1(arguments);
    CHECK(run.exit_code == 1);
    CHECK(run.err.find("--jobs 1") != std::string::npos);
  }
}
