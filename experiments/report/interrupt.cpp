#include "experiments/report/interrupt.h"

#include <csignal>

namespace emograd::report {
namespace {

volatile std::sig_atomic_t seen = 0;

extern "C" void on_signal(int number) {
  seen = 1;
  std::signal(number, SIG_DFL);
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

bool interrupted() { return seen != 0; }

}  // namespace emograd::report
