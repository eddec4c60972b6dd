// The house's one rule: a room includes only the rooms above it (docs/design.md).
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const std::vector<std::string> downward{"tensor", "autograd", "nn", "optim", "audio", "models", "experiments"};

int level(const std::string& room) {
  for (std::size_t i = 0; i < downward.size(); ++i)
    if (downward[i] == room) return static_cast<int>(i);
  return -1;
}

std::string first_folder(const std::string& path) { return path.substr(0, path.find('/')); }

/// Every #include "…" of a source text, and what is wrong with it as an include of `room`.
std::vector<std::string> wrong_includes(const std::string& room, std::istream& source) {
  std::vector<std::string> wrong;
  for (std::string line; std::getline(source, line);) {
    if (!line.starts_with("#include \"")) continue;
    const std::string path = line.substr(10, line.find('"', 10) - 10);
    const int other = level(first_folder(path));
    if (other < 0) wrong.push_back(path + " is not written from the root");
    else if (other > level(room)) wrong.push_back(path + " lies in a room below");
  }
  return wrong;
}

}  // namespace

TEST_CASE("rooms include only rooms above them") {
  int files = 0;
  for (const std::string& room : downward)
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(EMOGRAD_SOURCE_DIR) / room)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cpp" && extension != ".cu" && extension != ".cuh") continue;
      ++files;
      std::ifstream source(entry.path());
      for (const std::string& what : wrong_includes(room, source)) {
        CAPTURE(entry.path().string());
        FAIL_CHECK(what);
      }
    }
  CHECK(files > 50);
}

TEST_CASE("the rule can be broken, and is seen to be") {
  std::istringstream upward("#include \"nn/layers.h\"\n"), relative("#include \"layers.h\"\n"),
      fine("#include \"tensor/tensor.h\"\n");
  CHECK(wrong_includes("autograd", upward).size() == 1);
  CHECK(wrong_includes("nn", relative).size() == 1);
  CHECK(wrong_includes("nn", fine).empty());
}

TEST_CASE("no folder is named after what it is not") {
  for (const std::string& room : downward)
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(EMOGRAD_SOURCE_DIR) / room))
      for (const char* name : {"utils", "helpers", "common", "misc", "impl", "base"})
        CHECK(!(entry.is_directory() && entry.path().filename() == name));
}
