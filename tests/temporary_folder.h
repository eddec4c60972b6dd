#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tensor/error.h"

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
  auto entries() const { return std::distance(std::filesystem::directory_iterator(path), {}); }
};

/// The message of the FileError that `f` throws; "" where it throws none.
template <class F>
std::string file_error_of(F&& f) {
  try {
    f();
  } catch (const emograd::FileError& e) { return e.what(); }
  return "";
}

#define CHECK_FILE_ERROR(expression, part)                                           \
  do {                                                                               \
    const std::string message_of_error = file_error_of([&] { (void)(expression); }); \
    INFO(message_of_error);                                                          \
    CHECK(message_of_error.find(part) != std::string::npos);                         \
  } while (false)
