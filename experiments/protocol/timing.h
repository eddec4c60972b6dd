#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

/// How long something takes here, and how long its operations take at the best rate seen.
namespace emograd::protocol {

/// What this machine was seen to do at most, with the threads that it has now. Other work on it lowers both.
struct Peak {
  double flops = 0;  // per second, of a product of 1024 × 1024 matrices in f32, the best of 20
  double bytes = 0;  // per second, read and written, of a pass over 64 MiB that doubles every number, likewise
};
Peak measured_peak();

/// What the kernels of a piece of work are, as the trace counts them (tensor/trace.h).
struct Work {
  double flops = 0, bytes = 0;              // bytes: what kernels read and write, be it in a cache
  double product_flops = 0;                 // of matrix products, 2 m n k each
  std::map<std::string, double> equations;  // seconds of kernels per equation's tag; "": under none
};
/// body(), once, traced.
Work work_of(const std::function<void()>& body);

/// Seconds of every one of so many calls, after one that is not measured.
std::vector<double> seconds_of(const std::function<void()>& body, std::int64_t repetitions);

/// The processor's name as the system gives it; "unknown processor" where it gives none.
std::string processor_name();

}  // namespace emograd::protocol
