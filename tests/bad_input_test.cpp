// What a user may get wrong, from the command line to the run folder: one line says what and where, and nothing is
// lost.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string good_rows = "name;a;b\nu1;1;2\nu2;3;5\nu3;4;1\nu4;2;2\nu5;2;7\nu6;8;1\n";
const std::string good_labels =
    "name,label,speaker,session\nu1,A,ada,1\nu2,B,ada,1\nu3,A,bob,1\nu4,B,bob,1\nu5,A,eve,2\nu6,B,eve,2\n";

struct Corpus {
  TemporaryFolder folder;

  std::string file(const std::string& name, const std::string& text) const { return folder.file(name, text); }
  std::string text(const std::string& name) const { return content(folder / name); }
  /// A run of a moment on these files, with further arguments.
  Finished run(const std::string& rows, const std::string& labels, const std::vector<std::string>& more = {},
               const std::string& out = "run") const {
    std::vector<std::string> arguments{"--features",    file("rows", rows),
                                       "--labels",      file("labels.csv", labels),
                                       "--models",      "none",
                                       "--classifiers", "dnn",
                                       "--dnn-steps",   "2",
                                       "--threads",     "1",
                                       "--out",         folder / out};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_table1(arguments);
  }
  Finished run(const std::vector<std::string>& more = {}) const { return run(good_rows, good_labels, more); }
};

/// It ended with a single line that has this in it, and made no run folder.
void refused(const Corpus& corpus, const Finished& run, const std::string& part) {
  INFO(run.err);
  CAPTURE(part);
  CHECK(run.exit_code == 1);
  CHECK(run.err.starts_with("yi2020_table1: "));
  CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
  CHECK(run.err.find(part) != std::string::npos);
  CHECK_FALSE(fs::exists(corpus.folder / "run"));
}

std::string without(std::string text, const std::string& part) {
  REQUIRE(text.find(part) != std::string::npos);
  return text.erase(text.find(part), part.size());
}

std::string with(std::string text, const std::string& part, const std::string& instead) {
  REQUIRE(text.find(part) != std::string::npos);
  return text.replace(text.find(part), part.size(), instead);
}

}  // namespace

TEST_CASE("bad input: features and labels") {
  const Corpus c;
  const auto rows = [&](const std::string& text) { return c.run(text, good_labels); };
  const auto labels = [&](const std::string& text) { return c.run(good_rows, text); };
  refused(c, labels(without(good_labels, "u3,A,bob,1\n")), "utterance 'u3' has no line in labels.csv");
  refused(c, labels(with(good_labels, "u3,A", "u3,")), "line 4: 'u3' lacks a label");
  refused(c, labels(with(good_labels, "u3,A,bob", "u1,A,bob")), "line 4: 'u1' comes twice");
  refused(c, labels(with(good_labels, "u3,A", "u3,\xff")), "line 4 is not UTF-8 text");
  refused(c, labels(with(good_labels, "u3,A,bob,1", "u3,A,bob")), "labels.csv: line 4: 3 cells, but line 1 names 4");
  refused(c, labels("name,label,speaker\nu1,A,ada\nu2,B,ada\nu3,A,ada\nu4,B,ada\nu5,A,ada\nu6,B,ada\n"),
          "all utterances are by speaker 'ada'; leaving one speaker out needs two");
  refused(c, labels("name,label,speaker\nu1,A,ada\nu2,A,ada\nu3,A,bob\nu4,A,bob\nu5,A,eve\nu6,A,eve\n"),
          "all utterances are of one class");
  refused(c, labels(with(good_labels, "u6,B", "u6,C")),
          "split 'eve': class 'C' is spoken by the left-out speakers only, so nothing can learn it; drop that class");
  refused(c, rows(with(good_rows, "u3;4;1", "u3;4")), "line 4: 2 cells, but line 1 names 3 columns");
  refused(c, rows(with(good_rows, "u3;4;1", "u1;4;1")), "utterance 'u1' comes twice, in rows 1 and 3");
  refused(c, rows(with(good_rows, "u3;4", "u3;nan")), "feature 'a' (column 1) of utterance 'u3' (row 3) is nan");
  refused(c, rows(with(good_rows, "u3;4", "u3;inf")), "is inf; remove the row or the column");
  refused(c, rows(with(good_rows, "u3", "\xff")), "the utterance name '\\xff' is not UTF-8");
  refused(c, rows(with(good_rows, ";a;", ";\xff;")), "column 2: the name '\\xff' is not UTF-8");
  refused(c, rows("name;a\nu1;1\nu2;1\nu3;1\nu4;1\nu5;1\nu6;1\n"),
          "rows: none of the 1 features varies between utterances");
  refused(c, rows("@relation r\n@attribute name string\n@attribute a real\n@data\nu1,1\nu2,?\n"),
          "line 6, value 2 (a) is missing (?); remove the row or the attribute");
  refused(c, rows("@relation r\n@attribute name string\n@attribute a real\n@data\n{0 u1}\n"), "line 5: a sparse row");
}

