#pragma once

#include <string>

#include "tensor/error.h"

namespace emograd::audio {

/// The one of `all` with that name. Error naming those there are: "there is no feature set 'x'; there are …".
template <class All>
const auto& by_name(const All& all, const std::string& name, const char* what) {
  std::string known;
  for (const auto& each : all) {
    if (each.name == name) return each;
    known += (known.empty() ? "" : ", ") + each.name;
  }
  fail(std::string("there is no ") + what + " '" + name + "'; there are " + known);
}

}  // namespace emograd::audio
