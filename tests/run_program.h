#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What surrounds a program that is run as users run it.
struct Surroundings {
  std::optional<std::uint16_t> columns = {};     // stderr is a terminal as wide as this; 0: it does not say
  bool out_on_terminal = false;                  // stdout is the same terminal
  std::optional<std::uint64_t> file_bytes = {};  // no file may grow beyond this
  std::string out_file = {};                     // where stdout goes instead
  int signal = 0;                // what the program gets (but for SIGKILL its children, too, as from a terminal)…
  std::string signal_when = {};  // …as soon as there is a file of this name
};

struct Finished {
  int exit_code = -1;    // minus the signal where one ended it
  std::string out, err;  // what came on stdout and stderr; all in `err` where both are the terminal
};

/// A program of this build with these arguments, to the end.
Finished run_program(const std::string& name, std::vector<std::string> arguments, const Surroundings& = {});
Finished run_table1(std::vector<std::string> arguments, const Surroundings& = {});  // yi2020_table1
/// Once no other process has the run folder: children of a killed program hold it until they have saved.
Finished run_when_free(const std::string& name, const std::vector<std::string>& arguments);

/// What blanks separate.
std::vector<std::string> words(std::string_view);
/// These options, separated by blanks, then --jobs, two threads, --resume and the run folder.
std::vector<std::string> resumable_run(std::string_view options, const std::string& out, const std::string& jobs);
/// The program with these arguments, whose run folder is `run`, gets the signal as soon as there is a file `when` in
/// it, and goes on when called again: in the end the folder holds what is `expected`.
void check_goes_on(const std::string& program, const std::vector<std::string>& arguments,
                   const std::filesystem::path& run, int signal, const std::string& when,
                   const std::map<std::string, std::string>& expected);

/// Every file of a run folder that does not tell times, by its name there.
std::map<std::string, std::string> run_content(const std::filesystem::path& run);
/// What makes these files other than the expected ones; nothing where they are the same.
std::string differing_files(const std::map<std::string, std::string>& files,
                            const std::map<std::string, std::string>& expected);

/// What a terminal of so many columns shows in the end: its rows, without blanks at their ends.
std::vector<std::string> on_screen(std::string_view bytes, std::size_t columns);
