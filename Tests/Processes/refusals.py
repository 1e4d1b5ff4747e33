"""Groups of processes that cannot train."""

import os
import random
import shutil
import subprocess
from pathlib import Path

from bench import LONG, Bench, end
from harness import expect_refused


def refusals(bench: Bench) -> str:
    """What does not fit is refused with one line and the right exit code."""
    count = 0

    def refused(code: int, says: str, processes: int, *arguments: object, **more: str) -> None:
        nonlocal count
        done = bench.run(processes, *arguments, **more)
        expect_refused(done, code, f"{arguments}", says)
        count += 1

    train = ["train", *LONG, "--epochs", 1]
    existing = bench.path("existing")
    bench.run(1, *train, "--output", existing)
    refused(73, "rank 0 on host", 2, *train, "--output", existing)
    refused(66, "cannot be loaded", 2, *train, FASTTRAIN_MPI="/nowhere/libfasttrain-mpi.so")
    refused(64, "expected one process, found 2", 2, "evaluate", existing)
    refused(64, "expected one process, found 3", 3, "search", "--trials", 2)
    refused(66, "no such folder", 2, "resume", bench.path("missing"))
    refused(66, "no.safetensors", 3, *train, "--data", "/no.safetensors")
    other_launcher = "mpirun.openmpi" if "mpich" in bench.mpirun[0] else "mpirun.mpich"
    if shutil.which(other_launcher):
        mpirun, bench.mpirun = bench.mpirun, [other_launcher]
        refused(64, "knows one", 2, *train)
        bench.mpirun = mpirun
    # Each process of these groups gets its own command.
    other = bench.folder / "other.safetensors"
    first = bench.folder / "first.safetensors"
    for path, seed in ((first, 1), (other, 2)):
        rows = random.Random(seed)
        table = "a,b\n" + "".join(f"{rows.random()},{rows.choice('xy')}\n" for _ in range(60))
        (bench.folder / "table.csv").write_text(table)
        subprocess.run(
            [bench.converter, "csv", bench.folder / "table.csv", "--target", "b", "-o", path], check=True,
            capture_output=True)

    def mixed(code: int, says: str, mine: list[object], others: list[object], program: str | None = None) -> None:
        nonlocal count
        words = [*bench.mpirun, "-n", "2", bench.program, *mine, ":", "-n", "1", program or bench.program, *others]
        done = end(subprocess.Popen(
            list(map(str, words)), env=bench.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        expect_refused(done, code, f"{words}", says)
        count += 1

    mixed(65, "rank 2 on host", [*train, "--data", first], [*train, "--data", other])
    mixed(65, "'data set'", [*train, "--data", first], [*train, "--data", other])
    mixed(65, "'recipe'", train, [*train, "--seed", 7])
    twin = bench.folder / "fasttrain"
    twin.write_bytes(Path(bench.program).read_bytes() + b"\0")
    twin.chmod(0o755)
    shim = os.environ.get("FASTTRAIN_MPI", str(Path(bench.program).parent / "libfasttrain-mpi.so"))
    shutil.copy(shim, bench.folder)
    mixed(65, "'program'", train, train, program=str(twin))
    return f"{count} cases"
