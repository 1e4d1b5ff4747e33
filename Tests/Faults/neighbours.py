"""What others do to the same folders and files at the same time."""

import json
import os
import shutil
import signal
import subprocess
from collections import Counter
from pathlib import Path

from calls import ANSWERS
from damage import written_over
from events import EventBench
from harness import OPTIONS, Bench, expect, leftovers
from hostile import idx
from searches import SearchBench


def expect_refused(done, code: int, what: str, says: str) -> None:
    lines = [line for line in done.stderr.splitlines() if ": error: " in line]
    expect(done.returncode == code and len(lines) == 1 and says in lines[0],
           f"{what}: it ended with {done.returncode}, expected {code} and one line with {says!r}, found {done.stderr}")


def moved(bench: Bench) -> str:
    """The folder of a run is moved, removed or replaced by another run's before each time that a file or a folder is
    synchronized: it ends at its next save, writes nothing to the other's, and goes on where it was moved to."""
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
            codes = (0,) if number == total else (73, 74)  # the last one comes when all is written
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
    """A file that is being written into a run's folder is not taken for a killed process's by the folder's owner."""
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
        # As on a file system without locks, where nobody can tell that the first is alive.
        done = bench.call(*predict, run / "q.csv", faults={"at": 1, "calls": "flock", "do": "EOPNOTSUPP", "each": 1}, at=run)
        expect(done.returncode == 0, f"a prediction without locks: {done.stderr}")

    predict = ["predict", run, "--data", bench.folder / "table.csv", "-o"]
    done = bench.meanwhile(another, *predict, run / "p.csv", faults={"at": 1, "calls": "write"}, at=run)
    expect(done.returncode == 0 and not leftovers(run), f"a prediction beside another without locks: {done.stderr}")
    return "1 prediction beside 2 owners, 1 beside another without locks"


def inputs(bench: Bench) -> str:
    """A table is written to between the passes of its conversion, a data set while it is predicted or reported on."""
    count = 0
    rows = (bench.folder / "table.csv").read_bytes()
    lines = rows.splitlines(keepends=True)

    def more(path: Path) -> None:
        with open(path, "ab") as file:
            file.write(lines[-1])

    def fewer(path: Path) -> None:
        os.truncate(path, len(rows) - len(lines[-1]))

    def others(path: Path) -> None:
        with open(path, "r+b") as file:
            file.write(lines[0] + b"".join(reversed(lines[1:])))

    for test in ("0", "0.25"):
        for change in (more, fewer, others):
            folder = bench.new_folder().parent
            (folder / "table.csv").write_bytes(rows)
            os.utime(folder / "table.csv", (0, 0))  # a clock may stand still for some ms
            done = bench.meanwhile(
                lambda: change(folder / "table.csv"), "csv", "table.csv", "--target", "answer", "--test", test, "-o", "d",
                faults={"at": 1, "calls": "flock"}, at=folder, program=bench.converter, cwd=folder)
            what = f"a table with {change.__name__} rows while it was converted"
            expect_refused(done, 65, what, f"table.csv: expected the {len(rows)} bytes that were there")
            expect(sorted(os.listdir(folder)) == ["table.csv"], f"{what}: {os.listdir(folder)}")
            count += 1

    folder = bench.new_folder().parent
    images, labels = folder / "images", folder / "labels"
    images.write_bytes(idx([3, 2, 2], bytes(range(12))))
    labels.write_bytes(idx([3], bytes([0, 1, 2])))

    def flip() -> None:
        with open(images, "r+b") as file:
            file.seek(-1, os.SEEK_END)
            file.write(b"x")

    os.utime(images, (0, 0))
    done = bench.meanwhile(
        flip, "idx", "--train-images", "images", "--train-labels", "labels", "-o", "d", faults={"at": 1, "calls": "write"},
        at=folder, program=bench.converter, cwd=folder)
    expect_refused(done, 65, "images that change", "images: expected the 28 bytes that were there")
    expect(sorted(os.listdir(folder)) == ["images", "labels"], f"images that change: {os.listdir(folder)}")

    # The parameters that a run starts from, which another program wrote: they have no digest.
    initial = folder / "initial"
    initial.write_bytes(without_digest((bench.reference / "model.safetensors").read_bytes()))
    os.utime(initial, (0, 0))

    def zero() -> None:
        with open(initial, "r+b") as file:
            file.seek(-4, os.SEEK_END)
            file.write(bytes(4))

    start = ["train", "--data", bench.data, *OPTIONS, "--init", "initial", "--output", "run"]
    done = bench.meanwhile(zero, *start, faults={"at": 1, "calls": "mmap"}, at=folder, cwd=folder)
    expect_refused(done, 65, "--init", "bytes that were there when it was opened")
    expect(not (folder / "run").exists(), "a run from parameters that changed")
    count += 2

    content = bench.data.read_bytes()
    run = bench.new_folder()
    shutil.copytree(bench.reference, run)
    before = (run / "report.html").read_bytes()
    for command, faults in (
        (["predict", run, "--data", bench.data, "-o", run / "p.csv"], {"at": 1, "calls": "flock"}),
        (["report", run], {"at": 1, "calls": "mmap"}),
    ):
        try:
            done = bench.meanwhile(lambda: written_over(bench.data, content), *command, faults=faults, at=run)
        finally:
            bench.data.write_bytes(content)
        expect_refused(done, 65, command[0], "bytes that were there when it was opened")
        expect(not (run / "p.csv").exists() and (run / "report.html").read_bytes() == before, f"{command[0]} wrote")
        count += 1
    return f"{count} inputs written to"


