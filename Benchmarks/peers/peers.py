#!/usr/bin/env python3
"""Compare the training throughput of fasttrain and its peers on the same cores, data and networks.

    python3 Benchmarks/peers/peers.py --fasttrain PATH --data mnist.safetensors --threads 2 --threads 1

The tools take turns: in each round, every tool measures each workload once, so that a slow minute of the machine
affects all of them. The result is the median over the rounds, and the ratio of medians: both vary less than single
figures.
"""

import argparse
import contextlib
import datetime
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import report
import results
import verbose
from tools import TOOLS, Failure, Fasttrain, Tool, Worker
from workloads import WORKLOADS

PAUSE_SECONDS = 0.2  # the previous tool's threads spin for some tenths of a second before they sleep
BF16_FLAGS = {"avx512_bf16", "amx_bf16"}


def main() -> None:
    options = arguments()
    tools = [tool for tool in options.tools if can_run(tool, options)]
    options.scratch.mkdir(parents=True, exist_ok=True)
    ran_on = {tool.name: libraries_of(tool, options) for tool in tools if tool.peer}
    measured = []
    for threads in options.threads:
        measured += measure_all(tools, threads, options)
    found = machine()
    known_as = f"{found['cpu']} ({found['kind']})" if found["kind"] else found["cpu"]
    run = {
        "cpu": options.cpu_name or known_as,
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "machine": found,
        "fasttrain": version_of(options.fasttrain),
        "rounds": options.rounds,
        "seconds": options.seconds,
        "threads": options.threads,
        "workloads": options.workloads,
        "tools": [tool.name for tool in tools],
        "ran_on": ran_on,
        "results": measured,
    }
    (options.scratch / "results.json").write_text(json.dumps(run, indent=1) + "\n")
    file = results.save(results.condensed(run), options.output / "results")
    report.write(options.output)
    print(f"wrote {file}, {options.output}/RESULTS.md and results.svg", file=sys.stderr)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    usable = len(os.sched_getaffinity(0))
    workloads = [name.removeprefix("mnist-") for name in WORKLOADS]
    tools = [tool.name for tool in TOOLS]
    parser.add_argument("--fasttrain", required=True, help="path of fasttrain")
    parser.add_argument("--data", required=True, help="MNIST as a fasttrain dataset")
    parser.add_argument("--threads", type=int, action="append", help="may be repeated (default: 2 and 1)")
    parser.add_argument("--workloads", default=",".join(workloads), help="comma-separated, from %(default)s")
    parser.add_argument("--tools", default=",".join(tools), help="comma-separated, from %(default)s")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="duration of a measurement (%(default)s)")
    parser.add_argument("--cpu-name", metavar="NAME", help="heading of this CPU (default: as /proc/cpuinfo names it)")
    folder = {"type": Path, "metavar": "DIR"}
    parser.add_argument("--output", **folder, default="Benchmarks", help="folder for results/, RESULTS.md, results.svg")
    parser.add_argument("--scratch", **folder, default=".build-peers/run", help="folder for raw results and logs")
    options = parser.parse_args()
    if not os.access(options.fasttrain, os.X_OK):
        parser.error(f"--fasttrain {options.fasttrain}: no such program")
    options.threads = options.threads or ([2, 1] if usable > 1 else [1])
    options.workloads = [f"mnist-{name.removeprefix('mnist-')}" for name in options.workloads.split(",")]
    for name in options.workloads:
        if name not in WORKLOADS:
            parser.error(f"no workload {name}: expected some of {', '.join(WORKLOADS)}")
    for name in options.tools.split(","):
        if name not in tools:
            parser.error(f"no tool {name}: expected some of {', '.join(tools)}")
    options.tools = [tool for tool in TOOLS if tool.name in options.tools.split(",")]
    for threads in options.threads:
        if not 1 <= threads <= usable:
            parser.error(f"--threads {threads}: expected 1 to {usable}, the CPUs that this process may use")
    return options


