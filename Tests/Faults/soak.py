#!/usr/bin/env python3
"""Run random recipes and searches for hours, killing each again and again, and one long run whose memory must not grow.

    Tests/Faults/soak.py FASTTRAIN FASTTRAIN_DATA [--hours 2 | --rounds N] [--seed N] [--first N] [--epochs N]

Each round draws a data set and a recipe, or a search space, runs it undisturbed, and then again with stops at random
moments, each time on another number of threads and another instruction set, and with plans of the steps that are
measured or fixed. Both must give the same bits. Exits with 1
at the first difference, keeps its folders, and prints how to repeat the round.
"""

import argparse
import itertools
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import KILLED, Bench, Failed, checkpoints, contents, expect, give_children_default_signals, progress
from recipes import draw_data, draw_recipe, draw_search
from searches import search_contents

DIVERGED = 76
SIGNALS = {"TERM": signal.SIGTERM, "INT": signal.SIGINT}
LATEST_CALL = 200  # the latest file operation at which a stop is injected
# Options of train that find-rate does not have.
NOT_OF_FIND_RATE = [
    "--schedule", "--epochs", "--gamma", "--decay-epochs", "--power", "--warmup", "--patience", "--monitor", "--tol",
    "--n-iter-no-change", "--learning-rate", "--checkpoint-every"]


