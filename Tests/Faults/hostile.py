"""Feed malicious files to every program that reads them, and check the message, the files left behind, and the memory
used."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness import HERE, Bench, Failed, expect

MIB = 1 << 20
MOST = 64 * MIB  # allowed resident memory beyond the idle program and what a file legitimately needs


@dataclass
class Hostile:
    """A file, the commands that read it, and the expected outcome."""

    name: str
    write: Callable[[Path], None]
    readers: list[str]
    code: int = 65
    says: str = ""  # must occur in the error line
    honest: int = 0  # bytes needed to read it, in addition to the mapped file
    file: str = "file"  # file name


class Target:
    """The programs, and the files they need beside the malicious one."""

    def __init__(self, bench: Bench):
        self.bench = bench
        # Use a disk: in memory, a file of a gigabyte would count as memory.
        self.folder = Path(tempfile.mkdtemp(prefix="fasttrain-faults-")).resolve()
        self.peak = self.folder / "peak"
        compiler = os.environ.get("CC") or shutil.which("clang") or "cc"
        subprocess.run([compiler, "-O1", "-Wall", "-Wextra", "-Werror", "-o", self.peak, HERE / "peak.c"], check=True)
        self.model = bench.reference / "model.safetensors"
        self.run = self.folder / "run"
        shutil.copytree(bench.reference, self.run)
        self.labels, self.images = self.folder / "labels", self.folder / "images"
        self.labels.write_bytes(idx([3], bytes([0, 1, 2])))
        self.images.write_bytes(idx([3, 2, 2], bytes(range(12))))
        self.output = self.folder / "output"
        self.idle = {program: self.measure([program, "--version"])[3] for program in (bench.fasttrain, )}
        self.idle[bench.converter] = self.measure([bench.converter, "--help"])[3]
        self.most = 0
        self.runs = 0

    def command(self, reader: str, path: Path) -> list:
        """Return the command with which a reader reads the file."""
        fasttrain, converter, output = self.bench.fasttrain, self.bench.converter, self.output
        data = self.bench.data
        return {
            "inspect": [fasttrain, "inspect", path],
            "inspect --json": [fasttrain, "inspect", "--json", path],
            "convert inspect": [converter, "inspect", path],
            "train": [fasttrain, "train", "--data", path, "--epochs", 1, "--threads", 1, "--quiet", "--output", output],
            "init": [fasttrain, "train", "--init", path, "--data", data, "--output", output],
            "resume --data": [fasttrain, "resume", self.run, "--data", path],
            "evaluate --data": [fasttrain, "evaluate", self.model, "--data", path],
            "predict --data": [fasttrain, "predict", self.model, "--data", path, "-o", output],
            "evaluate": [fasttrain, "evaluate", path, "--data", data],
            "predict": [fasttrain, "predict", path, "--data", data, "-o", output],
            "config": [fasttrain, "train", "--config", path, "--data", data, "--output", output],
            "space": [fasttrain, "search", "--space", path, "--data", data, "--output", output],
            "csv": [converter, "csv", path, "--target", "y", "-o", output],
            "csv classes": [converter, "csv", path, "--target", "y", "--task", "classification", "-o", output],
            "csv numbers": [converter, "csv", path, "--target", "y", "--task", "regression", "-o", output],
            "series": [converter, "series", path, "--column", "y", "--window", 1, "-o", output],
            "images": [converter, "idx", "--train-images", path, "--train-labels", self.labels, "-o", output],
            "labels": [converter, "idx", "--train-images", self.images, "--train-labels", path, "-o", output],
            "resume": [fasttrain, "resume", path.parent],
            "evaluate the run": [fasttrain, "evaluate", path.parent],
        }[reader]

    def measure(self, command: list) -> tuple[int, str, str, int]:
        """Return the exit status (negative: killed by that signal), the text of both streams, and the peak memory in
        bytes."""
        out, err, peak = (self.folder / name for name in ("out", "err", "peak.txt"))
        with open(out, "wb") as stdout, open(err, "wb") as stderr:
            environment = {key: value for key, value in os.environ.items() if not key.startswith(("FAULT_", "LD_PRELOAD"))}
            subprocess.run(
                [self.peak, peak, *map(str, command)], stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                env=environment, timeout=600, check=True)
        status, kibibytes = map(int, peak.read_text().split())
        texts = [path.read_bytes().decode(errors="replace") for path in (out, err)]
        for path in (out, err, peak):
            path.unlink()
        return os.waitstatus_to_exitcode(status), *texts, kibibytes * 1024

    def check(self, hostile: Hostile, path: Path, reader: str) -> None:
        what = f"{hostile.name}, by {reader}"
        command = self.command(reader, path)
        before = sorted(str(file) for file in self.folder.rglob("*"))
        code, out, err, peak = self.measure(command)
        self.runs += 1
        expect(code == hostile.code, f"{what}: it ended with {code}: {err[-600:]}")
        program = Path(command[0]).name
        if code != 0:
            expect(out == "", f"{what}: standard output has {out[:200]!r}")
            expect(err.startswith(f"{program}: error: ") and err.count("\n") == 1 and err.endswith("\n"),
                   f"{what}: expected one line, found {err[:600]!r}")
            expect(all(letter.isprintable() or letter == "\n" for letter in err), f"{what}: raw control characters in {err[:600]!r}")
            expect(len(err) < 16_384, f"{what}: a line of {len(err)} characters")
            names = (": expected ", ", found ", str(path)) if code == 65 else (str(path),)
            expect(all(name in err for name in names), f"{what}: expected {names}, found {err[:600]!r}")
            expect(hostile.says in err, f"{what}: expected {hostile.says!r}, found {err[:600]!r}")
            after = sorted(str(file) for file in self.folder.rglob("*"))
            expect(after == before, f"{what}: left {set(after) ^ set(before)}")
        elif self.output.is_dir():
            shutil.rmtree(self.output)
        else:
            self.output.unlink(missing_ok=True)
        beyond = peak - self.idle[command[0]] - hostile.honest
        expect(beyond <= MOST, f"{what}: {beyond / MIB:.1f} MiB beyond the idle program and what is honest")
        self.most = max(self.most, beyond)

    def close(self) -> None:
        shutil.rmtree(self.folder)


def family(bench: Bench, files: Callable[[Target], Iterator[Hostile]]) -> str:
    target = Target(bench)
    count, failures = 0, []
    for hostile in files(target):
        path = target.folder / "hostile" / hostile.file
        path.parent.mkdir()
        hostile.write(path)
        for reader in hostile.readers:
            try:
                target.check(hostile, path, reader)
            except Failed as failure:
                failures.append(str(failure))
        shutil.rmtree(path.parent)
        count += 1
    runs, most = target.runs, target.most
    target.close()
    expect(not failures, f"{len(failures)} of {runs} runs:\n" + "\n".join(failures))
    return f"{count} files in {runs} runs, at most {most / MIB:.0f} MiB beyond the idle program"



def idx(shape: list[int], elements: bytes) -> bytes:
    """Return an IDX file of bytes."""
    return bytes([0, 0, 8, len(shape)]) + b"".join(extent.to_bytes(4, "big") for extent in shape) + elements
