#!/usr/bin/env python3
"""Train in several processes, and check that nothing but the speed tells them from one.

    Tests/Processes/run.py FASTTRAIN FASTTRAIN_DATA [--only NAME,…] [--recipes N] [--kills N] [--seed N] [--mpirun MPIRUN]

Prints one line for each test with its counts, and exits with 1 at the first broken promise. The shim (`make mpi`) lies
beside the program or is named by FASTTRAIN_MPI.
"""

import argparse
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "Faults"))
from cluster import Cluster, can_make_clusters  # noqa: E402
from harness import KILLED, Failed, contents, expect, give_children_default_signals  # noqa: E402
from recipes import draw_data, draw_recipe  # noqa: E402

# Seconds after which a group counts as hanging.
LIMIT = 120


class Bench:
    def __init__(self, options: argparse.Namespace):
        self.program = str(Path(options.fasttrain).resolve())
        self.converter = str(Path(options.converter).resolve())
        self.mpirun = options.mpirun.split()
        self.random = random.Random(options.seed)
        self.recipes, self.kills = options.recipes, options.kills
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
        process.terminate()
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


def same(bench: Bench) -> str:
    """Random recipes give the same files in one process and in several."""
    count = diverged = 0
    alone, single = bench.path("alone"), bench.path("single")
    bench.run(1, "train", *LONG, "--epochs", 1, "--output", alone)
    done = bench.run(1, "train", *LONG, "--epochs", 1, "--output", single, "--mpi")
    expect(done.returncode == 0, f"a single process with --mpi: {done.stderr}")
    expect_same(alone, single, "a single process with --mpi")
    for index in range(bench.recipes):
        data, recipe = bench.draw()
        shards = bench.random.choice([1, 2, 3, 4, 7])
        recipe += ["--shards", str(shards)]
        alone = bench.path("alone")
        environment = {"FASTTRAIN_ISA": "avx2"} if "bf16" in recipe else {}
        first = bench.run(1, "train", "--data", data, *recipe, "--threads", 1, "--output", alone, **environment)
        expect(first.returncode in (0, 76), f"{recipe} alone: {first.stderr}")
        for _ in range(2):
            processes, threads = bench.random.randrange(2, 6), bench.random.choice([1, 1, 2])
            together = bench.path("together")
            done = bench.run(
                processes, "train", "--data", data, *recipe, "--threads", threads, "--output", together, **environment)
            what = f"recipe {index}, {processes} processes of {threads} threads: train {' '.join(recipe)}"
            expect(done.returncode == first.returncode, f"{what}: ended with {done.returncode}: {done.stderr}")
            expect_same(alone, together, what)
            if first.returncode == 76:
                lines = error_lines(done.stderr)
                expect(len(lines) == 1, f"{what}: expected one line, found {lines}")
                expected = error_lines(first.stderr)[0].removeprefix("fasttrain: error: ").replace("/alone", "/together")
                expect(lines[0].endswith(expected), f"{what}: expected {expected!r}, found {lines[0]!r}")
                diverged += 1
            count += 1
    return f"{count} runs of {bench.recipes} random recipes in 2 to 5 processes, {diverged} of them diverge"


def kills(bench: Bench) -> str:
    """A process killed at a random moment ends all, and the run goes on with the same bits in another number of them."""
    alone = bench.path("alone")
    options = [*LONG, "--shards", 4, "--epochs", 12, "--checkpoint-every", 5, "--ema", 0.9, "--validation", 0.1]
    begin = time.monotonic()
    done = bench.run(2, "train", *options, "--output", alone)
    expect(done.returncode == 0, f"the undisturbed run: {done.stderr}")
    whole = time.monotonic() - begin
    ends, resumed = [], 0
    for index in range(bench.kills):
        processes = bench.random.randrange(2, 6)
        run = bench.path("killed")
        group = bench.start(processes, "train", *options, "--output", run)
        time.sleep(bench.random.uniform(0.3, whole))
        victim = member(bench, run, bench.random.randrange(processes))
        if victim is None:
            end(group)
            continue
        begin = time.monotonic()
        os.kill(victim, signal.SIGKILL)
        done, took = end_after_loss(bench, group, run, begin)
        ends.append(took)
        what = f"kill {index} of one of {processes} processes"
        lines = error_lines(done.stderr)
        expect(len(lines) <= 1, f"{what}: expected one line, found {lines}")
        if not (run / "recipe.json").exists():
            continue
        done = bench.run(bench.random.choice([1, 2, 3, 4, 5]), "resume", run, "--threads", "1", "--quiet")
        expect(done.returncode == 0, f"{what}: resuming: {done.stderr}")
        expect_same(alone, run, what)
        resumed += 1
    hangs = f", {bench.hanging_launchers} launchers hung when all was over" if bench.hanging_launchers else ""
    return f"{len(ends)} kills, {resumed} resumed{hangs}; the last process ended after {max(ends, default=0):.1f} s at most"


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


