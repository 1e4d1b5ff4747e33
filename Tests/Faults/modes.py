"""Check permissions of written files, and where symbolic links lead."""

import os
import shutil
import subprocess
from pathlib import Path

from harness import NOBODY, OPTIONS, Bench, expect

MASKS = (0o000, 0o022, 0o027, 0o077)
MORE = [("report.html", ["report", "run"]), ("p.csv", ["predict", "run", "--data", "table.csv", "-o", "p.csv"]),
        ("curve.svg", ["find-rate", "--data", "data.safetensors", "--hidden", "8", "-o", "curve.svg"])]


def masked(bench: Bench, mask: int, folder: Path, *arguments: object, program: str | None = None):
    command, environment = bench.command(*arguments, program=program)
    done = subprocess.run(command, env=environment, cwd=folder, umask=mask, capture_output=True, text=True, timeout=120)
    expect(done.returncode == 0, f"{arguments[0]} with the umask {mask:03o}: {done.stderr}")


def all_written(bench: Bench, mask: int, folder: Path) -> list[Path]:
    """Run all commands that write files, into a folder that may already have them, and return the files."""
    conversion = ["csv", "table.csv", "--target", "answer", "-o", "data.safetensors"]
    masked(bench, mask, folder, *conversion, program=bench.converter)
    if (folder / "run").exists():
        masked(bench, mask, folder, "resume", "run", "--epochs", "5", "--tensorboard", "events")
    else:
        masked(bench, mask, folder, "train", "--data", "data.safetensors", *OPTIONS, "--output", "run")
    for _, command in MORE:
        masked(bench, mask, folder, *command)
    return [path for path in folder.rglob("*") if path.name != "table.csv"]


def mode(path: Path) -> int:
    return path.lstat().st_mode & 0o777


def modes(bench: Bench) -> str:
    """New files have 0666 and folders 0777, less the umask. A replaced file keeps its mode and, for root, its owner."""
    count = 0
    for mask in MASKS:
        folder = bench.new_folder().parent
        shutil.copy(bench.folder / "table.csv", folder)
        for path in all_written(bench, mask, folder):
            right = (0o777 if path.is_dir() else 0o666) & ~mask
            expect(mode(path) == right, f"{path.name} has the mode {mode(path):03o}, expected {right:03o} by the umask")
            count += 1
        # Replace files of every mode that allows their owner to read them.
        kept = {}
        for number, path in enumerate(sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "lock")):
            kept[path] = (0o600, 0o640, 0o666, 0o444, 0o755)[number % 5]
            path.chmod(kept[path])
            if os.geteuid() == 0:
                os.chown(path, 1, 1)
        before = {path: path.stat().st_ino for path in kept}
        all_written(bench, mask, folder)
        replaced = [path for path in kept if path.exists() and path.stat().st_ino != before[path]]
        expect({"data.safetensors", "recipe.json", "history.jsonl", "p.csv"} <= {path.name for path in replaced},
               f"too little was replaced: {replaced}")
        for path in replaced:
            expect(mode(path) == kept[path], f"{path.name} had the mode {kept[path]:03o}, now {mode(path):03o}")
            if os.geteuid() == 0:
                expect((path.stat().st_uid, path.stat().st_gid) == (1, 1), f"{path.name} belongs to another now")
            count += 1
    if os.geteuid() == 0:
        groups(bench)
    return f"{count} files and folders with {len(MASKS)} umasks"


def groups(bench: Bench) -> None:
    """Let another user with write permission for the folder replace a file. The file keeps its group if that user is a
    member; otherwise, the user's own group gets no permissions that the old group had."""
    group = 2000
    folder = bench.new_folder().parent
    shutil.copy(bench.folder / "table.csv", folder)
    program = shutil.copy(bench.converter, bench.folder)
    for path in (bench.folder, folder):
        path.chmod(0o777)
    for others, right in (([group], (NOBODY, group, 0o664)), ([], (NOBODY, NOBODY, 0o644))):
        path = folder / "data.safetensors"
        path.write_text("old")
        os.chown(path, 1, group)
        path.chmod(0o664)
        done = subprocess.run(
            [program, "csv", "table.csv", "--target", "answer", "-o", path], cwd=folder, capture_output=True, text=True,
            user=NOBODY, group=NOBODY, extra_groups=others)
        expect(done.returncode == 0, f"somebody else, of the groups {others}: {done.stderr}")
        found = (path.stat().st_uid, path.stat().st_gid, mode(path))
        expect(found == right, f"replaced by somebody of the groups {others}: it is {found}, expected {right}")


def links(bench: Bench) -> str:
    """Follow symbolic links and keep them: to data, a run folder, its checkpoints, a model, and an output."""
    folder = bench.new_folder().parent
    away = folder / "away"
    for name in ("run", "checkpoints", "outputs"):
        (away / name).mkdir(parents=True)
    shutil.copy(bench.folder / "table.csv", away)

    def link(name: str, target: str) -> Path:
        (folder / name).symlink_to(target)
        return folder / name

    def run(*arguments: object, program: str | None = None, code: int = 0) -> str:
        done = bench.call(*arguments, cwd=folder, program=program)
        expect(done.returncode == code, f"{arguments}: it ended with {done.returncode}: {done.stderr}")
        return done.stderr

    (away / "outputs" / "data").write_text("old")
    made = [link("table.csv", "away/table.csv"), link("data.safetensors", "away/outputs/data"), link("run", "away/run"),
            link("run/checkpoints", "../checkpoints")]
    run("csv", "table.csv", "--target", "answer", "-o", "data.safetensors", program=bench.converter)
    run("train", "--data", "data.safetensors", *OPTIONS, "--output", "run")
    expect((folder / "run/model.safetensors").read_bytes() == bench.expected["model.safetensors"], "a run by links: another model")
    made.append(link("model.safetensors", "run/model.safetensors"))
    (away / "outputs" / "p").write_text("old")
    made.append(link("p.csv", "away/outputs/p"))
    run("predict", "model.safetensors", "--data", "table.csv", "-o", "p.csv")
    expect((away / "outputs" / "p").read_text() != "old", "what a link leads to was not replaced")
    made.append(link("run/lost", "nowhere"))
    said = run("predict", "run", "--data", "table.csv", "-o", "run/lost", code=73)
    expect("run/lost: cannot create: is a dangling symbolic link" in said, f"of a link that leads nowhere it said {said}")
    for call in ("lstat", "realpath"):
        done = bench.call(
            "predict", "model.safetensors", "--data", "table.csv", "-o", "p.csv", cwd=folder, at=folder,
            faults={"at": 1, "calls": call, "do": "EIO", "each": 1})
        expect(done.returncode == 74 and call in done.stderr, f"{call} fails: it ended with {done.returncode}: {done.stderr}")
    run("resume", "run", "--epochs", "5")
    for path in made:
        expect(path.is_symlink(), f"{path.name} is a link no longer")
    expect(sorted(os.listdir(away / "outputs")) == ["data", "p"], "something was left beside what a link leads to")
    return f"{len(made)} links"
