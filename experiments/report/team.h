#pragma once

#include <cstddef>
#include <functional>

namespace emograd::report {

/// one(0) … one(count − 1), each once, begun in this order by so many threads at a time; 0: as many as thread_count().
/// After an interrupt (report/interrupt.h) nothing more is begun: false where that left some out. What one of them
/// throws ends the others after what they are at, and is thrown.
bool by_a_team(std::size_t count, int threads, const std::function<void(std::size_t)>& one);

}  // namespace emograd::report