def frozen(bench: Bench) -> str:
    """A process that is stopped ends all of them."""
    longest = 0.0
    for rank in (0, 2):
        run = bench.path("frozen")
        group = bench.start(3, "train", *LONG, "--epochs", 100000, "--output", run)
        victim = wait_for(lambda: (run / "history.jsonl").exists() and member(bench, run, rank))
        begin = time.monotonic()
        os.kill(victim, signal.SIGSTOP)
        done, took = end_after_loss(bench, group, run, begin)
        what = f"rank {rank} stopped"
        longest = max(longest, took)
        expect(done.returncode in (74, KILLED), f"{what}: ended with {done.returncode}: {done.stderr}")
        lines = error_lines(done.stderr)
        expect(len(lines) == 1 and f": rank {rank} on host" in lines[0] and "no sign of life" in lines[0],
               f"{what}: found {lines}")
    return f"the last process ended after {longest:.1f} s at most"


def wait_for(condition):
    """Waits until a condition holds, and returns its value."""
    begin = time.monotonic()
    while not (value := condition()):
        expect(time.monotonic() - begin < LIMIT, "a group of processes does not get started")
        time.sleep(0.05)
    return value


def signals(bench: Bench) -> str:
    """A signal to one process stops all at the same step, with a checkpoint."""
    count = 0
    alone = bench.path("alone")
    options = [*LONG, "--shards", 3, "--epochs", 150]
    bench.run(1, "train", *options, "--output", alone)
    for processes, rank in ((2, 0), (3, 2), (4, 1)):
        run = bench.path("stopped")
        group = bench.start(processes, "train", *LONG, "--shards", 3, "--epochs", 100000, "--output", run)
        os.kill(wait_for(lambda: (run / "history.jsonl").exists() and member(bench, run, rank)), signal.SIGTERM)
        done = end(group)
        what = f"SIGTERM for rank {rank} of {processes}"
        expect(done.returncode == 143, f"{what}: ended with {done.returncode}: {done.stderr}")
        expect("interrupted by SIGTERM; saved" in done.stderr, f"{what}: found {done.stderr}")
        count += 1
    # A run that is stopped and resumed again and again.
    run = bench.path("stopped")
    group = bench.start(3, "train", *options, "--output", run)
    stops = 0
    while stops < 8 and group.poll() is None:
        time.sleep(bench.random.uniform(0.6, 1.2))
        if (process := member(bench, run, 1)) is not None:
            os.kill(process, signal.SIGTERM)
        stops += 1
        if end(group).returncode != 0:
            group = bench.start(bench.random.randrange(2, 5), "train", *options, "--output", run, "--auto-resume")
    done = end(group)
    expect(done.returncode == 0, f"a run stopped {stops} times: {done.stderr}")
    expect_same(alone, run, "a run stopped again and again")
    return f"{count + stops} signals"