def can_run(tool: Tool, options: argparse.Namespace) -> bool:
    """Only measure bf16 if the CPU has instructions for it; emulation is slower than fp32."""
    reason = ""
    if tool.precision == "bf16" and not BF16_FLAGS & set(cpu_info().get("flags", "").split()):
        reason = "this CPU has no bf16 instructions"
    elif tool.options and not all(option in help_of(options.fasttrain) for option in tool.options if option[0] == "-"):
        reason = f"this fasttrain has no {tool.options[0]}"
    if reason:
        print(f"{tool.name}: left out, {reason}", file=sys.stderr)
    return not reason


def libraries_of(tool: Tool, options: argparse.Namespace) -> dict[str, list[str]]:
    """Train a little in a process of its own whose libraries print each product, which would slow measurements."""
    log = options.scratch / f"{tool.name}-verbose.log"
    worker = Worker(tool, log, options.data, options.threads[0], verbose.ENVIRONMENT)
    print(f"{tool.name}: finding out what it runs on", file=sys.stderr)
    try:
        for workload in options.workloads:
            with contextlib.suppress(Failure):  # the measurements will report it
                worker.measure(workload, seconds=0)
    finally:
        worker.close()
    return verbose.ran_on(log.read_text(errors="replace"))


def measure_all(tools: list[Tool], threads: int, options: argparse.Namespace) -> list[dict]:
    """Run all rounds with a number of threads. A tool that failed before its first result for a workload is not asked
    again."""
    runners = {
        tool: Worker(tool, options.scratch / f"{tool.name}-{threads}.log", options.data, threads)
        if tool.peer
        else Fasttrain(tool, options.fasttrain, options.data, threads)
        for tool in tools
    }
    results = {
        (workload, tool): {"workload": workload, "tool": tool.name, "threads": threads, "runs": [], "failures": []}
        for workload in options.workloads
        for tool in tools
    }
    try:
        for number in range(1, options.rounds + 1):
            for (workload, tool), result in results.items():
                if result["failures"] and not result["runs"]:
                    continue
                time.sleep(PAUSE_SECONDS)
                try:
                    answer = runners[tool].measure(workload, options.seconds)
                    result["runs"].append(answer)
                    outcome = f"{answer['samples_per_second']:12,.0f} samples/s"
                except Failure as failure:
                    result["failures"].append(str(failure))
                    outcome = f"      FAILED  {failure}"
                count = f"{threads} thread{'s' if threads > 1 else ''}, round {number} of {options.rounds}"
                print(f"{count}: {workload:12}  {tool.name:18} {outcome}", file=sys.stderr)
    finally:
        for runner in runners.values():
            runner.close()
    return list(results.values())


def help_of(program: str) -> str:
    return subprocess.run([program, "benchmark", "--help"], capture_output=True, text=True).stdout


def version_of(program: str) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip()


def machine() -> dict:
    """Describe the machine by the output of `lscpu` and `uname`."""
    info = cpu_info()
    family, model = (int(info.get(key, 0)) for key in ("cpu family", "model"))
    return {
        "cpu": info.get("model name", platform.machine()),
        "family": family,
        "model": model,
        "kind": kind(info.get("vendor_id", ""), family, model),
        "cpus": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        "python": platform.python_version(),
    }


def kind(vendor: str, family: int, model: int) -> str:
    """Return the microarchitecture, which the CPU name of a virtual machine may not reveal."""
    if vendor == "GenuineIntel":
        server = {85: "Skylake or Cascade Lake", 106: "Ice Lake", 143: "Sapphire Rapids", 207: "Emerald Rapids"}
        return server.get(model, "") if family == 6 else ""
    if vendor != "AuthenticAMD":
        return ""
    if family == 25:
        return "Zen 4" if model >> 4 in (1, 6, 7, 10) else "Zen 3"
    return {23: "Zen to Zen 2", 26: "Zen 5"}.get(family, "")


def cpu_info() -> dict[str, str]:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return {}
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}


if __name__ == "__main__":
    main()
