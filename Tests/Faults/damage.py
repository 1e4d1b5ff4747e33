"""Checkpoints that are not what they were."""

import os
import shutil
from pathlib import Path

from harness import OPTIONS, Bench, checkpoints, expect


def truncated(path: Path, bench: Bench) -> None:
    os.truncate(path, path.stat().st_size * 2 // 3)


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def flipped(path: Path, bench: Bench) -> None:
    # The least bit of a number: nothing but the digest tells.
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
        # Who may read everything: a pipe instead, which would keep a careless reader waiting.
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
    """The newest checkpoint is damaged: a warning names it, the one before is used, nothing is deleted, all comes out the
    same. All three are: an error, and nothing is touched."""
    for damage in KINDS:
        what = f"the newest checkpoint {damage.__name__}"
        run = bench.new_folder()
        done = bench.call("train", "--data", bench.data, *OPTIONS, "--output", run)
        newest, before = checkpoints(run)[:2]
        damage(newest, bench)
        done = bench.resume(run)
        # What is no regular file is not written over: the run says so when it comes to that step.
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
