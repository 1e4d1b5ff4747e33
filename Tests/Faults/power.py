"""Power that fails: of what was written, only what was synchronized is sure to be there."""

import random
from pathlib import Path

from harness import Bench, Call, checkpoints, expect

SECTOR = 512


class Disk:
    """What a disk may hold at the moment the power fails, when these calls were made.

    Files are numbers; a folder's entries lead to them. Of a file the writes since it was synchronized may each be there,
    or not, or in part, whole sectors of it. Of a folder the entries that were made, moved and removed since it was
    synchronized may each be so or as before. That is worse than any file system.
    """

    def __init__(self, root: Path, random: random.Random):
        self.root = str(root)
        self.random = random
        self.files: list[bytearray] = []  # what is sure to be there
        self.pending: list[list[tuple[int, bytes]]] = []  # writes since
        self.names: dict[str, int] = {}  # as the program sees them
        self.sure: dict[str, int | None] = {}  # as they are sure to be; a folder is -1
        self.changes: list[tuple[str, dict[str, int | None]]] = []  # folder, entries

    def folder(self, path: str) -> str:
        return path.rsplit("/", 1)[0]

    def change(self, entries: dict[str, int | None]) -> None:
        self.changes.append((self.folder(next(iter(entries))), entries))
        for path, file in entries.items():
            if file is None:
                self.names.pop(path, None)
            else:
                self.names[path] = file

    def add(self, call: Call) -> None:
        if call.result < 0:
            return
        if call.name == "mkdir":
            self.change({call.path: -1})
        elif call.name == "create":
            self.files.append(bytearray())
            self.pending.append([])
            self.change({call.path: len(self.files) - 1})
        elif call.name == "write":
            self.pending[self.names[call.path]].append((call.offset, call.data))
        elif call.name == "rename":
            self.change({call.other: self.names[call.path], call.path: None})
        elif call.name == "unlink" and call.path in self.names:
            self.change({call.path: None})
        elif call.name == "fsync" and self.names.get(call.path, -1) >= 0:
            file = self.names[call.path]
            for offset, data in self.pending[file]:
                put(self.files[file], offset, data)
            self.pending[file] = []
        elif call.name == "fsync":
            for folder, entries in self.changes:
                if folder == call.path:
                    self.sure |= entries
            self.changes = [entry for entry in self.changes if entry[0] != call.path]

    def write_to(self, target: Path) -> None:
        """One of the states that the disk may be in."""
        entries = dict(self.sure)
        for _, change in self.changes:
            if self.random.random() < 0.5:
                entries |= change
        contents = {}
        for file, content in enumerate(self.files):
            content = bytearray(content)
            for offset, data in self.pending[file]:
                chance = self.random.random()
                if chance < 0.4:
                    put(content, offset, data)
                elif chance < 0.7:
                    put(content, offset, data[: self.random.randrange(0, len(data) + 1, SECTOR)])
            contents[file] = content
        for path, file in sorted(entries.items()):
            place = target / path[len(self.root) + 1 :]
            if file == -1:
                place.mkdir(parents=True, exist_ok=True)
        for path, file in sorted(entries.items()):
            place = target / path[len(self.root) + 1 :]
            # An entry of a folder that itself was not synchronized is lost with it.
            if file is not None and file >= 0 and place.parent.is_dir():
                place.write_bytes(contents[file])


def put(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset + len(data):
        content.extend(bytes(offset + len(data) - len(content)))
    content[offset : offset + len(data)] = data


def saved_steps(calls: list[Call]) -> list[str]:
    """The checkpoints that the program went on from as saved: the next file, the history, was begun after each."""
    saved, waiting = [], None
    for call in calls:
        if call.name == "rename" and "/checkpoints/step-" in call.other:
            waiting = call.other.rsplit("/", 1)[1]
        elif call.name in ("create", "out") and waiting:
            saved.append(waiting)
            waiting = None
    return saved


def losses(bench: Bench, count: int) -> str:
    """The power fails at any call: whatever was reported as saved loads, nothing unsound is used, and the run goes on to
    the same result."""
    run = bench.new_folder()
    calls = bench.trace(run)

    def lose(number: int) -> bool:
        chance = random.Random(f"{bench.seed} {number}")
        end = chance.randrange(len(calls) + 1)
        disk = Disk(run.parent, chance)
        for call in calls[:end]:
            if call.name != "out":
                disk.add(call)
        target = bench.new_folder()
        disk.write_to(target.parent)
        saved = saved_steps(calls[:end])
        what = f"power loss {number}, after {end} of {len(calls)} calls"
        if saved:
            names = [path.name for path in checkpoints(target)]
            expect(saved[-1] in names, f"{what}: {saved[-1]} was saved, there are {names}")
            shown = bench.call("inspect", target / "checkpoints" / saved[-1])
            expect("sound" in shown.stdout, f"{what}: {saved[-1]} was saved and is not sound: {shown.stderr}")
        if end == len(calls):
            bench.expect_same(target, f"{what}, when all was done")
        done = bench.resume(target) if (target / "recipe.json").exists() else bench.train(target)
        # Its own reports may be of later steps, which were lost while they were written: those it passes over.
        expect(done.returncode == 0, f"{what}: to go on failed with {done.returncode}: {done.stderr}")
        if saved:
            started = f"after step {int(saved[-1][5:15]):,}"
            later = [line for line in done.stderr.splitlines() if line.startswith("resumes")]
            step = int(later[0].split("after step ")[1].split(",")[0].replace(",", "")) if later else 0
            expect(step >= int(saved[-1][5:15]), f"{what}: {started} was saved, it went on from {step}")
        bench.expect_same(target, what)
        return bool(saved)

    counts = bench.each([(number,) for number in range(count)], lose)
    return f"{count} power losses, {counts[True]} of them with something saved"
