#!/usr/bin/env bash
# Sets up a fresh Debian machine and does one job:
#   ./build.sh demo      build, then run the main experiment on a small corpus of synthetic speech
#   ./build.sh test      everything that must pass before a change lands: build with warnings as errors, tests, sanitizers,
#                        a clang build, short fuzzing, the format check
#   ./build.sh install   build and install to PREFIX (default /usr/local)
# Steps can be run alone: ./build.sh packages | release | unit | asan | tsan | clang | fuzz | format
# EMOGRAD_FUZZ_SECONDS (default 20) is the time per fuzz target, EMOGRAD_FUZZ_SEED (default 1) where it starts.
set -euo pipefail
cd "$(dirname "$0")"

RUN_PACKAGES=(g++ cmake ninja-build ccache pkg-config libfmt-dev libopenblas-openmp-dev libdnnl-dev zlib1g-dev nlohmann-json3-dev
  libxxhash-dev libcli11-dev libsvm-dev libsndfile1-dev doctest-dev gnuplot-nox espeak-ng)
TEST_PACKAGES=(git clang clang-format libomp-dev libclang-rt-dev binutils chromium)

packages() {
  command -v apt-get >/dev/null || { echo "build.sh installs packages on Debian; elsewhere install the counterparts of: ${RUN_PACKAGES[*]} $*" >&2; return 0; }
  local missing=() name
  for name in "${RUN_PACKAGES[@]}" "$@"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local sudo=(); [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# configure PRESET [options]: ccache where it is there.
configure() {
  local preset=$1; shift
  local launcher=(); command -v ccache >/dev/null && launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  cmake --preset "$preset" "${launcher[@]}" "$@" >/dev/null
}
build() { configure "$@"; cmake --build --preset "$1"; }
step() { printf '\n== %s\n' "$*"; }

release() { step "release build"; build release "-DEMOGRAD_TESTS=${1:-ON}"; }
unit() { step "tests"; ctest --preset release -j2; }
asan() { step "address and undefined-behaviour sanitizers"; build asan; ctest --preset asan -L unit -LE programs -j2; }
tsan() { step "thread sanitizer"; configure tsan; cmake --build --preset tsan --target unit_tests; ctest --preset tsan -L threads; }
clang() { step "clang build"; build clang; }
fuzz() {
  step "fuzzing, ${EMOGRAD_FUZZ_SECONDS:-20} s per target"
  configure fuzz
  cmake --build --preset fuzz --target fuzzers
  local target name
  for target in build/fuzz/bin/fuzz_*; do
    name=$(basename "$target")
    mkdir -p "build/fuzz/corpus/$name"
    "$target" -max_total_time="${EMOGRAD_FUZZ_SECONDS:-20}" -rss_limit_mb=2048 -max_len=4096 -verbosity=0 -seed="${EMOGRAD_FUZZ_SEED:-1}" \
      "build/fuzz/corpus/$name" $(ls -d "tests/fuzz/corpus/${name#fuzz_}" 2>/dev/null)
  done
}
format() {
  step "format check"
  git ls-files '*.h' '*.cpp' '*.cu' '*.cuh' | xargs clang-format --dry-run -Werror
}

case "${1:-}" in
  demo)
    packages; step "release build"; configure release; cmake --build --preset release --target yi2020_table1 speak extract
    shift; [ $# -eq 0 ] || exec build/release/bin/yi2020_table1 "$@"
    out="runs/demo-$(date +%Y-%m-%d-%H%M%S)" speech=synthetic_speech
    step "ten voices say eight sentences in four emotions";  build/release/bin/speak --out "$out/$speech"
    step "features of the sound files";  build/release/bin/extract "$out/$speech/wav" --set is10 --out "$out/${speech}_is10"
    step "yi2020_table1 on them"
    exec build/release/bin/yi2020_table1 --features "$out/${speech}_is10" --labels "$out/$speech/labels.csv" \
      --epochs 20 --sets 5 --jobs 0 --out "$out/table1" ;;
  test) packages "${TEST_PACKAGES[@]}"; format; release; unit; asan; tsan; clang; fuzz; step "all passed" ;;
  install) packages; release OFF; cmake --install build/release --prefix "${PREFIX:-/usr/local}" ;;
  packages) packages "${TEST_PACKAGES[@]}" ;;
  release | unit | asan | tsan | clang | fuzz | format) "$1" ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
