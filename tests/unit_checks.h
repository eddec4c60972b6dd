#pragma once

#include <doctest/doctest.h>

#include <functional>

#include "experiments/protocol/unit.h"
#include "tests/temporary_folder.h"

namespace emograd::checks {

/// Stops the unit after so many of its epochs; `go_on` then runs it in a session that continues from what was saved and
/// trains no epoch twice.
inline void check_stops_and_goes_on(const protocol::Unit& unit, int stop_after, int total,
                                    const std::function<void(const protocol::Session&)>& go_on) {
  CAPTURE(stop_after);
  const TemporaryFolder folder;
  int epochs = 0;
  protocol::Session session{.checkpoint = folder / "state"};
  session.epoch_done = [&] { ++epochs; };
  session.stop = [&] { return epochs >= stop_after; };
  CHECK_FALSE(protocol::run_unit(unit, session).has_value());
  CHECK(epochs == stop_after);
  session.stop = [] { return false; };
  go_on(session);
  CHECK(epochs == total);
}

}  // namespace emograd::checks