def without_digest(content: bytes) -> bytes:
    """A safetensors file as another program would have written it."""
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:end])
    del header["__metadata__"]
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + content[end:]


def untold(bench: Bench) -> str:
    """What is there cannot be told, by a failing disk: that is not taken for nothing."""
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
    """Somebody removes the checkpoints of a run: it is not begun anew over its history, and the rest of it is of use."""
    run = bench.new_folder()
    shutil.copytree(bench.reference, run)
    shutil.rmtree(run / "checkpoints")
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    expect_refused(bench.call("resume", run, "--epochs", "6"), 65, "resume", "expected a checkpoint, as history.jsonl has 4 epochs")
    for path in run.iterdir():
        expect(path.read_bytes() == before[path.name] or path.name == "lock", f"{path.name} was changed")
    for command in (["evaluate", run], ["report", run], ["predict", run, "-o", run / "p.csv"]):
        done = bench.call(*command)
        expect(done.returncode == 0, f"{command[0]} without checkpoints: {done.stderr}")
    names = ["history.jsonl", "model.safetensors", "metrics.json", "report.html"]
    for gone, left in zip(names, names[1:]):
        (run / gone).unlink()
        expect_refused(bench.call("resume", run), 65, f"resume without {gone}", f"expected a checkpoint, as there is {left}")
    (run / names[-1]).unlink()
    done = bench.call("resume", run)
    expect(done.returncode == 0, f"a run that has nothing: {done.stderr}")
    bench.expect_same(run, "a run that has nothing")
    return "1 run, of which 4 files went one after the other"


def other_data(bench: Bench) -> str:
    """The data set of a run is by now another of the same shapes: it is not taken for the run's, unless it is given."""
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
    """What lies in a search's folder best is a run, but not that of its winner; or a trial is missing, by which it was chosen."""
    other = bench.new_folder().parent / "other"
    done = bench.call("train", "--data", bench.data, *OPTIONS, "--hidden", "5", "--output", other)
    expect(done.returncode == 0, f"another run: {done.stderr}")

    run = bench.new_folder()
    shutil.copytree(bench.reference, run)
    shutil.rmtree(run / "best")
    shutil.copytree(other, run / "best")
    expect_refused(bench.call("resume", run), 65, "another run in best", "the best of trials.jsonl, has it")

    run = bench.new_folder()
    shutil.copytree(bench.reference, run)
    lines = (run / "trials.jsonl").read_bytes().splitlines(keepends=True)
    settings = json.loads(min(lines, key=lambda line: json.loads(line)["validation_loss"]))["settings"]
    (run / "trials.jsonl").write_bytes(b"".join(line for line in lines if json.loads(line)["settings"] != settings))
    expect_refused(bench.call("resume", run), 65, "a search without its winner's trials", "the best of trials.jsonl, has it")

    run = bench.torn()
    for at in (run / "best", f"{run}/best/"):
        done = bench.call("train", "--data", bench.data, *OPTIONS, "--output", at)
        expect_refused(done, 73, "a run in a search's best", "the search in the folder above")
    expect(not (run / "best").exists(), "a run in a search's best: it is there")
    bench.go_on(run, "after a run in its best was refused")
    bench.expect_same(run, "after a run in its best was refused")
    return "4 others"


def sessions_without_events(bench: EventBench) -> str:
    """A session of a run without event files: the next with them writes what is missing."""
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
    """A signal ends a run and the reader of its result: that it was interrupted is told, and by the exit code."""
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
    """As process 1 of a container, to which the system sends no signal that it does not handle: a second signal still ends
    a run, a first one all else, and nothing is harmed."""
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


