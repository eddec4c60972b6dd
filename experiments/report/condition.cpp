#include "experiments/report/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace emograd::report {

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
