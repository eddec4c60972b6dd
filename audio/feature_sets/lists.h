#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

/// How feature sets write down their names.
namespace emograd::audio {

using Names = std::vector<std::string>;

/// name[first] … name[last].
inline Names numbered(const std::string& name, std::int64_t first, std::int64_t last) {
  Names names;
  for (std::int64_t i = first; i <= last; ++i) names.push_back(name + "[" + std::to_string(i) + "]");
  return names;
}

inline Names joined(std::initializer_list<Names> parts) {
  Names all;
  for (const Names& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace emograd::audio
