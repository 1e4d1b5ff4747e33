#!/usr/bin/env python3
"""fasttrain beside PyTorch, JAX and scikit-learn: training throughput on the same cores, data and networks.

    python3 Benchmarks/peers/peers.py --fasttrain PATH --data mnist.safetensors --threads 2 --markdown peers.md

Every measurement is a process of its own, and the programs take turns, so that a slow minute of the machine falls on
all of them. What counts is the median of the runs, and the ratio: both move less than a single figure.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

from workloads import WORKLOADS

HERE = Path(__file__).parent
PEERS = ("torch", "jax", "sklearn")


def main() -> None:
    options = arguments()
    programs = [*(["fasttrain"] if options.fasttrain else []), *options.peers]
    results = {(workload, program): [] for workload in options.workloads for program in programs}
    for run in range(1, options.runs + 1):
        for workload, program in results:
            result = measure(program, workload, options)
            results[workload, program].append(result)
            rate = result["samples_per_second"]
            print(f"run {run} of {options.runs}: {workload:12}  {program:9} {rate:12,.0f} samples/s", file=sys.stderr)
    report = markdown(results, options)
    print(report, end="")
    if options.markdown:
        Path(options.markdown).write_text(report)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fasttrain", help="the fasttrain program; without it only the peers run")
    parser.add_argument("--data", required=True, help="MNIST as a fasttrain dataset")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    names = [name.removeprefix("mnist-") for name in WORKLOADS]
    parser.add_argument("--workloads", default=",".join(names), help="of %(default)s")
    parser.add_argument("--peers", default=",".join(PEERS), help="of %(default)s")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="the length of a measurement, after warm-up")
    parser.add_argument("--markdown", metavar="FILE", help="write the table there as well")
    options = parser.parse_args()
    options.workloads = [f"mnist-{name.removeprefix('mnist-')}" for name in options.workloads.split(",")]
    options.peers = [name for name in options.peers.split(",") if name]
    for name in options.workloads:
        if name not in WORKLOADS:
            parser.error(f"no workload {name}: expected some of {', '.join(WORKLOADS)}")
    for name in options.peers:
        if name not in PEERS:
            parser.error(f"no peer {name}: expected some of {', '.join(PEERS)}")
    if options.threads > len(os.sched_getaffinity(0)):
        parser.error(f"--threads {options.threads}: this process may use {len(os.sched_getaffinity(0))} CPUs")
    return options


def measure(program: str, workload: str, options: argparse.Namespace) -> dict:
    """Runs one program on one workload; what it printed as JSON."""
    if program == "fasttrain":
        command = [options.fasttrain, "benchmark", "--json"]
    else:
        command = [sys.executable, str(HERE / f"{program}_peer.py")]
    command += ["--workload", workload, "--data", options.data]
    command += ["--threads", str(options.threads), "--seconds", str(options.seconds)]
    cpus = chosen_cpus(options.threads)
    done = subprocess.run(
        command,
        env=os.environ | thread_environment(options.threads),
        preexec_fn=lambda: os.sched_setaffinity(0, cpus),
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def thread_environment(threads: int) -> dict[str, str]:
    """Each library reads its own variable; XLA sizes its pool by NPROC."""
    count = str(threads)
    several = str(threads > 1).lower()
    return {
        "OMP_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "NPROC": count,
        "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={several} intra_op_parallelism_threads={count}",
        "JAX_PLATFORMS": "cpu",
    }


def chosen_cpus(threads: int) -> set[int]:
    """CPUs to pin to: of different cores first, a core's second hardware thread only when the cores run out."""

    def place_in_core(cpu: int) -> int:
        siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        try:
            first = siblings.read_text().replace("-", ",").split(",")[0]
        except OSError:
            return 0
        return int(cpu != int(first))

    usable = sorted(os.sched_getaffinity(0), key=lambda cpu: (place_in_core(cpu), cpu))
    return set(usable[:threads])


def markdown(results: dict[tuple[str, str], list[dict]], options: argparse.Namespace) -> str:
    """The table: medians, and beside each peer how many times as fast fasttrain is."""
    rates = {key: [run["samples_per_second"] for run in runs] for key, runs in results.items()}
    medians = {key: statistics.median(values) for key, values in rates.items()}
    peaks = [run["peak_gflops"] for (_, program), runs in results.items() if program == "fasttrain" for run in runs]
    peak = statistics.median(peaks) if peaks else None

    rows = [("workload", "program", "samples/s", "slowest to fastest run", "share of peak", "fasttrain is")]
    for (workload, program), median in medians.items():
        ours = medians.get((workload, "fasttrain"))
        operations = WORKLOADS[workload].operations_per_sample
        rows.append(
            (
                workload,
                program,
                f"{median:,.0f}",
                f"{min(rates[workload, program]):,.0f} to {max(rates[workload, program]):,.0f}",
                f"{median * operations / (peak * 1e9):.0%}" if peak else "",
                f"{ours / median:.2f}× as fast" if ours and program != "fasttrain" else "",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    ruler = tuple("-" * (width - 1) + (":" if column > 1 else "-") for column, width in enumerate(widths))
    lines = []
    for row in [rows[0], ruler, *rows[1:]]:
        cells = (cell.rjust(width) if n > 1 else cell.ljust(width) for n, (cell, width) in enumerate(zip(row, widths)))
        lines.append(f"| {' | '.join(cells)} |")

    versions = {program: runs[0].get("version") for (_, program), runs in results.items()}
    peers = ", ".join(f"{program} {version}" for program, version in versions.items() if version)
    threads = f"{options.threads} thread{'s' if options.threads > 1 else ''}"
    measured = f", measured fp32 peak {peak:,.0f} GFLOP/s" if peak else ""
    head = f"{cpu_name()}, {threads}{measured}. {peers}. Median of {options.runs}, {options.seconds:g} s each."
    return head + "\n\n" + "\n".join(lines) + "\n"


def cpu_name() -> str:
    """The processor as the kernel calls it, with the widest vectors it has."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    info = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = info.get("flags", "").split()
    vectors = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "no AVX2"
    return f"{info.get('model name', platform.machine())} ({vectors})"


if __name__ == "__main__":
    main()
