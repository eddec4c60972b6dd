#!/usr/bin/env bash
# run.sh BUILD_DIR [CMAKE_OPTIONS]: installs the build into a fresh folder, then configures, builds and runs the outside
# program there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build=$1; shift
cmake --install "$build" --prefix "$work/prefix" >/dev/null
awk '/^```cpp/ {inside = 1; next} /^```/ {inside = 0} inside' "$here/../../README.md" >"$work/lines"
{ grep '^#include' "$work/lines"; echo 'int main() {'; grep -v '^#include' "$work/lines"; echo '}'; } >"$work/readme.cpp"
cmake -S "$here" -B "$work/build" -DREADME_PROGRAM="$work/readme.cpp" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_BUILD_TYPE=Release "$@" >/dev/null
cmake --build "$work/build" >/dev/null
"$work/build/outside"
"$work/build/readme"
