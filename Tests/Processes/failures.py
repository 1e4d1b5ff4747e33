"""Processes that are killed, stopped or out of disk space: all of the group end, and the run can be resumed."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from bench import LONG, Bench, end, end_after_loss, error_lines, expect_same, member, wait_for
from harness import KILLED, expect, expect_refused


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


def exchanges(bench: Bench) -> str:
    """A process killed before each call of MPI in turn: at the start, in a step, in a validation, at a checkpoint."""
    shim = bench.folder / "killing-shim.so"
    compiler = "mpicc.mpich" if "mpich" in bench.mpirun[0] else "mpicc"
    if shutil.which(compiler) is None:
        return f"SKIPPED: there is no {compiler}"
    root = Path(__file__).resolve().parents[2]
    subprocess.run(
        [compiler, "-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-I", root / "Sources/CProcessGroup/include",
         "-o", shim, Path(__file__).with_name("killing-shim.c")], check=True)
    alone = bench.path("alone")
    # Two steps in an epoch, and a checkpoint within each.
    options = [
        "--hidden", "16", "--batch-size", "2000", "--threads", "1", "--quiet", "--validation", "0.1", "--epochs", "2",
        "--checkpoint-every", "1", "--shards", "3"]
    bench.run(1, "train", *options, "--output", alone)
    last = kills = resumed = 0
    while True:
        last += bench.random.randrange(1, 2 * bench.stride)
        run, rank = bench.path("killed"), bench.random.randrange(3)
        group = bench.start(
            3, "train", *options, "--output", run, FASTTRAIN_MPI=str(shim), FASTTRAIN_KILLED_RANK=str(rank),
            FASTTRAIN_KILLED_AT=str(last))
        done, _ = end_after_loss(bench, group, run, time.monotonic())
        what = f"rank {rank} killed before its call {last}"
        if done.returncode == 0:
            expect_same(alone, run, f"{what}, which it does not make")
            break
        kills += 1
        lines = error_lines(done.stderr)
        expect(len(lines) <= 1, f"{what}: expected one line, found {lines}")
        if (run / "recipe.json").exists():
            done = bench.run(bench.random.choice([1, 2, 4]), "resume", run, "--threads", "1", "--quiet")
            expect(done.returncode == 0, f"{what}: resuming: {done.stderr}")
            expect_same(alone, run, what)
            resumed += 1
    return f"{kills} kills, each before another of the {last - 1} calls of a run at most, {resumed} resumed"


def full_disk(bench: Bench) -> str:
    """A full disk of rank 0 ends all, and the run goes on with the same bits once there is room."""
    if os.geteuid() != 0:
        return "SKIPPED: it needs root, to mount a file system"
    alone, disk = bench.path("alone"), bench.path("disk")
    options = ["--hidden", "256", "--batch-size", "100", "--threads", "1", "--quiet", "--epochs", "2"]
    bench.run(1, "train", *options, "--output", alone)
    disk.mkdir()
    # The parameters have 800 KB.
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk], check=True)
    try:
        done = bench.run(3, "train", *options, "--output", disk / "run")
        for words in ("rank 0 on host", "No space"):
            expect_refused(done, 74, "a full disk", words)
        subprocess.run(["mount", "-o", "remount,size=40m", disk], check=True)
        done = bench.run(2, "train", *options, "--output", disk / "run", "--auto-resume")
        expect(done.returncode == 0, f"after a full disk: {done.stderr}")
        expect_same(alone, disk / "run", "a run whose disk was full")
    finally:
        subprocess.run(["umount", disk], check=True)
    return "one line, and the run goes on"


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
