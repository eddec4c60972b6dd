#!/usr/bin/env bash
# run.sh BUILD_DIR [CMAKE_OPTIONS]: installs the build into a fresh folder, then configures, builds and runs the outside
# program there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build=$1; shift
cmake --install "$build" --prefix "$work/prefix" >/dev/null
cmake -S "$here" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_BUILD_TYPE=Release "$@" >/dev/null
cmake --build "$work/build" >/dev/null
"$work/build/outside"
