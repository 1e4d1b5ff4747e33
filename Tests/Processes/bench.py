"""Share what the tests of several processes need: the programs, groups of processes, run folders."""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "Faults"))
from harness import Failed, contents, expect  # noqa: E402
from recipes import draw_data, draw_recipe  # noqa: E402

# Seconds after which a group counts as hanging.
LIMIT = 120


class Bench:
    def __init__(self, options: argparse.Namespace):
        self.program = str(Path(options.fasttrain).resolve())
        self.converter = str(Path(options.converter).resolve())
        self.mpirun = options.mpirun.split()
        self.random = random.Random(options.seed)
        self.recipes, self.kills, self.stride = options.recipes, options.kills, options.stride
        self.hanging_launchers = 0
        self.folder = Path(tempfile.mkdtemp(prefix="fasttrain-processes-")).resolve()
        self.environment = os.environ | {
            "FASTTRAIN_PLAN": "fixed", "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}

    def command(self, processes: int, *arguments: object) -> list[str]:
        """The command that runs the program in some processes; one process is started without a launcher."""
        words = [self.program, *map(str, arguments)]
        return words if processes == 1 else [*self.mpirun, "-n", str(processes), *words]

    def start(self, processes: int, *arguments: object, **more: str) -> subprocess.Popen:
        return subprocess.Popen(
            self.command(processes, *arguments), env=self.environment | more, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, processes: int, *arguments: object, **more: str) -> subprocess.CompletedProcess:
        return end(self.start(processes, *arguments, **more))

    def path(self, name: str) -> Path:
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        return path

    def draw(self) -> tuple[Path, list[str], str]:
        """A random data set and a recipe, and the precision's instruction set."""
        data = self.folder / "data.safetensors"
        kind, rows = draw_data(self.random, data)
        return data, draw_recipe(self.random, kind, rows)


def end(process: subprocess.Popen) -> subprocess.CompletedProcess:
    """Waits for the end of a group, and fails if it hangs."""
    try:
        output, errors = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
        raise Failed(f"the processes hang: {process.args}\n{errors}") from None
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def error_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("fasttrain: error: ")]


def expect_same(one: Path, other: Path, what: str) -> None:
    expected, found = contents(one), contents(other)
    expect(set(expected) == set(found), f"{what}: expected the files {sorted(expected)}, found {sorted(found)}")
    for name in expected:
        expect(expected[name] == found[name], f"{what}: {name} differs (the runs are {one} and {other})")


LONG = ["--hidden", "64,32", "--batch-size", "100", "--threads", "1", "--quiet"]


def members(bench: Bench, run: Path) -> dict[int, int]:
    """The process number of each rank that trains into a folder."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if words[0] != bench.program.encode() or str(run).encode() not in words:
                continue
            variables = dict(
                pair.split(b"=", 1) for pair in (entry / "environ").read_bytes().split(b"\0") if b"=" in pair)
        except (OSError, ValueError):
            continue
        rank = variables.get(b"OMPI_COMM_WORLD_RANK", variables.get(b"PMI_RANK"))
        if rank is not None:
            found[int(rank)] = int(entry.name)
    return found


def member(bench: Bench, run: Path, rank: int) -> int | None:
    return members(bench, run).get(rank)


def end_after_loss(
    bench: Bench, group: subprocess.Popen, run: Path, begin: float
) -> tuple[subprocess.CompletedProcess, float]:
    """Waits until no process trains into a folder any more. Returns what the launcher printed, and the seconds since
    `begin`."""
    wait_for(lambda: members(bench, run) or group.poll() is not None)
    wait_for(lambda: not members(bench, run))
    took = time.monotonic() - begin
    try:
        output, errors = group.communicate(timeout=LIMIT / 4)
    except subprocess.TimeoutExpired:
        # About once in a hundred kills, the mpirun of Open MPI 4.1 hangs in PMIx_server_finalize when all is over.
        group.kill()
        output, errors = group.communicate()
        bench.hanging_launchers += 1
    return subprocess.CompletedProcess(group.args, group.returncode, output, errors), took


def wait_for(condition):
    """Waits until a condition holds, and returns its value."""
    begin = time.monotonic()
    while not (value := condition()):
        expect(time.monotonic() - begin < LIMIT, "a group of processes does not get started")
        time.sleep(0.05)
    return value
