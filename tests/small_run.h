#pragma once

#include <fmt/format.h>

#include <map>
#include <string>

#include "experiments/report/evidence.h"
#include "tensor/io/bytes.h"
#include "tensor/io/csv.h"

namespace emograd::report {

inline constexpr int speakers = 6, utterances = 8;  // of each

/// Two classes. A condition ("adan;dnn;10;yes") answers as many of a speaker's utterances wrong as it says, one more by
/// every second speaker.
inline Evidence run_of(const std::string& program, const std::map<std::string, int>& wrong) {
  std::string csv = "seed;split;id;speaker;truth;augmenter;classifier;sets;real;prediction\n";
  for (const auto& [condition, errors] : wrong)
    for (int s = 0; s < speakers; ++s)
      for (int u = 0; u < utterances; ++u) {
        const bool right = u >= errors + s % 2, a = u % 2 == 0;
        csv +=
            fmt::format("0;s{0};s{0}u{1};s{0};{2};{3};{4}\n", s, u, a ? "A" : "B", condition, a == right ? "A" : "B");
      }
  return {program + " run", {{"program", program}}, {}, read_predictions(parse_csv(io::as_bytes(csv), "predictions"))};
}

}  // namespace emograd::report
