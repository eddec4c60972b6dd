#include "tensor/kernels/isa.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "tests/op_checks.h"

using namespace emograd;
using namespace emograd::cases;

namespace {

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen((command + " 2>&1").c_str(), "r"), ::pclose);
  std::string out;
  std::array<char, 4096> buffer;
  while (pipe && std::fgets(buffer.data(), buffer.size(), pipe.get())) out += buffer.data();
  return out;
}

std::string probe(const std::string& environment) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  return output_of(environment + " '" + self + "' --test-case='isa probe*'");
}

}  // namespace

TEST_CASE("isa probe: the level of this process") {
  const std::string text = std::string("active level ") + kernels::name_of(kernels::active_isa());
  MESSAGE(text);
}

TEST_CASE("isa: EMOGRAD_ISA chooses the level; a wrong one is an error that says so") {
  CHECK(contains(probe("EMOGRAD_ISA=v2"), "active level v2"));
  if (!std::getenv("EMOGRAD_ISA")) {
    const std::string best = kernels::name_of(kernels::active_isa());
    CHECK(contains(probe("EMOGRAD_ISA="), "active level " + best));
    for (const std::string level : {"v3", "v4"})
      CHECK(contains(probe("EMOGRAD_ISA=" + level), level <= best ? "active level " + level : "no more than " + best));
  }
  CHECK(contains(probe("EMOGRAD_ISA=v9"), "EMOGRAD_ISA=v9: unknown level"));
  CHECK(contains(probe("EMOGRAD_ISA=v33"), "unknown level"));
}

#ifdef EMOGRAD_ISA_OBJECT_LIST
// An inline function emitted into an object of level v4 may be the copy the linker keeps for everybody.
TEST_CASE("isa: objects of a level define no mergeable function outside that level's namespace") {
  std::ifstream list(EMOGRAD_ISA_OBJECT_LIST);
  std::string object;
  int objects = 0, tables = 0;
  while (std::getline(list, object)) {
    if (object.empty()) continue;
    ++objects;
    const auto at = object.find(".dir/");
    REQUIRE(at != std::string::npos);
    const std::string level = object.substr(at - 2, 2);
    std::istringstream symbols(output_of("nm -C --defined-only '" + object + "'"));
    std::string line;
    while (std::getline(symbols, line)) {
      if (line.size() < 20) continue;
      const char kind = line[17];
      const std::string name = line.substr(19);
      tables += contains(name, "table_at<");
      if (kind != 'W' && kind != 'u' && kind != 'V') continue;
      INFO(object << ": " << kind << " " << name);
      CHECK(contains(name, "::" + level + "::"));
    }
  }
  CHECK(objects >= 10);
  CHECK(tables >= objects);  // nm was understood
}
#endif
