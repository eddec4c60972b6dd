#pragma once

#include <string>
#include <vector>

#include "audio/functionals/contour.h"

namespace emograd::audio {

/// A number that sums up a contour.
struct Functional {
  std::string name;
  float (*value)(Contour&);
};

/// The functionals of these names, in this order. Error for a name that is none.
std::vector<Functional> functionals(const std::vector<std::string>& names);
/// All names there are.
std::vector<std::string> functional_names();

}  // namespace emograd::audio
