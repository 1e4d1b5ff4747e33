"""Run inside real control groups, as containers do, below the group that the tests run in."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from harness import Bench, expect
from surroundings import expect_line

ROOT = Path("/sys/fs/cgroup")


class Unavailable(Exception):
    """Raised where this machine does not allow the creation of control groups."""


class Group:
    """A new control group below the one of this process."""

    def __init__(self, controller: str):
        self.path, self.is_version_2 = self.own(controller)
        self.path = self.path / f"fasttrain-faults-{os.getpid()}"
        self.controller = controller

    @staticmethod
    def own(controller: str) -> tuple[Path, bool]:
        lines = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
        for _, controllers, path in lines:
            if controller in controllers.split(","):
                return ROOT / controller / path.lstrip("/"), False
        for number, controllers, path in lines:
            if number == "0" and not controllers and (ROOT / "cgroup.controllers").exists():
                return ROOT / path.lstrip("/"), True
        raise Unavailable(f"no control group for {controller}")

    def __enter__(self) -> "Group":
        try:
            self.path.mkdir()
        except OSError as error:
            raise Unavailable(f"{self.path}: {error.strerror}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self.path.rmdir()

    def write(self, name: str, value: object) -> None:
        try:
            (self.path / name).write_text(str(value))
        except OSError as error:  # a controller that is not delegated to child groups
            raise Unavailable(f"{self.path / name}: {error.strerror}") from error

    def limit_cpus(self, count: int) -> None:
        if self.is_version_2:
            self.write("cpu.max", f"{count * 100_000} 100000")
        else:
            self.write("cpu.cfs_period_us", 100_000)
            self.write("cpu.cfs_quota_us", count * 100_000)

    def limit_memory(self, count: int) -> None:
        self.write("memory.max" if self.is_version_2 else "memory.limit_in_bytes", count)

    def run(self, command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess:
        def enter() -> None:
            (self.path / "cgroup.procs").write_text(str(os.getpid()))

        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, preexec_fn=enter)


def cpus(bench: Bench) -> list[int]:
    """Use as many threads as the quota allows CPUs."""
    machine = os.sysconf("SC_NPROCESSORS_ONLN")
    counts = [count for count in (1, 2, 3) if count < min(machine, len(os.sched_getaffinity(0)))]
    for count in counts:
        with Group("cpu") as group:
            group.limit_cpus(count)
            command, environment = bench.command("train", "--data", bench.data, "--epochs", 1)
            done = group.run(command, environment)
        expect(done.returncode == 0, f"a quota of {count} CPUs: {done.returncode} {done.stderr}")
        found = re.search(r"^threads +(\d+) on (\d+) of (\d+) CPUs", done.stderr + done.stdout, re.MULTILINE)
        expect(
            found is not None and [int(text) for text in found.groups()] == [count, count, machine],
            f"a quota of {count} of {machine} CPUs: {found and found[0]}")
    return counts


# Recipes for a network of 3.4 million parameters that differ in the memory they need to train and to keep.
RECIPES = [
    ["--optimizer", "adam", "--threads", "2"],
    ["--optimizer", "sgd", "--momentum", "0", "--validation", "0", "--threads", "1"],
    ["--optimizer", "adam", "--ema", "0.9", "--normalization", "batch", "--threads", "6"],
]


def memory(bench: Bench) -> tuple[int, int]:
    """Raise the memory limit from too little to plenty. The program must refuse in one line before it starts, or finish
    the run; it must never be killed halfway."""
    refused = trained = 0
    for recipe in RECIPES:
        limit, done = 48 << 20, []
        while done.count(0) < 3:
            # Use a disk: files in memory would count against the run's own limit.
            with Group("memory") as group, tempfile.TemporaryDirectory(prefix="fasttrain-faults-") as folder:
                group.limit_memory(limit)
                run = Path(folder) / "run"
                command, environment = bench.command(
                    "train", "--hidden", "1500,1500", "--epochs", 2, "--batch-size", 500, *recipe, "--output", run)
                ended = group.run(command, environment)
                what = f"{limit >> 20} MiB of memory, {' '.join(recipe)}"
                expect_line(ended, (0, 64), what)
                if ended.returncode == 64:
                    expect("of memory, expected at most" in ended.stderr, f"{what}: {ended.stderr}")
                    expect(not run.exists(), f"{what}: the run had begun")
                    expect(0 not in done, f"{what}: refused, with less it was trained")
                done.append(ended.returncode)
            limit = limit * 17 // 16
        expect(64 in done, f"{' '.join(recipe)}: no limit was too small")
        refused += done.count(64)
        trained += done.count(0)
    return refused, trained


def control_groups(bench: Bench) -> str:
    """Limit CPUs by quotas, and memory."""
    said = []
    for check in (cpus, memory):
        try:
            said.append((check, check(bench)))
        except Unavailable as reason:
            said.append((check, None))
            print(f"{'control-groups':22} SKIPPED: {check.__name__}: {reason}", flush=True)
    counts = dict(said)
    texts = []
    if counts[cpus]:
        texts.append("quotas of " + " and ".join(str(count) for count in counts[cpus]) + " CPUs")
    elif counts[cpus] is not None:
        texts.append("SKIPPED: quotas, of a machine of one CPU")
    if counts[memory]:
        refused, trained = counts[memory]
        texts.append(f"{refused} limits of memory refused, {trained} trained in")
    return ", ".join(texts) or "SKIPPED"
