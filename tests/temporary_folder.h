#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>

#include "tensor/error.h"
#include "tensor/io/atomic_file.h"
#include "tensor/io/bytes.h"
#include "tests/error_checks.h"

/// What is in a file.
inline std::string content(const std::filesystem::path& path) {
  return std::string(emograd::io::as_text(emograd::io::read_file(path)));
}

inline void write_text(const std::filesystem::path& path, std::string_view text) {
  emograd::write_file(path, emograd::io::as_bytes(text));
}

/// A fresh folder, removed with everything in it at the end of the scope.
struct TemporaryFolder {
  std::filesystem::path path;

  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "emograd-test-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path operator/(const std::string& name) const { return path / name; }
  /// A file of this name there, holding this.
  std::filesystem::path file(const std::string& name, std::string_view text) const {
    write_text(path / name, text);
    return path / name;
  }
  auto entries() const { return std::distance(std::filesystem::directory_iterator(path), {}); }
};