def refusals(bench: Bench) -> str:
    """What does not fit is refused with one line and the right exit code."""
    count = 0

    def refused(code: int, says: str, processes: int, *arguments: object, **more: str) -> None:
        nonlocal count
        done = bench.run(processes, *arguments, **more)
        lines = error_lines(done.stderr)
        expect(done.returncode == code and len(lines) == 1 and says in lines[0],
               f"{arguments}: expected {code} and one line with {says!r}, found {done.returncode} and {done.stderr}")
        count += 1

    train = ["train", *LONG, "--epochs", 1]
    existing = bench.path("existing")
    bench.run(1, *train, "--output", existing)
    refused(73, "rank 0 on host", 2, *train, "--output", existing)
    refused(66, "cannot be loaded", 2, *train, FASTTRAIN_MPI="/nowhere/libfasttrain-mpi.so")
    refused(64, "expected one process, found 2", 2, "evaluate", existing)
    refused(64, "expected one process, found 3", 3, "search", "--trials", 2)
    refused(66, "no such folder", 2, "resume", bench.path("missing"))
    refused(66, "no.safetensors", 3, *train, "--data", "/no.safetensors")
    other_launcher = "mpirun.openmpi" if "mpich" in bench.mpirun[0] else "mpirun.mpich"
    if shutil.which(other_launcher):
        mpirun, bench.mpirun = bench.mpirun, [other_launcher]
        refused(64, "knows one", 2, *train)
        bench.mpirun = mpirun
    # Each process of these groups gets its own command.
    other = bench.folder / "other.safetensors"
    first = bench.folder / "first.safetensors"
    for path, seed in ((first, 1), (other, 2)):
        rows = random.Random(seed)
        table = "a,b\n" + "".join(f"{rows.random()},{rows.choice('xy')}\n" for _ in range(60))
        (bench.folder / "table.csv").write_text(table)
        subprocess.run(
            [bench.converter, "csv", bench.folder / "table.csv", "--target", "b", "-o", path], check=True,
            capture_output=True)

    def mixed(code: int, says: str, mine: list[object], others: list[object], program: str | None = None) -> None:
        nonlocal count
        words = [*bench.mpirun, "-n", "2", bench.program, *mine, ":", "-n", "1", program or bench.program, *others]
        done = end(subprocess.Popen(
            list(map(str, words)), env=bench.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        lines = error_lines(done.stderr)
        expect(done.returncode == code and len(lines) == 1 and says in lines[0],
               f"{words}: expected {code} and one line with {says!r}, found {done.returncode} and {done.stderr}")
        count += 1

    mixed(65, "rank 2 on host", [*train, "--data", first], [*train, "--data", other])
    mixed(65, "'data set'", [*train, "--data", first], [*train, "--data", other])
    mixed(65, "'recipe'", train, [*train, "--seed", 7])
    twin = bench.folder / "fasttrain"
    twin.write_bytes(Path(bench.program).read_bytes() + b"\0")
    twin.chmod(0o755)
    shim = os.environ.get("FASTTRAIN_MPI", str(Path(bench.program).parent / "libfasttrain-mpi.so"))
    shutil.copy(shim, bench.folder)
    mixed(65, "'program'", train, train, program=str(twin))
    return f"{count} cases"


def on_cluster(bench: Bench) -> str:
    """Hosts of a cluster give the same bits, exchange little more than they must, and survive a cut link."""
    if (reason := can_make_clusters()) is not None:
        return f"SKIPPED: {reason}"
    alone = bench.path("alone")
    options = [*LONG, "--shards", 4, "--epochs", 3]
    bench.run(1, "train", *options, "--output", alone)
    launcher = bench.mpirun
    cluster = Cluster(4)
    told = []
    try:
        bench.mpirun = cluster.mpirun()
        for processes in (2, 4):
            before = [cluster.sent(host) for host in range(processes)]
            together = bench.path("together")
            done = bench.run(processes, "train", *options, "--output", together)
            expect(done.returncode == 0, f"{processes} hosts: {done.stderr}")
            expect_same(alone, together, f"{processes} hosts")
            sent = max(cluster.sent(host) - before[host] for host in range(processes))
            told.append(f"{processes} hosts send {sent / bytes_bound(together, processes):.2f} of what they must")
        run = bench.path("cut")
        group = bench.start(3, "train", *LONG, "--shards", 4, "--epochs", 100000, "--output", run)
        wait_for(lambda: (run / "history.jsonl").exists() and len(members(bench, run)) == 3)
        begin = time.monotonic()
        cluster.cut(2)
        _, took = end_after_loss(bench, group, run, begin)
        told.append(f"the last process ends {took:.0f} s after a cut link")
        cluster.mend(2)
        epochs = len((run / "history.jsonl").read_text().splitlines()) + 2
        done = bench.run(4, "resume", run, "--epochs", epochs, "--threads", "1", "--quiet")
        expect(done.returncode == 0, f"resuming after a cut: {done.stderr}")
    finally:
        bench.mpirun = launcher
        cluster.remove()
    alone = bench.path("alone")
    bench.run(1, "train", *LONG, "--shards", 4, "--epochs", epochs, "--output", alone)
    expect_same(alone, run, "a run whose link was cut, resumed on another number of hosts")
    return "; ".join(told)


def bytes_bound(run: Path, processes: int) -> float:
    """The bytes that each process must send: every step, its share of the gradient and its part of the parameters."""
    model = (run / "model.safetensors").read_bytes()
    header = json.loads(model[8:8 + int.from_bytes(model[:8], "little")])
    numbers = sum(math.prod(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")
    steps = max(int(path.stem.removeprefix("step-")) for path in (run / "checkpoints").iterdir())
    return 2 * 4 * numbers * (processes - 1) / processes * steps


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("fasttrain")
    parser.add_argument("converter")
    parser.add_argument("--only", default="")
    parser.add_argument("--recipes", type=int, default=20)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mpirun", default="mpirun --oversubscribe", help="the launcher")
    options = parser.parse_args()
    give_children_default_signals()
    tests = {"same": same, "kills": kills, "frozen": frozen, "signals": signals, "refusals": refusals,
             "cluster": on_cluster}
    chosen = options.only.split(",") if options.only else list(tests)
    bench = Bench(options)
    for name in chosen:
        begin = time.monotonic()
        try:
            told = tests[name](bench)
        except Failed as failure:
            print(f"{name:12} FAILED: {failure}\nthe folders are in {bench.folder}", flush=True)
            return 1
        print(f"{name:12} {told} ({time.monotonic() - begin:.0f} s)", flush=True)
    shutil.rmtree(bench.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
