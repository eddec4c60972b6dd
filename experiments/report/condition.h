#pragma once

#include <string>

#include "experiments/protocol/unit.h"

namespace emograd::report {

/// Who made synthetic rows, and who learnt from which mix of them with real ones.
struct Condition {
  std::string augmenter, classifier;
  protocol::Mix mix;
  auto operator<=>(const Condition&) const = default;
};

/// An augmenter's or a classifier's name as tables show it: "ADAN", but "none".
std::string display_name(std::string name);
/// "ADAN + SVM", and where several mixes are told apart, "ADAN + SVM, real + 10 sets".
std::string title(const Condition&, bool with_mix);

}  // namespace emograd::report