class Round:
    """One recipe or search, undisturbed and disturbed."""

    def __init__(self, bench: Bench, sets: list[str], seed: str):
        self.bench, self.sets = bench, sets
        self.random = random.Random(seed)
        self.undisturbed, self.run = bench.new_folder(), bench.new_folder()
        self.counts = Counter(rounds=1)
        self.is_search = self.random.random() < 0.15
        self.counts["searches"] += self.is_search
        if not self.is_search and self.random.random() < 0.05:
            self.data: list[str] = []  # none: the built-in sample
            self.options = draw_recipe(self.random, "classes", 3600)
        else:
            path = self.undisturbed.with_name("data.safetensors")
            kind, rows = draw_data(self.random, path)
            self.data = ["--data", str(path)]
            self.options = (
                draw_search(self.random, kind, self.undisturbed.with_name("space.json")) if self.is_search
                else draw_recipe(self.random, kind, rows))
        self.last: tuple[int, str] | None = None

    def resources(self) -> tuple[list[str], str]:
        """Return another number of threads and another instruction set than the last time."""
        while True:
            choice = (self.random.randrange(1, 9), self.random.choice(self.sets))
            if choice != self.last or len(self.sets) == 1:
                break
        self.last = choice
        return ["--threads", str(choice[0])], choice[1]

    def trained(self, run: Path) -> Path:
        """Return the folder of the run, or of the winner of a search."""
        return run / "best" if self.is_search else run

    def start(self, run: Path, faults: dict[str, object] | None = None) -> subprocess.Popen:
        """Train, or continue if there is something to continue."""
        threads, isa = self.resources()
        verb, begun = ("search", "search.json") if self.is_search else ("train", "recipe.json")
        is_new = not (run / begun).exists()
        arguments = [verb, *self.data, *self.options, "--output", run] if is_new else ["resume", run]
        command, environment = self.bench.command(*arguments, *threads, faults=faults, at=run.parent)
        environment["FASTTRAIN_ISA"] = isa
        # On an odd number of threads the plan of the steps changes as it is measured.
        environment["FASTTRAIN_PLAN"] = "measure" if int(threads[1]) % 2 else "fixed"
        environment["XDG_CACHE_HOME"] = str(self.bench.folder / "cache")
        self.counts["resumptions"] += not is_new
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def end(self, process: subprocess.Popen, codes: tuple[int, ...]) -> str:
        _, text = process.communicate(timeout=600)
        expect(
            process.returncode in codes, f"it ended with {process.returncode}, expected one of {codes}: {text[-600:]}")
        expect("skipped" not in text, f"a checkpoint was not whole: {text[-600:]}")
        return text

    def disturb(self, seconds: float) -> bool:
        """Start it, and stop it within `seconds`. Returns whether it finished nevertheless."""
        way = self.random.choice(["KILL", "TERM", "INT", "TERM KILL", "call", "call"])
        faults = None
        if way == "call":
            what = self.random.choice(["before", "after", "torn", "TERM", "INT"])
            faults = {"at": self.random.randrange(1, LATEST_CALL), "do": what}
            way = what if what in SIGNALS else "KILL"
        process = self.start(self.run, faults)
        if faults is None:
            for name in way.split():
                time.sleep(self.random.uniform(0, seconds))
                process.send_signal(SIGNALS.get(name, signal.SIGKILL))
        codes = [0, DIVERGED]
        for name in way.split():
            number = SIGNALS.get(name)
            codes += [KILLED] if number is None else [128 + number, -number]
        self.end(process, tuple(codes))
        if process.returncode in (0, DIVERGED):
            return True
        self.counts["kills" if process.returncode == KILLED else "signals"] += 1
        self.counts["stops at a call"] += faults is not None
        return False

    def do(self) -> None:
        begin = time.monotonic()
        process = self.start(self.undisturbed)
        told = self.end(process, (0, DIVERGED))
        seconds = time.monotonic() - begin
        for _ in range(self.random.randrange(3, 10)):
            if self.disturb(seconds / 2):  # usually before its end
                break
        code = process.returncode
        process = self.start(self.run)
        said = self.end(process, (code,))
        if code == DIVERGED:
            self.counts["diverged"] += 1
            # The newest checkpoint, possibly saved by a signal, is the reference.
            where = [text[text.index("training diverged") :].split(";")[0].strip() for text in (told, said)]
            expect(where[0] == where[1], f"it diverged otherwise: {where}")
        self.compare(diverged=code == DIVERGED)
        self.use(code)

    def use(self, code: int) -> None:
        """Run what may follow a training run, even one that diverged, and a range test of its recipe: all must end
        properly."""
        run = self.trained(self.run)
        commands = [["report", run]] if checkpoints(run) else []
        if code == 0:
            commands += [[verb, run, "--split", "train"] for verb in ("evaluate", "predict")]
        has_pairs = not self.is_search and "--no-shuffle" not in self.options
        pairs = zip(self.options[::2], self.options[1::2]) if has_pairs else []
        ranged = [text for pair in pairs if pair[0] not in NOT_OF_FIND_RATE for text in pair]
        if ranged and "lbfgs" not in ranged:
            commands.append(["find-rate", *self.data, *ranged, "--output", self.run.with_name("rates.svg")])
        for arguments in commands:
            command, environment = self.bench.command(*arguments)
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
            said = f"{' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr[-600:]}"
            expect(done.returncode == 0, said)
            self.counts["uses"] += 1

    def compare(self, diverged: bool) -> None:
        both = (self.undisturbed, self.run)
        expected, found = map(search_contents if self.is_search else contents, both)
        newest = [max((path.name for path in checkpoints(self.trained(run))), default="") for run in both]
        # A run that diverged saves nothing at its end. A signal may have saved a later step than the recipe asks for,
        # and the epochs before it.
        is_ahead = diverged and newest[0] < newest[1]
        expect(newest[0] == newest[1] or is_ahead, f"the newest checkpoints are {newest}")
        if is_ahead:
            found["history.jsonl"] = found["history.jsonl"][: len(expected["history.jsonl"])]
        for name in sorted(expected.keys() | found.keys()):
            # Checkpoints saved by signals are among the three that are kept.
            if "step-" in name and not (name in expected and name in found):
                continue
            expect(expected.get(name) == found.get(name), f"{name} is not that of the undisturbed run")

    def remove(self) -> None:
        for run in (self.undisturbed, self.run):
            self.bench.remove(run)