TEST_CASE("bad input: splits") {
  const Corpus c;
  const auto split = [&](const std::string& spec) { return c.run({"--split", spec}); };
  for (const char* spec : {"los", "group-k", "group-k:", "group-k:x", "group-k:-1", "file:", "loso:", ""})
    refused(c, split(spec), fmt::format("--split: '{}' is none of loso, loso-session, group-k:K", spec));
  refused(c, split("all"), "no row left out: nothing to test classifiers on; --split loso leaves out a speaker");
  refused(c, split("group-k:4"), "3 speakers cannot be in 4 folds; give a number from 2 to 3");
  refused(c, split("file:" + (c.folder / "absent.json").string()), "absent.json: cannot be opened");
  refused(c, split("file:" + c.file("few.csv", "name,fold\nu1,1\n")), "few.csv: has no line for utterance 'u2'");
  refused(c, split("file:" + c.file("mixed.csv", "name,fold\nu1,1\nu2,2\nu3,1\nu4,1\nu5,2\nu6,2\n")),
          "mixed.csv: speaker 'ada' is in fold '1' and in fold '2'");
  refused(c, c.run(good_rows, with(good_labels, "u4,B,bob,1", "u4,B,bob,"), {"--split", "loso-session"}),
          "the session of utterance 'u4' (row 4) is unknown; give it in a column session of --labels");
  const std::string taken = c.file("taken.json", "mine");
  refused(c, c.run({"--write-manifest", taken}), "taken.json: exists and is not the manifest of these folds");
  CHECK(c.text("taken.json") == "mine");
  refused(c, c.run({"--write-manifest", c.folder / "absent/folds.json"}), "absent");
}

TEST_CASE("a manifest that was written is read, and kept in the run folder") {
  const Corpus c;
  const std::string folds = c.folder / "folds.json";
  REQUIRE(c.run({"--split", "group-k:2", "--split-seed", "3", "--write-manifest", folds, "--dry-run"}).exit_code == 0);
  CHECK_FALSE(fs::exists(c.folder / "run"));
  const Finished run = c.run({"--split", "file:" + folds});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(run.out.find("3 speakers; speakers in 2 folds, seed 3: 2 folds\n") != std::string::npos);
  CHECK(c.text("run/manifest.json") == c.text("folds.json"));
  const json config = json::parse(c.text("run/config.json")), manifest = json::parse(c.text("folds.json"));
  CHECK(config.at("data").at("split") ==
        json{{"protocol", "speakers in 2 folds, seed 3"}, {"folds", 2}, {"manifest", manifest.at("xxhash64")}});

  // The same folds by the option are the same run; others are not.
  const auto resumed = [&](const std::string& split) {
    return c.run({"--split", split, "--split-seed", "3", "--resume", "--write-manifest", folds});
  };
  CHECK(resumed("group-k:2").exit_code == 0);
  const Finished other = c.run({"--split", "loso", "--resume"});
  CHECK(other.exit_code == 1);
  CHECK(
      other.err.find("data/split/protocol is \"speakers in 2 folds, seed 3\" there, \"leave-one-speaker-out\" here") !=
      std::string::npos);

  const Finished more_rows =
      c.run(good_rows + "u7;1;1\n", good_labels + "u7,A,ada,1\n", {"--split", "file:" + folds}, "2");
  CHECK(more_rows.exit_code == 1);
  CHECK(more_rows.err.find("folds.json: is of 6 utterances, but rows has 7") != std::string::npos);
}

TEST_CASE("sessions and lists run; a class that a fold does not test is allowed, and said") {
  const Corpus c;
  const Finished sessions = c.run(good_rows, good_labels, {"--split", "loso-session"}, "sessions");
  INFO(sessions.err);
  CHECK(sessions.exit_code == 0);
  CHECK(sessions.out.find("leave-one-session-out: 2 folds") != std::string::npos);
  const Finished absent = c.run(good_rows, with(good_labels, "u6,B", "u6,A"), {}, "absent");
  CHECK(absent.exit_code == 0);
  CHECK(absent.out.find("Folds that test no utterance of a class (recalls are pooled over folds): eve (B)\n") !=
        std::string::npos);
  CHECK(c.text("absent/table.txt").starts_with(absent.out.substr(0, absent.out.find("Methods"))));
  const Finished list =
      c.run(good_rows, good_labels,
            {"--split", "file:" + c.file("list.csv", "name,fold\nu1,\nu2,\nu3,t\nu4,t\nu5,\nu6,\n")}, "list");
  CHECK(list.exit_code == 0);
  CHECK(list.out.find("In every training set and never tested: 4 utterances\n") != std::string::npos);
  const std::string predictions = c.text("list/predictions.csv");
  CHECK(std::count(predictions.begin(), predictions.end(), '\n') == 3);
}

