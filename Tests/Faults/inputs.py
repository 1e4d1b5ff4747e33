"""Change inputs while they are read, and ask commands to overwrite inputs or files that are not theirs."""

import json
import os
import shutil
from pathlib import Path

from damage import written_over
from harness import OPTIONS, Bench, expect, expect_refused
from hostile import idx


def inputs(bench: Bench) -> str:
    """Write to a table between the passes of its conversion, and to a data set during prediction and reporting."""
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
            os.utime(folder / "table.csv", (0, 0))  # the clock may not advance for some ms
            done = bench.meanwhile(
                lambda: change(folder / "table.csv"), "csv", "table.csv", "--target", "answer", "--test", test, "-o", "d",
                faults={"at": 1, "calls": "flock"}, at=folder, program=bench.converter, cwd=folder)
            what = f"a table with {change.__name__} rows while it was converted"
            expect_refused(done, 65, what, f"table.csv: expected the {len(rows)} bytes present when it was opened")
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
    expect_refused(done, 65, "images that change", "images: expected the 28 bytes present when it was opened")
    expect(sorted(os.listdir(folder)) == ["images", "labels"], f"images that change: {os.listdir(folder)}")

    # Initial parameters written by another program have no digest.
    initial = folder / "initial"
    initial.write_bytes(without_digest((bench.reference / "model.safetensors").read_bytes()))
    os.utime(initial, (0, 0))

    def zero() -> None:
        with open(initial, "r+b") as file:
            file.seek(-4, os.SEEK_END)
            file.write(bytes(4))

    start = ["train", "--data", bench.data, *OPTIONS, "--init", "initial", "--output", "run"]
    done = bench.meanwhile(zero, *start, faults={"at": 1, "calls": "mmap"}, at=folder, cwd=folder)
    expect_refused(done, 65, "--init", "bytes present when it was opened")
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
        expect_refused(done, 65, command[0], "bytes present when it was opened")
        expect(not (run / "p.csv").exists() and (run / "report.html").read_bytes() == before, f"{command[0]} wrote")
        count += 1
    return f"{count} inputs written to"


def without_digest(content: bytes) -> bytes:
    """Return a safetensors file as another program would write it."""
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:end])
    del header["__metadata__"]
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + content[end:]


def refuse_inputs_of_runs(bench: Bench, folder: Path) -> int:
    """Ask a run, a search, a report and a download to overwrite their inputs, or files that are not theirs."""
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
    cases = [([*train, "--output", "of-lock"], "is not a lock file of fasttrain"), ([*search, "of-lock"], "is not a lock file of fasttrain"),
             ([*train, "--output", "new", "--tensorboard", "of-events.lock"], "is not a lock file of fasttrain"),
             ([*search, "of-trials.jsonl"], "already holds trials.jsonl"),
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
    """Refuse an output that is one of the inputs, by whatever path, or one of a run's own files; nothing may be
    lost."""
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
        expect_refused(done, 73, f"{command} over what is left of a run", "holds remains of a run (history.jsonl)")
    return f"{len(commands) + others} outputs refused, {len(run_files) + 1} of them files of a run"
