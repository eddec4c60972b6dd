#pragma once

namespace emograd::report {

/// From now on the first SIGINT or SIGTERM only sets a flag, so that the program can stop where it can go on later. A
/// second one ends the program at once.
void catch_interrupts();
bool interrupted();

constexpr int interrupted_exit_code = 130;  // as shells have it for SIGINT

}  // namespace emograd::report
