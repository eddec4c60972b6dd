#pragma once

#include <string>
#include <vector>

#include "experiments/protocol/unit.h"

namespace emograd::report {

/// Who made synthetic rows, and who learnt from which mix of them with real ones.
struct Condition {
  std::string augmenter, classifier;
  protocol::Mix mix;
  auto operator<=>(const Condition&) const = default;
};

/// Whether any augmenter's rows were mixed in more than one way, so that titles must tell mixes apart.
bool several_mixes(const std::vector<Condition>&);

/// An augmenter's or a classifier's name as tables show it: "ADAN", but "none".
std::string display_name(std::string name);
/// "ADAN + SVM", and where several mixes are told apart, "ADAN + SVM, real + 10 sets".
std::string title(const Condition&, bool with_mix);

}  // namespace emograd::report