TEST_CASE("a model or a classifier named twice is refused") {
  const Corpus c;
  refused(c, c.run({"--models", "adan,none"}), "--models names 'none' twice");
  refused(c, c.run({"--classifiers", "svm,dnn"}), "--classifiers names 'dnn' twice");
}

TEST_CASE("constant features and fewer rows than a batch are no errors; the first are said") {
  const Corpus c;
  const Finished run = c.run("name;a;b\nu1;1;2\nu2;3;2\nu3;4;2\nu4;2;2\nu5;2;2\nu6;8;2\n", good_labels,
                             {"--batch", "128", "--models", "adan", "--epochs", "2"});
  INFO(run.err);
  CHECK(run.exit_code == 0);
  CHECK(run.out.find("The same in every utterance, so left out: 1 features\n") != std::string::npos);
}

TEST_CASE("normalising on the whole corpus is labelled in every output") {
  const Corpus c;
  const std::string note = "leaks test rows into training";
  const std::vector<std::string> outputs{"config.json",
                                         "table.txt",
                                         "metrics.jsonl",
                                         "predictions.csv",
                                         "report.html",
                                         "units/seed0-fold00-none.json",
                                         "units/seed0-fold02-none.json"};
  const Finished clean = c.run(good_rows, good_labels, {"--max-abs"}, "clean");
  REQUIRE(clean.exit_code == 0);
  CHECK(clean.out.find(note) == std::string::npos);
  for (const std::string& file : outputs) CHECK(c.text("clean/" + file).find(note) == std::string::npos);
  CHECK(json::parse(c.text("clean/config.json")).at("data").at("scaling") ==
        json{{"normalise", "fold"}, {"max_abs", true}});

  const Finished leaky = c.run(good_rows, good_labels, {"--normalise", "corpus"}, "leaky");
  REQUIRE(leaky.exit_code == 0);
  CHECK(leaky.out.find(note) != std::string::npos);
  for (const std::string& file : outputs) {
    CAPTURE(file);
    CHECK(c.text("leaky/" + file).find(note) != std::string::npos);
  }
  CHECK(c.text("leaky/predictions.csv")
            .starts_with("seed;split;id;speaker;truth;augmenter;classifier;sets;real;prediction;leak\n"));
  CHECK(json::parse(c.text("leaky/config.json")).at("data").at("scaling").at("normalise") == "corpus");
}

TEST_CASE("bad input: run folders") {
  const Corpus c;
  REQUIRE(c.run().exit_code == 0);
  const auto error = [&](const std::vector<std::string>& more, const std::string& out = "run") {
    const Finished run = c.run(good_rows, good_labels, more, out);
    CHECK(run.exit_code == 1);
    CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
    return run.err;
  };
  const auto says = [](const std::string& message, const std::string& part) {
    INFO(message);
    CHECK(message.find(part) != std::string::npos);
  };
  const std::string predictions = c.text("run/predictions.csv");
  says(error({}), "holds a run already: --resume goes on with it, --out names another folder");
  says(error({"--resume", "--sets", "3"}),
       "cannot be resumed, it was made otherwise: options/sets is 10 there, 3 here");
  c.file("file", "");
  says(error({}, "file/run"), "file/run: the run folder cannot be made: Not a directory");
  says(error({}, "labels.csv"), "labels.csv");
  fs::create_directory(c.folder / "mine");
  c.file("mine/thesis.txt", "x");
  says(error({}, "mine"), "is not empty and no run folder");

  const int lock = ::open((c.folder / "run/lock").c_str(), O_RDWR | O_CLOEXEC);  // as another run holds it
  REQUIRE(::flock(lock, LOCK_EX) == 0);
  says(error({"--resume"}), "another run is using this folder; wait for it, or name another one with --out");
  ::close(lock);

  json config = json::parse(c.text("run/config.json"));
  const std::string version = config.at("build").at("emograd");
  config["build"]["emograd"] = "0.0.1";
  c.file("run/config.json", config.dump(2));
  says(error({"--resume"}), "was made by emograd 0.0.1, this is " + version + ": results may differ");
  c.file("run/config.json", "{\"options\"");
  says(error({"--resume"}), "config.json: its JSON is damaged");
  CHECK(c.text("run/predictions.csv") == predictions);
}
