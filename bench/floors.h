#pragma once

#include <benchmark/benchmark.h>

/// The least work a measurement stands for, counted by hand from the mathematics: floating-point operations, and bytes
/// that must move if every input is read once and every output written once. compare.py turns them into a time by the
/// rates that bench_kernels measures in the same run (roof_flops, roof_bytes).
inline void set_floor(benchmark::State& state, double flops, double bytes) {
  state.counters["flops"] = flops;
  state.counters["bytes"] = bytes;
}
