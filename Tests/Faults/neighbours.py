"""Let other processes work on the same folders and files at the same time."""

import json
import os
import shutil
import signal
import subprocess
from collections import Counter

from calls import ANSWERS
from events import EventBench
from harness import OPTIONS, Bench, expect, expect_refused, leftovers
from searches import SearchBench


def moved(bench: Bench) -> str:
    """Move, remove or replace the folder of a run before each synchronization of a file or folder. The run must end at
    its next save, write nothing into the replacement, and resume where its folder was moved to."""
    total = sum(call.name == "fsync" for call in bench.trace(bench.new_folder()))
    count = 0
    for number in range(1, total + 1):
        for kind in ("moved", "removed", "replaced"):
            run = bench.new_folder()
            away, found = run.with_name("away"), {}

            def disturb() -> None:
                if kind == "removed":
                    shutil.rmtree(run)
                else:
                    run.rename(away)
                if kind == "replaced":
                    done = bench.call("train", "--data", bench.data, *OPTIONS, "--hidden", "4", "--output", run)
                    expect(done.returncode == 0, f"the other run: {done.stderr}")
                    found.update({path: path.read_bytes() for path in run.rglob("*") if path.is_file()})

            what = f"the folder {kind} before fsync {number}"
            done = bench.meanwhile(disturb, *bench.start(run), faults={"at": number, "calls": "fsync"}, at=run.parent)
            codes = (0,) if number == total else (73, 74)  # the last call comes after everything was written
            expect(done.returncode in codes, f"{what}: it ended with {done.returncode}: {done.stderr}")
            if kind == "replaced":
                expect({path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == found,
                       f"{what}: it wrote to the other's folder")
            else:
                expect(not run.exists(), f"{what}: it made the folder anew: {sorted(run.rglob('*'))}")
            if kind != "removed":
                bench.go_on(away, what)
            count += 1
    return f"{count} folders moved, removed, replaced"


def writers(bench: Bench) -> str:
    """The owner of a run folder must not remove a file that another process is writing into it."""
    run = bench.new_folder()
    shutil.copytree(bench.reference, run)

    def own() -> None:
        for command in (["report", run], ["resume", run]):
            done = bench.call(*command)
            expect(done.returncode == 0, f"{command[0]} beside a prediction: {done.stderr}")

    done = bench.meanwhile(
        own, "predict", run, "--data", bench.folder / "table.csv", "-o", run / "p.csv", faults={"at": 1, "calls": "write"},
        at=run)
    expect(done.returncode == 0 and (run / "p.csv").exists(), f"a prediction beside a report: {done.stderr}")
    expect(not leftovers(run), f"left over: {leftovers(run)}")

    def another() -> None:
        # Simulate a file system without locks, where nobody can tell that the first process is alive.
        done = bench.call(*predict, run / "q.csv", faults={"at": 1, "calls": "flock", "do": "EOPNOTSUPP", "each": 1}, at=run)
        expect(done.returncode == 0, f"a prediction without locks: {done.stderr}")

    predict = ["predict", run, "--data", bench.folder / "table.csv", "-o"]
    done = bench.meanwhile(another, *predict, run / "p.csv", faults={"at": 1, "calls": "write"}, at=run)
    expect(done.returncode == 0 and not leftovers(run), f"a prediction beside another without locks: {done.stderr}")
    return "1 prediction beside 2 owners, 1 beside another without locks"


def untold(bench: Bench) -> str:
    """A failing disk hides whether a file exists. The program must not conclude that there is none."""
    counts = Counter()

    def fail(call: str, number: int) -> str:
        run = bench.torn()
        kept = bench.kept(run)
        expect(kept, "a killed run had saved nothing")
        done = bench.resume(run, at=number, calls=call, do="EIO")
        what = f"{call} {number} of a resumption fails"
        if done.returncode == 0:
            bench.expect_used(done.stderr, kept, what)
            bench.expect_same(run, what, leftovers(run))
            return "did not matter"
        lines = [line for line in done.stderr.splitlines() if line.startswith("fasttrain: error: ")]
        expect(done.returncode in ANSWERS and len(lines) == 1, f"{what}: it ended with {done.returncode}: {done.stderr}")
        bench.expect_used(bench.go_on(run, what), kept, what)
        return "refused"

    for call in ("stat", "lstat", "readdir"):
        run = bench.torn()
        path = run.with_name("trace")
        bench.resume(run, calls=call, trace=path)
        total = sum(line.startswith(call + "\t") for line in path.read_text().splitlines())
        expect(total > 0, f"no {call} was seen")
        counts += bench.each([(call, number) for number in range(1, total + 1)], fail)
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def removed_checkpoints(bench: Bench) -> str:
    """Remove the checkpoints of a run. It must not start again over its history, and its other files must stay
    usable."""
    run = bench.new_folder()
    shutil.copytree(bench.reference, run)
    shutil.rmtree(run / "checkpoints")
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    expect_refused(bench.call("resume", run, "--epochs", "6"), 65, "resume", "expected a checkpoint, because history.jsonl has 4 epochs")
    for path in run.iterdir():
        expect(path.read_bytes() == before[path.name] or path.name == "lock", f"{path.name} was changed")
    for command in (["evaluate", run], ["report", run], ["predict", run, "-o", run / "p.csv"]):
        done = bench.call(*command)
        expect(done.returncode == 0, f"{command[0]} without checkpoints: {done.stderr}")
    names = ["history.jsonl", "model.safetensors", "metrics.json", "report.html"]
    for gone, left in zip(names, names[1:]):
        (run / gone).unlink()
        expect_refused(bench.call("resume", run), 65, f"resume without {gone}", f"expected a checkpoint, because {left} exists")
    (run / names[-1]).unlink()
    done = bench.call("resume", run)
    expect(done.returncode == 0, f"a run that has nothing: {done.stderr}")
    bench.expect_same(run, "a run that has nothing")
    # A kill after the last checkpoint was saved, and before the oldest one was removed.
    kept = sorted((run / "checkpoints").iterdir())
    shutil.copy(kept[0], run / "checkpoints" / "step-0000000001.safetensors")
    done = bench.call("resume", run)
    expect(done.returncode == 0, f"a run with one checkpoint too many: {done.stderr}")
    expect(sorted((run / "checkpoints").iterdir()) == kept, "the oldest of four checkpoints was not removed")
    return "1 run, of which 4 files went one after the other"


def other_data(bench: Bench) -> str:
    """Replace the data set of a run by another one of the same shapes. It must be refused unless it is given
    explicitly."""
    folder = bench.new_folder().parent
    rows = (bench.folder / "table.csv").read_text().splitlines(keepends=True)
    for name, lines in {"d": rows, "other": [rows[0], *reversed(rows[1:])]}.items():
        (folder / "t.csv").write_text("".join(lines))
        done = bench.call("csv", "t.csv", "--target", "answer", "--scale", "none", "-o", name, program=bench.converter, cwd=folder)
        expect(done.returncode == 0, f"a data set: {done.stderr}")
    done = bench.call("train", "--data", "d", *OPTIONS, "--output", "run", cwd=folder)
    expect(done.returncode == 0, f"a run: {done.stderr}")
    (folder / "other").rename(folder / "d")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "lock"}
    commands = [["evaluate", "run"], ["predict", "run", "-o", "p.csv"], ["boundary", "run", "-o", "b.png"], ["report", "run"],
                ["resume", "run", "--epochs", "6"], ["train", "--config", "run/recipe.json"]]
    for command in commands:
        expect_refused(bench.call(*command, cwd=folder), 65, f"{command}", "the data")
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "lock"}
    expect(after == before, f"something was written: {set(after) ^ set(before)}")
    done = bench.call("evaluate", "run", "--data", "d", cwd=folder)
    expect(done.returncode == 0, f"other data that was asked for: {done.stderr}")
    return f"{len(commands)} commands"


