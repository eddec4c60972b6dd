#!/usr/bin/env python3
"""emograd beside PyTorch, in one run on one machine: a Markdown table of medians, ratios and floors.

    cmake --preset bench && cmake --build --preset bench
    python bench/compare.py build/bench

Needs only the standard library; the peer (pytorch_peer.py, run with the same interpreter) needs torch. The two take turns,
--rounds times, because a shared machine drifts; the median over all rounds is shown. A floor is the time that the counted
operations and bytes would take at the rates this run measured for a 2048³ product and for memcpy.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys


def emograd(build, program, pattern, env):
    command = [build / "bin" / program, "--benchmark_format=json", "--benchmark_min_time=0.5", f"--benchmark_filter={pattern}"]
    out = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    scale = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}
    for row in json.loads(out)["benchmarks"] if out.strip() else []:
        name = row["name"].removesuffix("/real_time")
        yield name, row["real_time"] * scale[row["time_unit"]] / row.get("per", 1), row


def peer(only, threads, env):
    command = [sys.executable, pathlib.Path(__file__).with_name("pytorch_peer.py"), f"--threads={threads}"]
    command += [f"--only={only}"] if only else []
    out = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        row = json.loads(line)
        yield row["name"], row["seconds"]


def show(seconds):
    for unit, scale in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help="regular expression on emograd's names; with it the peer runs everything")
    parser.add_argument("--peer-only", help="comma-separated names of pytorch_peer.py")
    parser.add_argument("--no-peer", action="store_true")
    options = parser.parse_args()
    env = dict(os.environ, OMP_NUM_THREADS=str(options.threads))
    ours, theirs, rows = {}, {}, {}
    for _ in range(options.rounds):
        for program in ("bench_training", "bench_kernels"):
            for name, seconds, row in emograd(options.build, program, options.only or ".", env):
                ours.setdefault(name, []).append(seconds)
                rows[name] = row
        if not options.no_peer:
            for name, seconds in peer(options.peer_only, options.threads, env):
                theirs.setdefault(name, []).append(seconds)
    ours = {name: statistics.median(times) for name, times in ours.items()}
    theirs = {name: statistics.median(times) for name, times in theirs.items()}

    rate_flops = rows["roof_flops"]["flops"] / ours["roof_flops"] if "roof_flops" in ours else None
    rate_bytes = rows["roof_bytes"]["bytes"] / ours["roof_bytes"] if "roof_bytes" in ours else None
    if rate_flops and rate_bytes:
        print(f"Roofs of this run, {options.threads} threads: {rate_flops * 1e-9:.0f} GFLOP/s (2048³ product, f32), "
              f"{rate_bytes * 1e-9:.1f} GB/s (copy, bytes read + written)\n")
    print("| measurement | emograd | PyTorch | ratio | floor | emograd / floor |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, seconds in ours.items():
        floor = max(rows[name].get("flops", 0) / rate_flops, rows[name].get("bytes", 0) / rate_bytes) if rate_flops and rate_bytes else 0
        other = theirs.get(name)
        print(f"| {name} | {show(seconds)} | {show(other) if other else '–'} | {f'{other / seconds:.2f} ×' if other else '–'} "
              f"| {show(floor) if floor else '–'} | {f'{seconds / floor:.2f}' if floor else '–'} |")


if __name__ == "__main__":
    main()
