"""Power that fails: of what was written, only what was synchronized is sure to be there."""

import random
from pathlib import Path

from calls import numbered
from harness import Bench, Call, expect, read_trace

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

    def hold(self, path: Path) -> None:
        """A folder and all in it, as it is now: that is sure to be there."""
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
                    for start, part in sectors(offset, data):
                        if self.random.random() < 0.5:
                            put(content, start, part)
            contents[file] = content
        for path, file in sorted(entries.items()):
            place = target / path[len(self.root) + 1 :]
            # An entry of a folder that itself was not synchronized is lost with it.
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
    """What of a write lies in each sector of the file."""
    begins = [offset, *range((offset // SECTOR + 1) * SECTOR, offset + len(data), SECTOR)]
    return [(a, data[a - offset : b - offset]) for a, b in zip(begins, begins[1:] + [offset + len(data)])]


def losses(bench: Bench, count: int) -> str:
    """The power fails at any call, of a run or of one that goes on with a killed one: whatever was reported as saved is
    there, nothing unsound is used, and all comes out the same."""
    calls = numbered(bench.trace(bench.new_folder()))
    renames = [number for number, call in calls if call.name == "rename"]

    def lose(number: int) -> bool:
        chance = random.Random(f"{bench.seed} {number}")
        run = bench.new_folder()
        what = f"power loss {number}"
        done = []
        if chance.random() < 0.5:
            # Early calls, by which folders are made, as often as late ones; and between a rename and what makes it durable.
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
