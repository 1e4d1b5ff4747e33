"""Limit the address space and the data of the process, from too little to plenty."""

import re
import resource
import subprocess
from collections import Counter
from pathlib import Path

from harness import Bench, expect
from surroundings import expect_line

# Stands for the folder of a new run.
NEW = "NEW"
KINDS = {"address space": resource.RLIMIT_AS, "data": resource.RLIMIT_DATA}


def address_space(bench: Bench) -> str:
    """Train on the built-in sample under limits in steps of 10 MB, and evaluate a model in steps of 2 MB: a command is
    refused, ends with 74, or is complete. It never traps, which Swift does if an array cannot be allocated."""
    counts: Counter = Counter()
    model = bench.new_folder()
    command, environment = bench.command("train", "--epochs", "1", "--hidden", "512", "--quiet", "--output", model)
    subprocess.run(command, env=environment, check=True, capture_output=True)

    def check(name: str, limit: int, outcome: str, arguments: list[str | Path]) -> str:
        run = bench.new_folder()
        command, environment = bench.command(*(run if word is NEW else word for word in arguments))
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120,
            preexec_fn=lambda: resource.setrlimit(KINDS[name], (limit * 10**6, limit * 10**6)))
        if done.returncode == 127 or done.returncode < 0 and not starts(bench, name, limit):
            return f"{name}: not started"  # the system's loader and Swift's library need some memory before the program
        what = f"{name} limited to {limit} MB, {' '.join(map(str, arguments))}"
        expect_line(done, (0, 64, 74), what)
        if done.returncode == 64:
            expect(re.search("of memory, expected at most .*ulimit", done.stderr) is not None, f"{what}: {done.stderr}")
        bench.remove(run)
        if "allocation failed" in done.stderr:
            return f"{name}: no memory"
        return f"{name}: {outcome if done.returncode == 0 else f'not {outcome}'}"

    train = ["train", "--epochs", "1", "--output", NEW]
    for name in KINDS:
        cases = [(name, limit, "trained", train) for limit in range(10, 1501, 10)]
        large = [*train, "--hidden", "1024,1024", "--threads", "8"]
        cases += [(name, limit, "trained", large) for limit in range(10, 701, 10)]
        # Its memory is not estimated, so that an allocation fails under some of these limits.
        evaluate = ["evaluate", model, "--threads", "1"]
        cases += [(name, limit, "evaluated", evaluate) for limit in range(8, 61, 2)]
        counts += bench.each(cases, check)
        for outcome in ("trained", "not trained", "evaluated"):
            expect(counts[f"{name}: {outcome}"] > 0, f"{name}: none was {outcome}")
    expect(any(counts[f"{name}: no memory"] > 0 for name in KINDS), "no allocation failed")
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))


def starts(bench: Bench, name: str, limit: int) -> bool:
    """Return whether the program comes as far as printing its version."""
    done = subprocess.run(
        [bench.fasttrain, "--version"], capture_output=True,
        preexec_fn=lambda: resource.setrlimit(KINDS[name], (limit * 10**6, limit * 10**6)))
    return done.returncode == 0
