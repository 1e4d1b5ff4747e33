"""Share what the fault tests need: the programs, the shim in front of them, run folders, and the expected results."""

import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOBODY = 65534
OPTIONS = ["--hidden", "8", "--batch-size", "16", "--epochs", "4", "--checkpoint-every", "5", "--threads", "1"]
KILLED = -signal.SIGKILL
SETS = ["scalar", "avx2", "avx512", "avx512-bf16", "avx512-amx"]


class Failed(Exception):
    """Raised when a promise was broken."""


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise Failed(what)


def expect_refused(done, code: int, what: str, says: str) -> None:
    """Check that a command ended with `code` and a single error line that contains `says`."""
    lines = [line for line in done.stderr.splitlines() if ": error: " in line]
    expect(done.returncode == code and len(lines) == 1 and says in lines[0],
           f"{what}: it ended with {done.returncode}, expected {code} and one line with {says!r}, found {done.stderr}")


@dataclass
class Call:
    """One line of the shim's trace."""

    name: str
    path: str
    other: str
    offset: int
    result: int
    errno: int
    data: bytes


class Bench:
    """A data set, an undisturbed run for reference, and folders for the disturbed ones."""

    # The command that starts a run, without data and folder, and the file that proves that the run has started.
    START = ["train", *OPTIONS]
    BEGUN = "recipe.json"
    RESUME = ["--threads", "2"]
    TORN_WRITE = 30  # index of a write within the second checkpoint

    def __init__(self, fasttrain: str, converter: str, seed: int):
        self.fasttrain = str(Path(fasttrain).resolve())
        self.converter = str(Path(converter).resolve())
        self.seed = seed
        self.random = random.Random(seed)
        memory = Path("/dev/shm")  # disk behavior is not under test here, and there are thousands of fsyncs
        self.folder = Path(tempfile.mkdtemp(prefix="fasttrain-faults-", dir=memory if memory.is_dir() else None)).resolve()
        self.shim = self.folder / "shim.so"
        compiler = os.environ.get("CC") or shutil.which("clang") or "cc"
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", self.shim, HERE / "shim.c"],
            check=True,
        )
        table = self.folder / "table.csv"
        rows = [(self.random.uniform(-1, 1), self.random.uniform(-1, 1)) for _ in range(120)]
        lines = [f"{a:.4f},{b:.4f},{'yes' if a * b > 0 else 'no'}\n" for a, b in rows]
        table.write_text("a,b,answer\n" + "".join(lines))
        self.data = self.folder / "data.safetensors"
        subprocess.run([converter, "csv", table, "--target", "answer", "-o", self.data], check=True, capture_output=True)
        self.skip: str | None = None  # a call that the program is made to skip
        self.count = 0
        self.lock = threading.Lock()
        self.reference = self.new_folder()
        done = self.begin(self.reference)
        expect(done.returncode == 0, f"the undisturbed run: {done.stderr}")
        self.expected = self.contents(self.reference)

    def close(self) -> None:
        shutil.rmtree(self.folder)
        # A killed process leaves a file of libomp's behind, whose name contains its process and user ids.
        for path in Path("/dev/shm").glob(f"__KMP_REGISTERED_LIB_*_{os.getuid()}"):
            if not Path("/proc", path.name.split("_")[-2]).exists():
                path.unlink(missing_ok=True)

    def new_folder(self) -> Path:
        """Return a path for a new run. The shim observes its parent folder."""
        with self.lock:
            self.count += 1
            parent = self.folder / f"{self.count}"
        parent.mkdir()
        return parent / "run"

    def remove(self, run: Path) -> None:
        """Remove what `new_folder` created, after success."""
        shutil.rmtree(run.parent)

    def each(self, cases: Iterable[tuple], check: Callable[..., object]) -> Counter:
        """Run all cases in parallel, each in its own temporary folders, and count what they return."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return Counter(pool.map(lambda case: check(*case), cases))

    def command(
        self, *arguments: str, faults: dict[str, object] | None = None, at: Path | None = None, program: str | None = None):
        """Return the command and its environment, with the shim preloaded if there are faults or an observed folder
        `at`."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("FAULT_")}
        environment["FASTTRAIN_PLAN"] = "fixed"  # no file outside the folders of a check is written
        if self.skip is not None:
            environment |= {"FAULT_SKIP": self.skip, "FAULT_ROOT": str(self.folder), "LD_PRELOAD": str(self.shim)}
        if faults is not None:
            environment |= {f"FAULT_{key.upper()}": str(value) for key, value in faults.items()}
            environment["FAULT_ROOT"] = str(at)
            environment["LD_PRELOAD"] = str(self.shim)
        return [program or self.fasttrain, *map(str, arguments)], environment

    def call(
        self, *arguments: str, faults: dict[str, object] | None = None, at: Path | None = None,
        program: str | None = None, cwd: Path | None = None):
        command, environment = self.command(*arguments, faults=faults, at=at, program=program)
        return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, timeout=120)

    def instruction_sets(self) -> list[str]:
        """Return the instruction sets that this CPU supports."""

        def runs(name: str) -> bool:
            command, environment = self.command("train", "--data", self.data, "--epochs", 1, "--quiet")
            environment["FASTTRAIN_ISA"] = name
            return subprocess.run(command, env=environment, capture_output=True).returncode == 0

        return [name for name in SETS if runs(name)]

    def meanwhile(
        self, action: Callable[[], object], *arguments: object, faults: dict[str, object], at: Path,
        program: str | None = None, cwd: Path | None = None):
        """Stop the program before a call, do something, and let it continue."""
        command, environment = self.command(*arguments, faults={"do": "STOP"} | faults, at=at, program=program)
        process = subprocess.Popen(
            command, env=environment, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        expect(os.WIFSTOPPED(status), f"{arguments[0]}: it did not come to {faults}")
        try:
            action()
        finally:
            os.kill(process.pid, signal.SIGCONT)
        said, text = process.communicate(timeout=120)
        return subprocess.CompletedProcess(command, process.returncode, said, text)

    def contents(self, run: Path) -> dict[str, object]:
        """Return everything that makes up the result of a run."""
        return contents(run)

    def start(self, run: Path) -> list[object]:
        """Return the command that starts a run; the folder ends with a slash, as shells complete it."""
        return [*self.START, "--data", self.data, "--output", f"{run}/"]

    def begin(self, run: Path, **faults: object):
        return self.call(*self.start(run), faults=faults or None, at=run.parent)

    def resume(self, run: Path, **faults: object):
        return self.call("resume", run, *self.RESUME, faults=faults or None, at=run.parent)

    def begin_or_resume(self, run: Path, **faults: object):
        """Do what a user would: resume, or start again if there is nothing to resume."""
        return (self.resume if (run / self.BEGUN).exists() else self.begin)(run, **faults)

    def trace(self, run: Path) -> list[Call]:
        """Return the calls of an undisturbed run."""
        path = run.parent / "trace"
        done = self.begin_or_resume(run, trace=path)
        expect(done.returncode == 0, f"the traced run: {done.stderr}")
        calls = read_trace(path)
        path.unlink()
        return calls

    def torn(self) -> Path:
        """Return the folder of a run that was killed in the middle of a save."""
        run = self.new_folder()
        done = self.begin(run, at=self.TORN_WRITE, calls="write", do="torn")
        expect(done.returncode == KILLED and self.is_torn(run), "it was to be killed in the middle of a save")
        return run

    def is_torn(self, run: Path) -> bool:
        return bool(leftovers(run))

    def go_on(self, run: Path, what: str) -> str:
        """Continue as a user would, expect the result of an undisturbed run, and return the program's output."""
        done = self.begin_or_resume(run)
        expect(done.returncode == 0, f"{what}: to go on failed with {done.returncode}: {done.stderr}")
        expect("skipped" not in done.stderr, f"{what}: a checkpoint was not whole: {done.stderr}")
        self.expect_same(run, what)
        return done.stderr

    def reported(self, calls: list[Call]) -> list[str]:
        """Return the checkpoints that the program treated as saved: either it began to write the next file, the
        history, or it said that it resumes from there."""
        saved, waiting = [], None
        for call in calls:
            if call.name == "out" and (resumed := re.search(rb"^resumes +after step ([\d,]+)", call.data, re.M)):
                saved.append(f"step-{int(resumed[1].replace(b',', b'')):010}.safetensors")
            if call.name == "rename" and "/checkpoints/step-" in call.other:
                waiting = call.other.rsplit("/", 1)[1]
            elif call.name in ("create", "out") and waiting:
                saved.append(waiting)
            if call.name in ("create", "out", "killed"):
                waiting = None
        return saved

    def expect_kept(self, run: Path, reported: list[str], what: str) -> None:
        """Check that the checkpoint reported as saved exists and is sound."""
        if reported:
            names = [path.name for path in checkpoints(run)]
            expect(reported[-1] in names, f"{what}: {reported[-1]} was saved, there are {names}")
            shown = self.call("inspect", run / "checkpoints" / reported[-1])
            expect("intact" in shown.stdout, f"{what}: {reported[-1]} was saved and is not intact: {shown.stderr}")

    def kept(self, run: Path) -> list[str]:
        """Return the saved checkpoints in the form of `reported`."""
        return [path.name for path in reversed(checkpoints(run))]

    def expect_used(self, said: str, reported: list[str], what: str) -> None:
        """Check that the program continued from the checkpoint that was reported as saved."""
        if reported:
            later = [line for line in said.splitlines() if line.startswith("resumes")]
            step = int(later[0].split("after step ")[1].split(",")[0].replace(",", "")) if later else 0
            expect(step >= int(reported[-1][5:15]), f"{what}: {reported[-1]} was saved, it went on from step {step}")

    def expect_same(self, run: Path, what: str, left: list[str] = []) -> None:
        """Compare the run with the undisturbed one. `left` lists files that may remain."""
        found = self.contents(run)
        newest = max(name for name in self.expected if "step-" in name)
        for name, value in self.expected.items():
            # A checkpoint saved by a signal is one of the three that are kept.
            if "step-" in name and name != newest and name not in found:
                continue
            expect(found.get(name) == value, f"{what}: {name} is not that of an undisturbed run")
        expect(set(leftovers(run)) <= set(left), f"{what}: left over: {leftovers(run)}")


def read_trace(path: Path) -> list[Call]:
    calls = []
    for line in path.read_text().splitlines():
        name, at, other, offset, result, errno, data = line.split("\t")
        content = bytes.fromhex("" if data == "-" else data)
        at, other = map(os.path.normpath, (at, other))
        calls.append(Call(name, at, other, int(offset), int(result), int(errno), content))
    return calls


def leftovers(run: Path) -> list[str]:
    return sorted(str(path.relative_to(run)) for path in run.rglob("*.partial"))


def checkpoints(run: Path) -> list[Path]:
    """Return the checkpoints, newest first."""
    return sorted((run / "checkpoints").glob("step-*.safetensors"), reverse=True)


def tensors(path: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the tensors and metadata of a safetensors file, without timings and what follows from them."""
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    payload = content[8 + length :]
    values = {name: payload[slice(*entry["data_offsets"])] for name, entry in header.items()}
    if "history" in metadata:
        metadata["history"] = [timeless(record) for record in json.loads(metadata["history"])]
    return values, {key: value for key, value in metadata.items() if key not in ("seconds", "digest")}


def timeless(record: dict) -> dict:
    return {key: value for key, value in record.items() if key not in ("seconds", "samples_per_second")}


def contents(run: Path) -> dict[str, object]:
    """Return the contents of all result files of a run, by name."""
    found: dict[str, object] = {}
    for name in ("model.safetensors", "metrics.json", "recipe.json"):
        if (run / name).exists():
            found[name] = (run / name).read_bytes()
    if (run / "history.jsonl").exists():
        found["history.jsonl"] = [timeless(json.loads(line)) for line in (run / "history.jsonl").read_text().splitlines()]
    found["report.html"] = (run / "report.html").exists()
    for path in checkpoints(run):
        found[path.name] = tensors(path)
    return found


def give_children_default_signals() -> None:
    """Start every later program with the default action of signals, as from a terminal.

    A shell's background job, or nohup, ignores SIGINT or SIGHUP, and child processes inherit ignored signals. They do not
    inherit handlers: an empty handler keeps such a signal harmless to this process and lets it act on its children.
    Blocked signals are inherited as well, and are unblocked.
    """
    numbers = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU)
    for number in numbers:
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
