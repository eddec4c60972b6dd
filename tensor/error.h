#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>

namespace emograd {

/// Every complaint about what a caller passed in: shapes, axes, dtypes, options, files. The message names the
/// operation, the offending values, the rule broken and, where there is one, the fix. Nothing was changed when it is
/// thrown.
struct Error : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// A file that could not be read or written as asked: missing, truncated, hostile, of another format or version.
struct FileError : Error {
  using Error::Error;
};

/// A derivative that does not exist: an operation without a rule, or an input the output does not depend on.
struct GradError : Error {
  using Error::Error;
};

/// The pool could not serve an allocation, even after returning its cached blocks to the system.
struct OutOfMemory : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws Error(message). Out of line, so that a failing check costs its caller one cold call.
[[noreturn]] void fail(const std::string& message);

/// Throws Error with the formatted message unless `ok`. Arguments are formatted only on failure.
template <class... Args>
void check(bool ok, fmt::format_string<const Args&...> format, const Args&... args) {
  if (!ok) [[unlikely]]
    fail(fmt::format(format, args...));
}

}  // namespace emograd
