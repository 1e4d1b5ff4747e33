"""Damage checkpoints and data sets."""

import os
import shutil
import struct
from pathlib import Path

from harness import OPTIONS, Bench, checkpoints, expect


def truncated(path: Path, bench: Bench) -> None:
    os.truncate(path, path.stat().st_size * 2 // 3)


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def flipped(path: Path, bench: Bench) -> None:
    # Flip the lowest bit of a number, which only the digest can notice.
    flip(path, -4)


def flipped_in_its_header(path: Path, bench: Bench) -> None:
    flip(path, 300)


def empty(path: Path, bench: Bench) -> None:
    path.write_bytes(b"")


def folder(path: Path, bench: Bench) -> None:
    path.unlink()
    path.mkdir()


def unreadable(path: Path, bench: Bench) -> None:
    if os.geteuid() == 0:
        # The superuser may read everything, so use a pipe, on which a careless reader would block.
        path.unlink()
        os.mkfifo(path)
    else:
        path.chmod(0)


def dangling(path: Path, bench: Bench) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def of_another_run(path: Path, bench: Bench) -> None:
    other = bench.new_folder()
    done = bench.call("train", "--data", bench.data, *OPTIONS, "--seed", 2, "--output", other)
    expect(done.returncode == 0, done.stderr)
    shutil.copy(other / "checkpoints" / path.name, path)


def renamed(path: Path, bench: Bench) -> None:
    shutil.copy(checkpoints(path.parent.parent)[1], path)


KINDS = [truncated, flipped, flipped_in_its_header, empty, folder, unreadable, dangling, of_another_run, renamed]


def newest(bench: Bench) -> str:
    """Damage the newest checkpoint: a warning must name it, the one before must be used, nothing may be deleted, and
    the result must not change. Damage all three: the program must report an error and change nothing."""
    for damage in KINDS:
        what = f"the newest checkpoint {damage.__name__}"
        run = bench.new_folder()
        done = bench.call("train", "--data", bench.data, *OPTIONS, "--output", run)
        newest, before = checkpoints(run)[:2]
        damage(newest, bench)
        done = bench.resume(run)
        # A path that is not a regular file is not overwritten: the run reports it when it reaches that step.
        is_in_the_way = not newest.is_file()
        expect(done.returncode == (73 if is_in_the_way else 0), f"{what}: {done.returncode} {done.stderr}")
        warnings = [line for line in done.stderr.splitlines() if "skipped" in line]
        expect(len(warnings) == 1 and newest.name in warnings[0], f"{what}: expected a warning, found {done.stderr}")
        expect(f"after step {int(before.name[5:15])}" in done.stderr, f"{what}: {done.stderr}")
        if not is_in_the_way:
            bench.expect_same(run, what)

        run = bench.new_folder()
        bench.call("train", "--data", bench.data, *OPTIONS, "--output", run)
        for path in checkpoints(run):
            damage(path, bench) if damage is not renamed else truncated(path, bench)
        names = [path.name for path in checkpoints(run)]
        done = bench.resume(run)
        expect(done.returncode == 65, f"all checkpoints {damage.__name__}: {done.returncode} {done.stderr}")
        expect([path.name for path in checkpoints(run)] == names, f"all checkpoints {damage.__name__}: some are gone")
    return f"{len(KINDS)} kinds of damage, to one and to all"


def start_of_elements(content: bytes) -> int:
    return 8 + struct.unpack_from("<Q", content)[0]


def emptied(path: Path, content: bytes) -> None:
    os.truncate(path, 0)


def cut_within_a_page(path: Path, content: bytes) -> None:
    """Cut off the last 8 bytes: within a mapped page, they then read as zeros."""
    os.truncate(path, len(content) - 8)


def longer(path: Path, content: bytes) -> None:
    with open(path, "ab") as file:
        file.write(b"more")


def written_over(path: Path, content: bytes) -> None:
    """Turn every number into NaN, or every label into one beyond the classes."""
    begin = start_of_elements(content)
    with open(path, "r+b") as file:
        file.seek(begin)
        file.write(b"\xff" * (len(content) - begin))


def other_rows(path: Path, content: bytes) -> None:
    """Reverse the bytes of the features, which leaves them valid."""
    begin = start_of_elements(content)
    with open(path, "r+b") as file:
        file.seek(begin)
        file.write(b"".join(content[at : at + 4] for at in range(begin + 400, begin, -4)))


def another_renamed_over(path: Path, content: bytes) -> None:
    other = path.with_name("other")
    other.write_bytes(b"something else")
    other.rename(path)


def removed(path: Path, content: bytes) -> None:
    path.unlink()


CHANGES = [emptied, cut_within_a_page, longer, written_over, other_rows]
HARMLESS = [another_renamed_over, removed]


def data(bench: Bench) -> str:
    """Change the data set in place under a run that has saved a checkpoint. The run must say so in one line and save
    nothing more; once the file is restored it must continue to the same bits. Replacing the file must have no
    effect."""
    content = bench.data.read_bytes()
    renames = [call.other for call in bench.trace(bench.new_folder()) if call.name == "rename"]
    saves = [number for number, path in enumerate(renames, 1) if Path(path).name.startswith("step-")]

    def changed(change, threads: int) -> tuple:
        run = bench.new_folder()
        try:
            done = bench.meanwhile(
                lambda: change(bench.data, content), "train", "--data", bench.data, *OPTIONS, "--threads", threads,
                "--output", run, faults={"at": saves[1], "calls": "rename"}, at=run.parent)
        finally:
            bench.data.write_bytes(content)
        return run, done.returncode, done.stderr

    for threads in (1, 2):
        for change in CHANGES:
            what = f"the data set {change.__name__} under {threads} threads"
            run, code, text = changed(change, threads)
            expect(code == 65, f"{what}: it ended with {code}: {text}")
            lines = [line for line in text.splitlines() if line.startswith("fasttrain: error: ")]
            told = f"{bench.data}: expected the {len(content)} bytes present when it was opened"
            expect(len(lines) == 1 and told in lines[0], f"{what}: expected one line that says so, found {text}")
            names = [path.name for path in checkpoints(run)]
            expect(names == [Path(renames[number - 1]).name for number in saves[1::-1]], f"{what}: saved were {names}")
            said = bench.go_on(run, what)
            expect(f"after step {int(names[0][5:15])}" in said, f"{what}: {said}")
        for change in HARMLESS:
            what = f"the data set {change.__name__} under {threads} threads"
            run, code, text = changed(change, threads)
            expect(code == 0, f"{what}: it ended with {code}: {text}")
            bench.expect_same(run, what)
    return f"{len(CHANGES)} changes of the data in place, {len(HARMLESS)} that leave the file alone"
