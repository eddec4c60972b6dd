// What the running process consists of.
#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <string>

#include "autograd/ops/linalg.h"
#include "tensor/tensor.h"

namespace {

/// Paths of the shared libraries mapped into this process.
std::set<std::string> loaded_libraries() {
  std::set<std::string> paths;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find(".so") != std::string::npos && line.find('/') != std::string::npos)
      paths.insert(line.substr(line.find('/')));
  return paths;
}

}  // namespace

TEST_CASE("one OpenMP runtime is in the process, and OpenBLAS brings no threads of its own") {
  emograd::matmul(emograd::ones({300, 300}), emograd::ones({300, 300}));  // whatever loads late has been loaded
  int runtimes = 0, pthread_blas = 0;
  for (const std::string& path : loaded_libraries()) {
    for (const char* runtime : {"/libgomp.", "/libomp.", "/libiomp"})
      runtimes += path.find(runtime) != std::string::npos;
    pthread_blas += path.find("openblas-pthread") != std::string::npos;
  }
  CHECK(runtimes == 1);
  CHECK(pthread_blas == 0);
}
