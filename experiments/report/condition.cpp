#include "experiments/report/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace emograd::report {

bool several_mixes(const std::vector<Condition>& conditions) {
  return std::any_of(conditions.begin(), conditions.end(), [&](const Condition& a) {
    return std::any_of(conditions.begin(), conditions.end(),
                       [&](const Condition& b) { return a.augmenter == b.augmenter && a.mix != b.mix; });
  });
}

std::string display_name(std::string name) {
  if (name != "none")
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

std::string title(const Condition& c, bool with_mix) {
  return fmt::format("{} + {}{}", display_name(c.augmenter), display_name(c.classifier),
                     with_mix ? ", " + to_string(c.mix) : "");
}

}  // namespace emograd::report