def other_winners(bench: SearchBench) -> str:
    """Put another run into the folder `best` of a search, or remove a trial that the choice depended on."""
    other = bench.new_folder().parent / "other"
    done = bench.call("train", "--data", bench.data, *OPTIONS, "--hidden", "5", "--output", other)
    expect(done.returncode == 0, f"another run: {done.stderr}")

    run = bench.new_folder()
    shutil.copytree(bench.reference, run)
    shutil.rmtree(run / "best")
    shutil.copytree(other, run / "best")
    expect_refused(bench.call("resume", run), 65, "another run in best", "the best in trials.jsonl")

    run = bench.new_folder()
    shutil.copytree(bench.reference, run)
    lines = (run / "trials.jsonl").read_bytes().splitlines(keepends=True)
    settings = json.loads(min(lines, key=lambda line: json.loads(line)["validation_loss"]))["settings"]
    (run / "trials.jsonl").write_bytes(b"".join(line for line in lines if json.loads(line)["settings"] != settings))
    expect_refused(bench.call("resume", run), 65, "a search without its winner's trials", "the best in trials.jsonl")

    run = bench.torn()
    for at in (run / "best", f"{run}/best/"):
        done = bench.call("train", "--data", bench.data, *OPTIONS, "--output", at)
        expect_refused(done, 73, "a run in a search's best", "the search in the folder above")
    expect(not (run / "best").exists(), "a run in a search's best: it is there")
    bench.go_on(run, "after a run in its best was refused")
    bench.expect_same(run, "after a run in its best was refused")
    return "4 others"


