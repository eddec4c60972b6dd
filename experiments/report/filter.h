#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace emograd::report {

struct Filtered {
  std::string out;
  int status = 0;  // as a shell has it: 127 where there is no such program, 128 + n where signal n ended it
};

/// What a program (command[0], looked for in PATH) makes of `input`; no shell and no file is in between, and an
/// interrupt from the terminal does not reach it. Its stderr is ours. Error where no process can be started.
Filtered filtered(const std::vector<std::string>& command, std::string_view input);

}  // namespace emograd::report
