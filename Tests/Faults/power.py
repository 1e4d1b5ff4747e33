"""Simulate power failures: only synchronized data is guaranteed to survive."""

import random
from pathlib import Path

from calls import numbered
from harness import Bench, Call, expect, read_trace

SECTOR = 512


class Disk:
    """The possible contents of a disk when the power fails after a sequence of calls.

    Files are numbers, and folder entries refer to them. Each write since the last synchronization of a file may
    survive, be lost, or survive in part, by whole sectors. Each entry created, renamed or removed since the last
    synchronization of its folder may be in its new or its old state. This is worse than any real file system.
    """

    def __init__(self, root: Path, random: random.Random):
        self.root = str(root)
        self.random = random
        self.files: list[bytearray] = []  # guaranteed contents
        self.pending: list[list[tuple[int, bytes]]] = []  # writes since then
        self.names: dict[str, int] = {}  # as the program sees them
        self.sure: dict[str, int | None] = {}  # guaranteed entries; a folder is -1
        self.changes: list[tuple[str, dict[str, int | None]]] = []  # folder and its entries

    def hold(self, path: Path) -> None:
        """Mark a folder and everything in it as guaranteed in its current state."""
        for entry in [path, *path.rglob("*")]:
            file = -1
            if entry.is_file():
                file = len(self.files)
                self.files.append(bytearray(entry.read_bytes()))
                self.pending.append([])
            if entry != Path(self.root):
                self.names[str(entry)] = self.sure[str(entry)] = file

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
        """Return one of the possible states of the disk."""
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
                    for start, part in sectors(offset, data):
                        if self.random.random() < 0.5:
                            put(content, start, part)
            contents[file] = content
        for path, file in sorted(entries.items()):
            place = target / path[len(self.root) + 1 :]
            # An entry is lost if its own folder was not synchronized.
            if file is None or not place.parent.is_dir():
                continue
            if file == -1:
                place.mkdir(exist_ok=True)
            else:
                place.write_bytes(contents[file])


def put(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset + len(data):
        content.extend(bytes(offset + len(data) - len(content)))
    content[offset : offset + len(data)] = data


def sectors(offset: int, data: bytes) -> list[tuple[int, bytes]]:
    """Split a write into the sectors of the file."""
    begins = [offset, *range((offset // SECTOR + 1) * SECTOR, offset + len(data), SECTOR)]
    return [(a, data[a - offset : b - offset]) for a, b in zip(begins, begins[1:] + [offset + len(data)])]


def losses(bench: Bench, count: int) -> str:
    """Fail the power at any call, of a new run or of one that continues a killed one. Whatever was reported as saved
    must exist, nothing unsound may be used, and the result must not change."""
    calls = numbered(bench.trace(bench.new_folder()))
    renames = [number for number, call in calls if call.name == "rename"]

    def lose(number: int) -> bool:
        chance = random.Random(f"{bench.seed} {number}")
        run = bench.new_folder()
        what = f"power loss {number}"
        done = []
        if chance.random() < 0.5:
            # Favor the early calls, which create folders, and the moments between a rename and the fsync that makes it
            # durable.
            at = chance.choice([int(len(calls) ** chance.random()), chance.choice(renames)])
            moment = "after" if at in renames else chance.choice(["before", "after"])
            trace = run.parent / "killed"
            bench.begin(run, at=at, do=moment, trace=trace)
            what += f", after a kill {moment} call {at}"
            done = read_trace(trace) + [Call("killed", "", "", 0, 0, 0, b"")]
            trace.unlink()
        done += bench.trace(run)
        end = chance.randrange(len(done) + 1)
        what += f", at {end} of {len(done)} calls"
        disk = Disk(run.parent, chance)
        for call in done[:end]:
            if call.name != "out":
                disk.add(call)
        target = bench.new_folder()
        disk.write_to(target.parent)
        reported = bench.reported(done[:end])
        bench.expect_kept(target, reported, what)
        if end == len(done):
            bench.expect_same(target, f"{what}, when all was done")
        bench.expect_used(bench.go_on(target, what), reported, what)
        return bool(reported)

    counts = bench.each([(number,) for number in range(count)], lose)
    expect(counts[True] > 0, "no power loss with something reported as saved")
    return f"{count} power losses, {counts[True]} of them with something saved"
