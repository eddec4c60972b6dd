#pragma once

#include <map>
#include <string>

#include "tensor/io/npz.h"

using Arrays = std::map<std::string, emograd::Tensor>;

/// The arrays of a file in tests/golden, without its ending, read once.
inline const Arrays& golden(const std::string& name) {
  static std::map<std::string, Arrays> files;
  if (!files.contains(name))
    files[name] = emograd::read_npz(std::string(EMOGRAD_SOURCE_DIR) + "/tests/golden/" + name + ".npz");
  return files.at(name);
}
