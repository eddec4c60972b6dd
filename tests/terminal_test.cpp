// What a program's user sees on a terminal.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tensor/io/atomic_file.h"
#include "tensor/io/bytes.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using namespace emograd;

namespace {

const std::string clear_line = "\r\x1b[K";

/// The built-in table, in less than a second.
std::vector<std::string> quick(const std::string& out) {
  return {"--models", "adan", "--classifiers", "dnn", "--epochs",  "2", "--batch", "512",
          "--sets",   "1",    "--dnn-steps",   "2",   "--threads", "1", "--out",   out};
}

/// Everything that was drawn between two clearings of the line.
std::vector<std::string> frames_of(const std::string& bytes) {
  std::vector<std::string> frames;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find(clear_line, begin), bytes.size());
    frames.push_back(bytes.substr(begin, end - begin));
    begin = end + clear_line.size();
  }
  return frames;
}

}  // namespace

TEST_CASE("progress bar: one line of the terminal, with the time left, cleared at the end") {
  for (const auto columns : std::vector<std::uint16_t>{0, 60, 16}) {  // 0: it does not say
    CAPTURE(columns);
    const TemporaryFolder folder;
    const Finished run = run_table1(quick(folder / "run"), {.columns = columns});
    REQUIRE(run.exit_code == 0);
    CHECK(run.out.find("ADAN + DNN") != std::string::npos);
    CHECK(run.err.starts_with(clear_line + "["));
    CHECK(run.err.ends_with(clear_line));
    CHECK(run.err.find('\n') == std::string::npos);
    const std::vector<std::string> frames = frames_of(run.err);
    REQUIRE(frames.size() >= 3);  // nothing before the first, and a redrawing at least
    CHECK(frames[0].empty());
    const std::size_t room = columns > 0 ? columns : 80u;
    for (std::size_t i = 1; i < frames.size(); ++i) {
      CAPTURE(frames[i]);
      CHECK(frames[i].starts_with("["));
      CHECK(frames[i].find('%') != std::string::npos);
      CHECK(frames[i].size() < room);  // it is ASCII; the last column stays free
      if (room >= 60) CHECK(frames[i].find(" left  seed 0, 0") != std::string::npos);
    }
    if (room >= 60) CHECK(frames[1].ends_with(" left out, adan"));
    if (room >= 80) CHECK(frames[1].find("..............................]") != std::string::npos);
  }
}

TEST_CASE("progress bar: what is left on the terminal is what a file would hold") {
  const TemporaryFolder folder;
  const Finished plain = run_table1(quick(folder / "run1"));
  REQUIRE(plain.exit_code == 0);
  CHECK(plain.err == "");
  CHECK(plain.out.find('\x1b') == std::string::npos);

  const Finished shown = run_table1(quick(folder / "run2"), {.columns = 60, .out_on_terminal = true});
  REQUIRE(shown.exit_code == 0);
  CHECK(shown.out == "");
  CHECK(frames_of(shown.err).size() >= 3);
  std::vector<std::string> expected = on_screen(plain.out, 60);
  const std::vector<std::string> screen = on_screen(shown.err, 60);
  REQUIRE(screen.size() == expected.size());
  for (std::size_t i = 0; i + 1 < screen.size(); ++i) CHECK(screen[i] == expected[i]);
  CHECK(screen.back().starts_with("Run folder: "));
}

TEST_CASE("progress bar: the name of a speaker does not steer the terminal") {
  const TemporaryFolder folder;
  write_file(folder / "x.csv", io::as_bytes("name;a;b\nu1;1;2\nu2;3;5\nu3;4;1\nu4;2;2\n"));
  write_file(folder / "labels.csv", io::as_bytes("name,label,speaker\nu1,A,\x1b[2J\nu2,B,\x1b[2J\nu3,A,b\nu4,B,b\n"));
  std::vector<std::string> arguments = quick(folder / "run");
  for (const char* part : {"--features", "x.csv", "--labels", "labels.csv"})
    arguments.push_back(part[0] == '-' ? part : (folder / part).string());
  const Finished run = run_table1(arguments, {.columns = 80});
  CHECK(run.exit_code == 0);
  CHECK(run.err.find("seed 0, \\x1b[2J left out") != std::string::npos);
  CHECK(run.err.find("\x1b[2J") == std::string::npos);
}

TEST_CASE("machines that do not converge are counted, and libsvm's warning does not tear the bar") {
  // Two features of noise cannot tell the classes apart, and no slack is allowed: 10⁷ iterations do not solve that.
  const TemporaryFolder folder;
  std::string rows = "name;a;b\n", labels = "name,label,speaker\n";
  for (int i = 0; i < 24; ++i) {
    rows += fmt::format("u{};{};{}\n", i, i * 37 % 101, i * 53 % 97);
    labels += fmt::format("u{},{},{}\n", i, i / 2 % 2 == 0 ? "A" : "B", i < 12 ? "Ada" : "Bob");
  }
  write_file(folder / "x.csv", io::as_bytes(rows));
  write_file(folder / "labels.csv", io::as_bytes(labels));
  const Finished run = run_table1(
      {"--features", folder / "x.csv", "--labels", folder / "labels.csv", "--models", "none", "--classifiers",
       "svm,dnn", "--svm-c", "1e10", "--dnn-steps", "1", "--threads", "1", "--out", folder / "run"},
      {.columns = 80});
  REQUIRE(run.exit_code == 0);
  CHECK(run.out.find("Machines that stopped at the limit of iterations, unconverged: 2 of none + SVM\n") !=
        std::string::npos);
  for (const char* unit : {"run/units/seed0-fold00-none.json", "run/units/seed0-fold01-none.json"}) {
    const auto outcome = nlohmann::json::parse(io::as_text(io::read_file(folder / unit)));
    CHECK(outcome.at("predictions").at(0).at("unconverged") == 1);
    CHECK(outcome.at("predictions").at(1).at("unconverged") == 0);
  }
  int warnings = 0;
  for (const std::string& row : on_screen(run.err, 80)) {
    CAPTURE(row);
    warnings += row.starts_with("WARNING");
    CHECK((row.empty() || row == "WARNING: reaching max number of iterations" ||
           (row.starts_with("[") && row.ends_with("left out, none"))));
  }
  CHECK(warnings == 2);
  CHECK(run.err.ends_with(clear_line));
}
