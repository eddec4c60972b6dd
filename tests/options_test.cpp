#include "experiments/report/options.h"

#include <doctest/doctest.h>

#include <iostream>
#include <sstream>

#include "tensor/error.h"

using namespace emograd;
using namespace emograd::report;

namespace {

struct Program {
  CommandLine line{"What it is for."};
  std::string word = "loso", text;
  double number = 0.5;
  std::vector<std::string> list, each;
  std::vector<std::int64_t> numbers{1, 2};
  std::optional<std::int64_t> epochs;
  double share = 0;
  std::uint64_t seed = 0;
  bool flag = false;

  Program() {
    line.group("Data");
    line.option("--word", &word, "A word", one_of({"loso", "all"}));
    line.option("--text", &text, "A text").excludes("--word");
    line.option("--number", &number, "A number", range(0.0, 1.0));
    line.option("--list", &list, "A list", {"NAME", [](const std::string& name) {
                                              if (name == "list") throw Answered();
                                              check(name != "nobody", "'{}' has no name", name);
                                            }});
    line.repeated("--each", &each, "A list");
    line.option("--numbers", &numbers, "Numbers", positive()).group("Others");
    line.option("--epochs", &epochs, "Epochs");
    line.option("--share", &share, "A share", not_negative());
    line.option("--seed", &seed, "A seed");
    line.flag("--flag", &flag, "A flag");
    line.after_parsing([&] { check(numbers.size() < 4, "--numbers: there are {}", numbers.size()); });
  }
  Program(const Program&) = delete;
};

struct Outcome {
  std::optional<int> exit_code;
  std::string out, err;
};

Outcome parsed(CommandLine& line, std::vector<const char*> words) {
  words.insert(words.begin(), "/bin/program");
  std::ostringstream out, err;
  std::streambuf *const cout = std::cout.rdbuf(out.rdbuf()), *const cerr = std::cerr.rdbuf(err.rdbuf());
  const std::optional<int> exit_code = line.parse(static_cast<int>(words.size()), words.data());
  std::cout.rdbuf(cout);
  std::cerr.rdbuf(cerr);
  return {exit_code, out.str(), err.str()};
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("options: values of all kinds, lists with commas or as words, and what was given") {
  Program p;
  CHECK(!parsed(p.line, {"--word", "all", "--number=0.25", "--list", "a,b", "--each", "a,b", "--each", "c", "--numbers",
                         "3", "5", "--flag", "--epochs", "7"})
             .exit_code);
  CHECK(p.word == "all");
  CHECK(p.number == 0.25);
  CHECK(p.list == Words{"a", "b"});
  CHECK(p.each == Words{"a,b", "c"});
  CHECK(p.numbers == std::vector<std::int64_t>{3, 5});
  CHECK(p.epochs == 7);
  CHECK(p.flag);
  CHECK(p.line.program() == "/bin/program");
  const std::vector<GivenOption> given = p.line.given();
  REQUIRE(given.size() == 7);
  CHECK(given[0].name == "--word");
  CHECK(given[0].group == "Data");
  CHECK(given[2].values == Words{"a,b"});
  CHECK(given[3].values == Words{"a,b", "c"});
  CHECK(given[4].values == Words{"3,5"});
  CHECK(given[4].group == "Others");
  CHECK(given[6].name == "--flag");
  CHECK(given[6].values.empty());
  CHECK(Program().line.given().empty());
}

TEST_CASE("options: --help shows what values must be and defaults that are not empty") {
  Program p;
  const Outcome help = parsed(p.line, {"--help"});
  CHECK(help.exit_code == 0);
  for (const char* shown :
       {"What it is for.\n", "\nData:\n", "--word TEXT:{loso,all}=loso", "--text TEXT Excludes: --word",
        "--number FLOAT:FLOAT in [0 - 1]=0.5", "--list TEXT:NAME ...  ", "--each TEXT ...  ", "--epochs INT  ",
        "--share FLOAT:NONNEGATIVE=0 ", "--seed UINT=0 ", "\nOthers:\n  --numbers INT:POSITIVE=[1,2] ..."})
    CHECK_MESSAGE(help.out.find(shown) != std::string::npos, shown << " in\n" << help.out);
}

TEST_CASE("options: a wrong command line is told on stderr, and ends the program") {
  const auto told = [](const std::vector<const char*>& words, const std::string& what) {
    Program p;
    p.line.option("--folder", &p.text, "A folder", existing_folder());
    const Outcome o = parsed(p.line, words);
    CHECK(o.exit_code.value_or(0) > 0);
    CHECK(o.err == what + "\nRun with --help for more information.\n");
  };
  told({"--word", "one"}, "--word: one not in {loso,all}");
  told({"--number", "2"}, "--number: Value 2 not in range 0.000000 to 1.000000");
  told({"--list", "a,nobody"}, "--list: 'nobody' has no name");
  told({"--numbers", "1,0"}, "--numbers: 0 is not positive");
  told({"--numbers", "x"}, "--numbers: x is no finite number");
  told({"--share", "-1"}, "--share: -1 is negative");
  told({"--share", "nan"}, "--share: nan is no finite number");
  told({"--share", "inf"}, "--share: inf is no finite number");
  told({"--seed", "-1"}, "--seed: -1 is negative");
  told({"--seed=-1"}, "--seed: -1 is negative");
  told({"--numbers", "1,2,3,4"}, "--numbers: there are 4");
  told({"--word", "all", "--text", "a"}, "--word excludes --text");
  told({"--epochs", "1.5"}, "Could not convert: --epochs = 1.5");
  told({"--folder", "/none/such"}, "--folder: Directory does not exist: /none/such");
  Program p;
  p.line.option("--folder", &p.text, "A folder", existing_folder()).required();
  CHECK(parsed(p.line, {}).err.starts_with("--folder is required"));
}

TEST_CASE("options: a value that asks a question ends the program well; options can be taken back") {
  Program p;
  p.line.remove({"--word", "--each"});
  CHECK(parsed(p.line, {"--word", "all"}).exit_code.value_or(0) > 0);
  CHECK(parsed(p.line, {"--list", "a,list"}).exit_code == 0);
}

TEST_CASE("options: exactly one subcommand is given, with positional words and options of its own") {
  struct Tool {
    CommandLine line{"Tool"}, show = line.subcommand("show", "Shows"), write = line.subcommand("write", "Writes");
    Words files;
    std::string out = "out.csv";
  } tool;
  tool.show.positional("files", &tool.files, "Files").required();
  tool.write.option("--out", &tool.out, "A file");
  CHECK(parsed(tool.line, {}).err.starts_with("A subcommand is required\n"));
  CHECK(parsed(tool.line, {"write", "--help"}).out.find("--out TEXT=out.csv") != std::string::npos);
  CHECK(!parsed(tool.line, {"show", "a,b", "c"}).exit_code);
  CHECK(tool.show.parsed());
  CHECK(!tool.write.parsed());
  CHECK(tool.files == Words{"a,b", "c"});
}
