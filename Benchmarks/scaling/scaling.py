#!/usr/bin/env python3
"""Predict how training scales from one host like this to a thousand.

    Benchmarks/scaling/scaling.py FASTTRAIN [--ranks 1,2,…] [--bandwidth BITS] [--latency SECONDS] [--threads N]
        [--workloads NAME,…] [--rows N] [--chart FILE] [--check RATE,…]

Measures the parts of a step on this machine and prints the efficiency on each number of hosts, with one process each. With
weak scaling every host has the workload's minibatch; with strong scaling the hosts share `--rows` rows. `--check` measures
1, 2 and 4 hosts in network namespaces with links of the given speeds instead, beside what the model says (as root). The
shim (`make mpi`) lies beside the program.
"""

import argparse
import os
import statistics
import sys
from pathlib import Path

import chart
from check import check, cost_per_byte
from model import Network, strong, weak
from parts import WORKLOADS, Machine

# The rows of the minibatches that are measured. Between them times are almost linear.
ROWS = [8, 32, 128, 512, 2048]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fasttrain")
    parser.add_argument("--ranks", default=",".join(str(2**power) for power in range(11)), help="numbers of hosts")
    parser.add_argument("--bandwidth", type=float, default=10e9, help="bits per second of a link")
    parser.add_argument("--latency", type=float, default=20e-6, help="seconds that a message takes")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="threads of a host")
    parser.add_argument("--workloads", default="mnist-wide,mnist-deep")
    parser.add_argument("--rows", type=int, default=16384, help="rows of a minibatch with strong scaling")
    parser.add_argument("--seconds", type=float, default=2, help="seconds of each measurement")
    parser.add_argument("--data", help="a data set with 784 features and 10 classes (default: the built-in sample)")
    parser.add_argument("--chart", type=Path, help="an SVG file to write")
    parser.add_argument("--check", default="", metavar="RATE,…", help="compare with runs at these bits per second")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each comparison")
    options = parser.parse_args()
    workloads = options.workloads.split(",")
    if unknown := set(workloads) - set(WORKLOADS):
        sys.exit(f"there are no workloads named {', '.join(sorted(unknown))}")
    ranks = [int(word) for word in options.ranks.split(",")]

    if options.check:
        machine = Machine(options.fasttrain, 1, options.seconds, options.data)
        return compare(machine, workloads, [float(word) for word in options.check.split(",")], options.rounds)

    machine = Machine(options.fasttrain, options.threads, options.seconds, options.data)
    # One thread of a host exchanges, and the others wait for it.
    cost = median_cost(Machine(options.fasttrain, 1, options.seconds, options.data))
    network = Network(options.bandwidth, options.latency, cost)
    print(f"{options.bandwidth / 1e9:g} Gbit/s, {options.latency * 1e6:g} µs, "
          f"{options.threads} threads a host, TCP costs {cost * 1e9:.2f} ns of a host's time for each byte")
    series = []
    for workload in workloads:
        parts = machine.parts(workload, ROWS)
        rows = WORKLOADS[workload].batch_size
        for kind, values in (
            (f"weak, {rows:,} rows a host", [weak(parts, network, count, rows) for count in ranks]),
            (f"strong, {options.rows:,} rows in all", [strong(parts, network, count, options.rows) for count in ranks]),
        ):
            series.append(chart.Series(workload, kind, values))
    width = max(len(f"{one.workload}, {one.kind}") for one in series)
    print(f"{'hosts':{width}} " + " ".join(f"{count:>5}" for count in ranks))
    for one in series:
        print(f"{one.workload + ', ' + one.kind:{width}} " + " ".join(f"{value:>5.0%}" for value in one.values))
    if options.chart:
        options.chart.write_text(chart.svg(ranks, series, options.bandwidth, options.latency, options.threads))
    return 0


def median_cost(machine: Machine) -> float:
    return statistics.median(cost_per_byte(machine) for _ in range(3))


def compare(machine: Machine, workloads: list[str], rates: list[float], rounds: int) -> int:
    """Prints the measured and the computed time of each step. Returns 1 if one differs by more than 15%."""
    cost = median_cost(machine)
    print(f"TCP costs {cost * 1e9:.2f} ns of a CPU for each byte")
    print(f"{'workload':13} {'Mbit/s':>6} {'hosts':>5} {'measured':>9} {'model':>9} {'error':>6}  waiting, measured and model")
    largest = 0.0
    for workload in workloads:
        for one in check(machine, workload, rates, [1, 2, 4], cost, rounds):
            largest = max(largest, abs(one["error"]))
            print(f"{workload:13} {one['rate'] / 1e6:6.0f} {one['hosts']:5} {one['measured'] * 1e3:6.1f} ms "
                  f"{one['computed'] * 1e3:6.1f} ms {one['error']:+6.0%}  {one['waited']:.0%} {one['waited_computed']:.0%}",
                  flush=True)
    print(f"largest error: {largest:.0%}")
    return 1 if largest > 0.15 else 0


if __name__ == "__main__":
    sys.exit(main())
