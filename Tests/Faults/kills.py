"""Kill processes at random moments, and let two processes compete for one folder."""

import os
import signal
import subprocess
import time

from calls import numbered
from harness import KILLED, OPTIONS, Bench, expect, leftovers


def kills(bench: Bench, count: int) -> str:
    """Send SIGKILL at a random moment or at a random call, again and again, until the run is done."""
    done, in_save, runs = 0, 0, 0
    calls = len(numbered(bench.trace(bench.new_folder())))
    while done < count or in_save < count // 4:
        run = bench.new_folder()
        runs += 1
        while True:
            is_new = not (run / bench.BEGUN).exists()
            faults = {}
            if bench.random.random() < 0.7:
                faults = {"at": bench.random.randrange(1, calls), "do": bench.random.choice(["before", "after", "torn"])}
            arguments = bench.start(run) if is_new else ["resume", run]
            command, environment = bench.command(*arguments, faults=faults or None, at=run.parent)
            process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if not faults:
                time.sleep(bench.random.uniform(0, 0.08))
                process.kill()
            _, text = process.communicate(timeout=60)
            if process.returncode == 0:
                break
            expect(process.returncode == KILLED, f"it ended with {process.returncode}: {text.decode()}")
            done += 1
            in_save += bool(leftovers(run))
        bench.expect_same(run, f"run {runs}, killed again and again")
    return f"{done} kills in {runs} runs, {in_save} of them while a file was being written"


def owners(bench: Bench) -> str:
    """Refuse a second process at once, naming the owner of the folder; a dead owner must block nobody."""
    for kind in ("train", "resume"):
        run = bench.new_folder()
        command, environment = bench.command(
            "train", "--data", bench.data, *OPTIONS, "--epochs", "100000", "--output", run)
        owner = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not (run / "history.jsonl").exists():
                expect(owner.poll() is None, f"the owner ended with {owner.returncode}")
                time.sleep(0.01)
            for stopped in (False, True):
                if stopped:
                    os.kill(owner.pid, signal.SIGSTOP)
                start = time.monotonic()
                second = bench.begin(run) if kind == "train" else bench.resume(run)
                took = time.monotonic() - start
                expect(second.returncode == 75, f"a second {kind} ended with {second.returncode}: {second.stderr}")
                expect(str(owner.pid) in second.stderr, f"the holder {owner.pid} is not named: {second.stderr}")
                expect(took < 10, f"a second {kind} took {took:.1f} s")
        finally:
            owner.kill()
            owner.wait()
        third = bench.call("resume", run, "--max-time", "0.01")
        expect(third.returncode == 0, f"after the owner was killed: {third.stderr}")
    return "4 second processes sent away"
