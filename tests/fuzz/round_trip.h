#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "tensor/tensor.h"

/// For fuzz targets: what was parsed is written and read again; a difference stops the fuzzer.
namespace emograd::fuzz {

inline void require(bool ok) {
  if (!ok) std::abort();
}

inline void require_equal(const Tensor& a, const Tensor& b) { require(a.is_contiguous() && bitwise_equal(a, b)); }

inline void require_equal(const std::map<std::string, Tensor>& a, const std::map<std::string, Tensor>& b) {
  require(a.size() == b.size());
  for (const auto& [name, t] : a) {
    const auto found = b.find(name);
    require(found != b.end());
    require_equal(t, found->second);
  }
}

/// One file per process, for the writers: they write to paths only.
inline std::filesystem::path scratch_file() {
  static const std::filesystem::path folder = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "emograd-fuzz-XXXXXX").string();
    require(mkdtemp(pattern.data()) != nullptr);
    return std::filesystem::path(pattern);
  }();
  return folder / "file";
}

}  // namespace emograd::fuzz
