#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

/// A program's command line, and how it ends. CLI11 does the work and is included in options.cpp alone: it takes
/// seconds to compile.
namespace emograd::report {

/// What every value of an option has to be.
struct Check {
  std::string shown;                               // by --help behind the type: "FILE", "INT in [1 - 10]"
  std::function<void(const std::string&)> accept;  // Error where it does not; or Answered
};
Check existing_file(), existing_folder(), existing_path();
Check positive(), not_negative();
Check range(int least, int most), range(double least, double most);
Check one_of(const std::vector<std::string>& words);

/// Thrown by a check whose value was a question: what it asked for is printed, and the program ends with exit code 0.
struct Answered {};

/// Where an option's value goes. A list is given with commas, or as several words.
using Value = std::variant<std::string*, std::filesystem::path*, int*, std::int64_t*, std::uint64_t*, double*,
                           std::optional<std::int64_t>*, std::optional<double>*, std::vector<std::string>*,
                           std::vector<std::int64_t>*>;

/// An option that has been declared, for what few options have.
class Option {
 public:
  const Option& required() const;
  const Option& needs(const std::string& other) const;  // names, likewise below
  const Option& excludes(const std::string& other) const;
  const Option& type_name(const std::string&) const;  // in --help, in place of TEXT
  const Option& group(const std::string&) const;      // in place of the command line's

 private:
  friend class CommandLine;
  explicit Option(CLI::Option* option) : option_(option) {}
  CLI::Option* option_;
};

/// An option as it was given.
struct GivenOption {
  std::string name, group;
  std::vector<std::string> values;  // none: a flag. A list is one value with commas in it
  bool file;                        // they are names of files
};

/// What is declared here is filled in by parse(): variables must live until then. The value that one has when it is
/// declared is its default, which --help shows unless it is empty.
class CommandLine {
 public:
  explicit CommandLine(const std::string& description);

  /// The heading of --help for what is declared from here on.
  void group(const std::string&);
  Option option(const std::string& name, Value, const std::string& help, const Check& = {});
  /// One value each time, whatever commas are in it.
  Option repeated(const std::string& name, std::vector<std::string>*, const std::string& help);
  void flag(const std::string& name, bool*, const std::string& help);
  /// Words without an option before them; a list takes all.
  Option positional(const std::string& name, Value, const std::string& help, const Check& = {});
  /// Takes options back that were declared by what programs share.
  void remove(const std::vector<std::string>& names);

  /// Exactly one must be given where there are any.
  CommandLine subcommand(const std::string& name, const std::string& description);
  bool parsed() const;  // of a subcommand: it was given

  /// What remains to be done with the values, and to be checked: an Error is a wrong command line like any other. Not
  /// of subcommands.
  void after_parsing(std::function<void()>);
  /// Nothing where the program can go on; else the exit code that it ends with, after help or what is wrong was
  /// printed.
  std::optional<int> parse(int argc, const char* const* argv);

  std::string program() const;  // argv[0]
  std::vector<GivenOption> given() const;

 private:
  explicit CommandLine(std::shared_ptr<CLI::App> app) : app_(std::move(app)) {}
  std::shared_ptr<CLI::App> app_;
  std::vector<std::function<void()>> after_parsing_;
};

/// body(), with whatever it throws, or that stdout could not take everything, as one line on stderr and exit code 1.
int guarded(const char* program, const std::function<int()>& body);

}  // namespace emograd::report