def sessions_without_events(bench: EventBench) -> str:
    """After a session without event files, the next session with them must write the missing events."""
    run = bench.new_folder()
    begun = bench.call(*bench.start(run), "--epochs", "2")
    expect(begun.returncode == 0, f"two epochs: {begun.stderr}")
    done = bench.call("resume", run, "--epochs", "3")
    expect(done.returncode == 0, f"an epoch without events: {done.stderr}")
    done = bench.call("resume", run, "--epochs", "4", "--tensorboard", run.with_name("events"))
    expect(done.returncode == 0, f"an epoch with events: {done.stderr}")
    epochs = [epoch for epoch, _ in bench.contents(run)["events/training"]]
    expect(epochs == [1, 2, 3, 4], f"the curve has the epochs {epochs}")
    return "1 session"


def readers(bench: Bench) -> str:
    """A signal ends a run whose result nobody reads any more. The output and the exit code must report the
    interruption."""
    run = bench.new_folder()
    command, environment = bench.command(*bench.start(run), "--json", faults={"at": 30, "do": "TERM"}, at=run.parent)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, env=environment, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    expect(done.returncode == 128 + signal.SIGTERM, f"it ended with {done.returncode}: {done.stderr}")
    expect("interrupted by SIGTERM" in done.stderr and "resume" in done.stderr, f"it said {done.stderr}")
    bench.go_on(run, "after its reader had gone")
    return "1 reader"


def process_one(bench: Bench) -> str:
    """Run as process 1 of a container, to which the system delivers only signals that it handles. A second signal must
    still end a run, a first one any other command, and nothing may be damaged."""
    if subprocess.run(["unshare", "--pid", "--fork", "true"], capture_output=True).returncode != 0:
        return "SKIPPED: process namespaces may not be made"
    unshare = shutil.which("unshare")
    renames = sum(call.name == "rename" for call in bench.trace(bench.new_folder()))
    for number in range(1, renames + 1):
        run = bench.new_folder()
        command, environment = bench.command(
            *bench.start(run), faults={"at": number, "calls": "rename", "do": "INTINT"}, at=run.parent)
        done = subprocess.run(
            [unshare, "--pid", "--fork", *command], env=environment, capture_output=True, text=True, timeout=60)
        what = f"process 1, two signals before rename {number}"
        expect(done.returncode in (130, -2), f"{what}: it ended with {done.returncode}: {done.stderr}")
        expect(not leftovers(run), f"{what}: left over: {leftovers(run)}")
        bench.go_on(run, what)
    folder = bench.new_folder().parent
    shutil.copy(bench.folder / "table.csv", folder)
    command, environment = bench.command(
        "csv", "table.csv", "--target", "answer", "-o", "d", faults={"at": 1, "calls": "rename", "do": "TERM"}, at=folder,
        program=bench.converter)
    done = subprocess.run(
        [unshare, "--pid", "--fork", *command], env=environment, cwd=folder, capture_output=True, text=True, timeout=60)
    expect(done.returncode in (143, -15), f"process 1, a conversion: it ended with {done.returncode}: {done.stderr}")
    expect(sorted(os.listdir(folder)) == ["table.csv"], f"process 1, a conversion: left over {os.listdir(folder)}")
    return f"{renames + 1} signals"