def refuse_inputs_of_runs(bench: Bench, folder: Path) -> int:
    """A run, a search, a report, a download that would write over what it reads, or over what is not its own."""
    content = bench.data.read_bytes()
    (folder / "mirror").mkdir()
    (folder / "mirror/train-images-idx3-ubyte.gz").write_bytes(b"of somebody's")
    for name in ("lock", "events.lock", "trials.jsonl"):
        (folder / f"of-{name}").mkdir()
        (folder / f"of-{name}/{name}").write_bytes(b"notes of mine\n" if "lock" in name else content)
    for name in ("metrics.json", "report.html", "history.jsonl"):
        shutil.copytree(bench.reference, folder / f"run-{name}")
        (folder / f"run-{name}/{name}").write_bytes(content)
    search = ["search", "--data", "d.safetensors", "--trials", "2", "--epochs", "1", "--output"]
    train = ["train", "--data", "d.safetensors", *OPTIONS]
    cases = [([*train, "--output", "of-lock"], "is no lock of fasttrain's"), ([*search, "of-lock"], "is no lock of fasttrain's"),
             ([*train, "--output", "new", "--tensorboard", "of-events.lock"], "is no lock of fasttrain's"),
             ([*search, "of-trials.jsonl"], "holds trials.jsonl already"),
             (["download", "mnist", "--mirror", f"file://{folder}/mirror", "-o", "mirror/train-images-idx3-ubyte.gz"], "choose another name"),
             (["download", "mnist", "--mirror", "file:///nowhere", "-o", "run/model.safetensors"], "choose another name"),
             (["download", "mnist", "--mirror", "file:///nowhere", "-o", "mirror"], "is a folder"),
             (["download", "mnist", "--mirror", "file:///nowhere", "-o", "no/folder"], "No such file or directory")]
    for name in ("metrics.json", "report.html", "history.jsonl"):
        cases += [([command, f"run-{name}", "--data", f"run-{name}/{name}"], "choose another name") for command in ("report", "resume")]
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for command, says in cases:
        done = bench.call(*command, cwd=folder, program=bench.converter if command[0] == "download" else None)
        expect_refused(done, 73, f"{command}", says)
        after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "lock"}
        expect(all(after.get(path, content) == content for path, content in before.items() if path.name != "lock"),
               f"{command}: something was written")
        expect((folder / "of-lock/lock").read_bytes() == before[folder / "of-lock/lock"], f"{command}: emptied a lock of somebody's")
    return len(cases)


def own_files(bench: Bench) -> str:
    """An output that is one of the inputs, by whatever path, or a file of a run, is refused, and nothing is lost."""
    folder = bench.new_folder().parent
    shutil.copytree(bench.reference, folder / "run")
    shutil.copy(bench.folder / "table.csv", folder / "t.csv")
    shutil.copy(bench.folder / "table.csv", folder / "u.csv")
    shutil.copy(bench.data, folder / "d.safetensors")
    (folder / "config.json").write_text('{"hidden": [8]}')
    (folder / "link.csv").symlink_to("t.csv")
    os.link(folder / "t.csv", folder / "hard.csv")
    checkpoint = max((folder / "run/checkpoints").iterdir()).relative_to(folder)
    run_files = ["model.safetensors", "recipe.json", "history.jsonl", "metrics.json", "lock", "report.html"]
    csv = ["csv", "t.csv", "--target", "answer", "-o"]
    commands = [[*csv, to] for to in ("t.csv", "./t.csv", f"{folder}/t.csv", "link.csv", "hard.csv", "run/model.safetensors")]
    commands += [["csv", "t.csv", "--test-file", "u.csv", "--target", "answer", "-o", "u.csv"],
                 ["series", "t.csv", "--column", "a", "--columns", "a,b", "-o", "t.csv"],
                 ["predict", "run", "--data", "t.csv", "-o", "t.csv"],
                 ["predict", "run", "--data", "d.safetensors", "-o", "d.safetensors"],
                 ["predict", "run/model.safetensors", "--data", "t.csv", "-o", "run/../run/model.safetensors"],
                 ["boundary", "run", "--data", "d.safetensors", "-o", "d.safetensors"],
                 ["find-rate", "--data", "d.safetensors", "--config", "config.json", "-o", "config.json"]]
    commands += [["predict", "run", "-o", f"run/{name}"] for name in run_files] + [["predict", "run", "-o", checkpoint]]
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for command in commands:
        program = bench.converter if command[0] in ("csv", "series") else None
        done = bench.call(*command, cwd=folder, program=program)
        expect_refused(done, 73, f"{command}", "choose another name")
        after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        expect(after == before, f"{command}: something was written: {set(after) ^ set(before)}")
    others = refuse_inputs_of_runs(bench, folder)
    left = folder / f".fasttrain-{os.getpid()}-7.partial"
    left.write_bytes(b"of a killed process")
    done = bench.call("predict", "run", "-o", "run/p.csv", cwd=folder)
    expect(done.returncode == 0, f"a new name in a run's folder: {done.stderr}")
    done = bench.call(*csv, "new", cwd=folder, program=bench.converter)
    expect(done.returncode == 0 and not left.exists(), f"what a killed process left beside an output is still there: {done.stderr}")

    for command in (["train", "--output", ""], ["search", "--output", ""], ["resume", ""], ["report", ""]):
        expect_refused(bench.call(*command, cwd=folder), 64, f"{command}", "expected a folder, found an empty path")
    (folder / "run/recipe.json").unlink()
    for command in ("train", "search"):
        done = bench.call(command, "--data", "d.safetensors", "--output", "run", cwd=folder)
        expect_refused(done, 73, f"{command} over what is left of a run", "holds what is left of a run (history.jsonl)")
    return f"{len(commands) + others} outputs refused, {len(run_files) + 1} of them files of a run"