def rounds(bench: Bench, seed: int, numbers, deadline: float | None) -> tuple[Counter, str | None]:
    """Run rounds in parallel until their number or the time is used up, or one fails. Returns the counts and the
    failure."""
    sets = bench.instruction_sets()
    lock = threading.Lock()
    counts: Counter = Counter()
    failures: list[str] = []

    def work(_: int) -> None:
        while not failures and (deadline is None or time.monotonic() < deadline):
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            case = Round(bench, sets, f"{seed} {number}")
            try:
                case.do()
            except (Failed, subprocess.TimeoutExpired) as failure:
                failures.append(
                    f"round {number}: {failure}\nthe {'search' if case.is_search else 'recipe'}: {' '.join(case.options)}\n"
                    f"the runs: {case.undisturbed} and {case.run}\nonce more: --seed {seed} --first {number} --rounds 1")
                return
            case.remove()
            with lock:
                counts.update(case.counts)
                if counts["rounds"] % 100 == 0:
                    progress(f"{counts['rounds']} rounds, {counts['kills']} kills, {counts['signals']} signals")

    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(workers)))
    counts["instruction sets"] = len(sets)
    return counts, failures[0] if failures else None


def growth(bench: Bench, epochs: int) -> str:
    """Sample the resident memory and the open files of a long run as it reports its epochs. Late samples must not
    exceed early ones. A file that is open only briefly, during a save, is missing from the smallest of many samples; a
    leak is not."""
    run = bench.new_folder()
    command, environment = bench.command(
        "train", "--data", bench.data, "--hidden", "32,16", "--normalization", "batch", "--dropout", "0.1", "--ema", "0.9",
        "--batch-size", "16", "--schedule", "constant", "--epochs", epochs, "--checkpoint-every", 100, "--tensorboard", run.with_name("events"),
        "--output", run)
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    open_files, resident = [], []
    for line in process.stderr:
        if not line.startswith("epoch"):
            continue
        try:
            open_files.append(len(os.listdir(f"/proc/{process.pid}/fd")))
            resident.append(int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE"))
        except (FileNotFoundError, ProcessLookupError):
            break  # the process has ended
    process.communicate()
    expect(process.returncode == 0, f"the long run ended with {process.returncode}")
    resident = resident[: len(open_files)]
    tenth = len(resident) // 10
    expect(tenth > 10, f"only {len(resident)} samples of {epochs} epochs")
    early, late = slice(tenth, 2 * tenth), slice(-tenth, None)
    files = [min(open_files[part]) for part in (early, late)]
    expect(files[0] == files[1], f"{files[0]} files are open early, {files[1]} late")
    mebibytes = [statistics.median(resident[part]) / 2**20 for part in (early, late)]
    # The history grows by about 1 KiB per epoch.
    expect(mebibytes[1] - mebibytes[0] < 4, f"{mebibytes[0]:.1f} MiB are resident early, {mebibytes[1]:.1f} late")
    bench.remove(run)
    return (
        f"{epochs} epochs, {len(resident)} samples: {files[0]} open files early and late, "
        f"{mebibytes[0]:.1f} MiB resident early, {mebibytes[1]:.1f} late")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("fasttrain")
    parser.add_argument("converter")
    parser.add_argument("--hours", type=float, default=2)
    parser.add_argument("--rounds", type=int, help="number of rounds, instead of a time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="the number of the first round")
    parser.add_argument("--epochs", type=int, default=2000, help="epochs of the long run; 0 skips it")
    options = parser.parse_args()
    give_children_default_signals()
    bench = Bench(options.fasttrain, options.converter, options.seed)
    deadline = None if options.rounds else time.monotonic() + 3600 * options.hours
    last = options.first + options.rounds if options.rounds else None
    numbers = itertools.count(options.first) if last is None else iter(range(options.first, last))
    failure = None
    if options.epochs:
        try:
            print(f"growth  {growth(bench, options.epochs)}", flush=True)
        except Failed as failed:
            failure = f"growth: {failed}"
    if failure is None:
        counts, failure = rounds(bench, options.seed, numbers, deadline)
        print("rounds  " + ", ".join(f"{count} {name}" for name, count in counts.items()), flush=True)
    if failure:
        print(f"FAILED: {failure}", flush=True)
        return 1
    bench.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
