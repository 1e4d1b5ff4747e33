#!/usr/bin/env python3
"""Run the fuzzers: libFuzzer with AddressSanitizer around each parser of untrusted input.

    Tests/Fuzz/run.py FASTTRAIN_FUZZ [--only NAME,…] [--runs N | --seconds N] [--quick] [--seed N] [--work FOLDER]
        [--jobs N] [--length N]

Runs all seeds and, from the work folder, all inputs by which earlier runs reached new code, then N mutations of them,
or as many as fit into the time. With --runs and --seed, each run executes the same inputs, apart from what the work
folder adds. With --quick, slow inputs are mutated less often, as measured by the clock: the same number of executions
takes less than half the time (tables), or a ninth of it (data sets). Prints one line per parser and exits with 1 if
there was a finding: its input is then in FOLDER/findings/NAME, and FASTTRAIN_FUZZ NAME INPUT reproduces it.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
# The limits of time (s) and memory (MiB) for one input.
SECONDS, MEMORY = 60, 2048


def fuzz(program: str, parser: str, options: argparse.Namespace) -> tuple[bool, str]:
    """Return whether all went well, and the line that reports it."""
    found = pathlib.Path(options.work) / "corpus" / parser
    findings = pathlib.Path(options.work) / "findings" / parser
    for folder in (found, findings):
        folder.mkdir(parents=True, exist_ok=True)
    log = pathlib.Path(options.work) / f"{parser}.log"
    scratch = tempfile.mkdtemp(prefix="fasttrain-fuzz-", dir="/dev/shm")
    limit = [f"-runs={options.runs}"] if options.seconds is None else [f"-max_total_time={options.seconds}"]
    command = [
        program, parser, *limit, f"-seed={options.seed}", f"-timeout={SECONDS}", f"-rss_limit_mb={MEMORY}",
        f"-malloc_limit_mb={MEMORY}", f"-max_len={options.length}",
        f"-entropic_scale_per_exec_time={int(options.quick)}", f"-dict={HERE / 'dictionaries' / parser}.dict",
        f"-artifact_prefix={findings}/", "-print_final_stats=1", str(found),
        str(HERE / "corpus" / parser),
    ]
    environment = os.environ | {
        "FASTTRAIN_FUZZ_FOLDER": scratch,
        # A quarantine that outlasts one execution is enough, and short stacks are: this halves the time for tables of
        # text.
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1:handle_abort=1:quarantine_size_mb=1"
        ":thread_local_quarantine_size_kb=16:malloc_context_size=1:max_malloc_fill_size=0",
        "SWIFT_BACKTRACE": "enable=no",
        "OMP_NUM_THREADS": "1",
    }
    begin = time.monotonic()
    with log.open("w") as output:
        status = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, env=environment).returncode
    seconds = time.monotonic() - begin
    shutil.rmtree(scratch, ignore_errors=True)
    text = log.read_text(errors="replace")
    executions = [int(number) for number in re.findall(r"^stat::number_of_executed_units: (\d+)", text, re.M)]
    coverage = re.findall(r"cov: (\d+) ft: (\d+)", text)
    counters = re.search(r"Loaded \d+ modules? +\((\d+) ", text)
    count = executions[-1] if executions else 0
    edges, features = coverage[-1] if coverage else ("0", "0")
    line = (
        f"{parser:13} {count:>12,} executions  {edges:>6} of {counters[1] if counters else '?'} edges  {features:>7} features"
        f"  {count / max(seconds, 0.001):>8,.0f}/s"
    )
    # Without counters, coverage did not guide anything, so this was no fuzzing run.
    if status == 0 and executions and coverage and int(edges) > 0:
        return True, line
    said = re.findall(r"FINDING: .*|Swift runtime failure: .*?(?= /)|Fatal error.*|^==\d+==ERROR: .*|^SUMMARY: .*", text, re.M)
    return False, f"{line}  {said[0][:200] if said else f'status {status}'} (see {log})"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--only", default="")
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--length", type=int, default=4096, help="the largest input, in bytes (default: 4096)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--work", default=".build-fuzz/work")
    options = parser.parse_args()
    names = subprocess.run([options.program, "--list"], check=True, capture_output=True, text=True).stdout.split()
    chosen = options.only.split(",") if options.only else names
    if unknown := set(chosen) - set(names):
        sys.exit(f"no parsers: {', '.join(sorted(unknown))}")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        failed = 0
        for well, line in pool.map(lambda name: fuzz(options.program, name, options), chosen):
            failed += not well
            print(line, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
