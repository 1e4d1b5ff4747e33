"""Run on difficult machines: small limits, odd names, closed streams, no home, extreme sizes."""

import os
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import NOBODY, OPTIONS, Bench, expect

REFUSALS = (64, 65, 66, 73, 74)


def expect_line(done, codes, what: str) -> None:
    """Check that the program ended with one of the codes, by itself, and gave the reason in one line."""
    expect(done.returncode in codes, f"{what}: it ended with {done.returncode}: {done.stderr[-600:]}")
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("fasttrain: error: ")]
        expect(len(lines) == 1, f"{what}: expected one line that says why, found {done.stderr[-600:]}")


def limits(bench: Bench) -> str:
    """Set small limits with ulimit -n, -f, -v, -d and -u: the program must fail with a clear line, or give the same
    result."""
    program = shutil.copy(bench.fasttrain, bench.folder)
    bench.folder.chmod(0o755)
    count = 0
    kinds = {
        "open files": (resource.RLIMIT_NOFILE, [4, 5, 6, 7, 8, 10, 16]),
        "file size": (resource.RLIMIT_FSIZE, [0, 100, 1000, 2000, 4096, 8192, 20000, 2**20]),
        "memory": (resource.RLIMIT_AS, [2**26, 2**27, 2**28, 2**29, 2**30]),
        "data": (resource.RLIMIT_DATA, [2**22, 2**23, 2**24, 2**25, 2**26, 2**28]),
        "processes": (resource.RLIMIT_NPROC, [1, 2, 3, 5, 8]),
    }

    def limit(kind: int, value: int) -> None:
        if kind == resource.RLIMIT_NPROC and os.geteuid() == 0:
            # Root has no limit on processes.
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        resource.setrlimit(kind, (value, value))

    for name, (kind, values) in kinds.items():
        outcomes = set()
        for value in values:
            # The Swift runtime alone needs some memory before the program starts.
            version = subprocess.run(
                [program, "--version"], capture_output=True, preexec_fn=lambda kind=kind, value=value: limit(kind, value))
            for threads in (1, 8) if version.returncode >= 0 and version.returncode != 127 else ():
                run = bench.new_folder()
                run.parent.chmod(0o777)
                command, environment = bench.command(
                    "train", "--data", bench.data, *OPTIONS, "--threads", threads, "--output", run, program=program)
                done = subprocess.run(
                    command, env=environment, capture_output=True, text=True, timeout=120,
                    preexec_fn=lambda kind=kind, value=value: limit(kind, value))
                what = f"{name} limited to {value}, {threads} threads"
                expect_line(done, (0, 70, *REFUSALS), what)
                if done.returncode == 0:
                    bench.expect_same(run, what)
                else:
                    bench.go_on(run, what)
                outcomes.add(done.returncode == 0)
                count += 1
        expect(len(outcomes) == 2, f"{name}: all limits were too small, or none")
    for value in (0, 100, 1000, 2**20):
        folder = bench.new_folder().parent
        command = [bench.converter, "csv", bench.folder / "table.csv", "--target", "answer", "-o", folder / "d"]
        done = subprocess.run(
            command, capture_output=True, text=True,
            preexec_fn=lambda value=value: resource.setrlimit(resource.RLIMIT_FSIZE, (value, value)))
        expect(done.returncode == (0 if value == 2**20 else 74), f"a conversion limited to {value} bytes: {done}")
        expect(os.listdir(folder) == ["d"] * (value == 2**20), f"a conversion limited to {value} bytes: {os.listdir(folder)}")
        count += 1
    return f"{count} runs under small limits"


NAMES = ["with space", "new\nline", "ünïcödé 文字", "-dash", "quote'\"s", "%s%n", "a" * 200, "tab\there", "*?[x]", "\\back"]


def names(bench: Bench) -> str:
    """Use every folder and file name that the file system accepts."""
    for name in NAMES:
        parent = bench.new_folder().parent / name
        parent.mkdir()
        data = parent / f"{name[:100]}.safetensors"
        data.write_bytes(bench.data.read_bytes())
        run = parent / name[:100]
        done = bench.call("train", "--data", data, *OPTIONS, "--output", run)
        expect(done.returncode == 0, f"the name {name!r}: {done.stderr}")
        expect(all(ord(letter) >= 32 or letter == "\n" for letter in done.stderr + done.stdout), f"{name!r}: raw control characters")
        found = (run / "model.safetensors").read_bytes()
        expect(found == bench.expected["model.safetensors"], f"the name {name!r}: another model")
        for command in (["resume", run], ["evaluate", run], ["predict", run, "-o", parent / "p.csv"], ["inspect", data]):
            done = bench.call(*command)
            expect(done.returncode == 0, f"{command[0]} under the name {name!r}: {done.stderr}")
        # The commands that the program suggests can be pasted into a shell.
        _, _, evaluate = bench.call("resume", run).stdout.partition("use it")
        resume = bench.call("train", "--data", data, *OPTIONS, "--output", run).stderr.split("`")[1]
        for hint in (evaluate.splitlines()[0].strip(), resume):
            expect(hint.startswith("fasttrain "), f"{name!r}: no hint in {hint!r}")
            shell = 'fasttrain() { "$0" "$@"; }; ' + hint
            done = subprocess.run(["bash", "-c", shell, bench.fasttrain], capture_output=True, text=True)
            expect(done.returncode == 0, f"{hint}: {done.stderr}")
    return f"{len(NAMES)} names, {2 * len(NAMES)} hints"


def leave_registration(content: str) -> None:
    """Fake the file of libomp's that a killed process with this process's id would leave, which says that it is
    loaded."""
    Path(f"/dev/shm/__KMP_REGISTERED_LIB_{os.getpid()}_{os.getuid()}").write_text(content)


def surroundings(bench: Bench) -> str:
    """Run without home or environment, in an unusual locale, with closed or full streams, with remains of OpenMP's from
    a killed process, and in a deleted folder."""
    cases = {
        "no environment": {"env": {}},
        "an odd locale": {"env": {"LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE", "LC_NUMERIC": "fr_FR.UTF-8", "TZ": "Pacific/Kiritimati"}},
        "TERM of nothing": {"env": {"TERM": "\x1b", "COLUMNS": "-7", "LINES": "x"}},
        "OpenMP's variables": {"env": {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OMP_DYNAMIC": "true", "KMP_AFFINITY": "x"}},
        "OpenMP's variables, unreadable": {"env": {"OMP_NUM_THREADS": "", "OMP_STACKSIZE": "16K", "KMP_GTID_MODE": "1"}},
        "more of OpenMP's variables": {"env": {"OMP_NUM_THREADS": "99999999999", "KMP_STACKOFFSET": "99999999999"}},
        "OpenMP's file, empty": {"preexec_fn": lambda: leave_registration("")},
        "OpenMP's file, half written": {"preexec_fn": lambda: leave_registration("7f00")},
        "standard output closed": {"preexec_fn": lambda: os.close(1), "stdout": None},
        "standard error closed": {"preexec_fn": lambda: os.close(2), "stderr": None},
        "all streams closed": {"preexec_fn": lambda: os.closerange(0, 3), "stdout": None, "stderr": None},
        "a full device": {"stdout": open("/dev/full", "w"), "stderr": open("/dev/full", "w")},
    }
    for what, options in cases.items():
        run = bench.new_folder()
        # A single thread does not need OpenMP.
        command, environment = bench.command("train", "--data", bench.data, *OPTIONS, "--threads", "2", "--output", run)
        arguments = {"env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 120} | options
        done = subprocess.run(command, **arguments)
        # A failure to write to standard output is an error of its own, 74; the run is complete nevertheless.
        expect(done.returncode in (0, 74), f"{what}: it ended with {done.returncode}: {done.stderr}")
        bench.expect_same(run, what)

    gone = bench.new_folder().parent / "gone"
    gone.mkdir()
    run = bench.new_folder()
    command, environment = bench.command("train", "--data", bench.data, *OPTIONS, "--output", run)
    done = subprocess.run(
        ["bash", "-c", 'cd "$0"; rmdir "$0"; "$@"', gone, *command], env=environment, capture_output=True, text=True)
    expect(done.returncode == 0, f"in a folder that is gone: {done.stderr}")
    bench.expect_same(run, "in a folder that is gone")

    for command in ([bench.converter, "inspect", bench.data], [bench.fasttrain, "inspect", bench.data]):
        done = subprocess.run(command, stdout=open("/dev/full", "w"), stderr=subprocess.PIPE, text=True)
        expect(done.returncode == 74 and done.stderr.count("\n") == 1, f"{command} to a full device: {done}")
        done = subprocess.run([os.fsencode(part) for part in command] + [b"a\xe9"], capture_output=True)
        expect(done.returncode == 64 and b"UTF-8" in done.stderr, f"a name that is not UTF-8: {done}")

    # Use a place where not even root can write.
    run = bench.new_folder()
    command, environment = bench.command("train", "--data", bench.data, *OPTIONS, "--output", run)
    done = subprocess.run(command, env=environment, cwd="/proc", capture_output=True, text=True)
    expect(done.returncode == 0, f"in a folder that is read-only: {done.stderr}")
    bench.expect_same(run, "in a folder that is read-only")
    done = subprocess.run([*command[:-1], "run"], env=environment, cwd="/proc", capture_output=True, text=True)
    expect_line(done, (73,), "a run folder in one that is read-only")
    return f"{len(cases) + 2} surroundings"


def table(bench: Bench, rows: list[str]) -> Path:
    path = bench.new_folder().parent / "table.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def sizes(bench: Bench) -> str:
    """Try extreme sizes: the program must train, or refuse in one line."""

    def data_of(rows: list[str], *options: str):
        path = table(bench, rows)
        data = path.with_name("data.safetensors")
        done = subprocess.run(
            [bench.converter, "csv", path, "--target", "y", *options, "-o", data], capture_output=True, text=True)
        return data, done

    def trained(what: str, rows: list[str], options: list[str], arguments: list[str], codes=(0,), says: str = "") -> None:
        data, done = data_of(rows, *options)
        if not data.exists():
            expect(65 in codes or 64 in codes, f"{what}: {done.stderr}")
            expect(done.returncode in (64, 65) and done.stderr.count("\n") == 1, f"{what}: {done.returncode} {done.stderr}")
            expect(says in done.stderr, f"{what}: expected {says!r}, found {done.stderr}")
            return
        run = bench.new_folder()
        done = bench.call("train", "--data", data, "--epochs", "2", *arguments, "--output", run)
        expect_line(done, codes, what)
        expect(says in done.stderr, f"{what}: expected {says!r}, found {done.stderr}")
        if done.returncode == 0:
            for command in (["evaluate", run], ["predict", run, "-o", run / "p.csv"]):
                done = bench.call(*command, "--data", data, "--split", "train")
                expect_line(done, (0,), f"{what}: {command[0]}")

    numbers = [f"{i % 7},{i % 3}" for i in range(60)]
    whole = ["--test", "0"]
    trained("one row", ["x,y", "1,a", "2,b"][:2] + [], whole, ["--validation", "0"], (0, 64, 65))
    trained("one row of numbers", ["x,y", "1,2.5"], whole, ["--validation", "0"], (0, 64, 65))
    trained("one class", ["x,y"] + [f"{i},a" for i in range(9)], whole, ["--validation", "0"], (65,),
            "'train.y': expected at least two classes to tell apart, found 1")
    trained("one feature", ["x,y"] + numbers, ["--task", "regression"], ["--hidden", "1"])
    trained("a constant feature", ["x,z,y"] + [f"1,{n}" for n in numbers], ["--task", "regression"], [])
    trained("a constant target", ["x,y"] + [f"{i},5" for i in range(30)], ["--task", "regression"], [])
    trained("10,000 classes", ["x,y"] + [f"{i},c{i}" for i in range(10_000)] * 2, whole, ["--hidden", "4", "--validation", "0"])
    trained("a minibatch larger than the data", ["x,y"] + numbers, ["--task", "regression"], ["--batch-size", "16777216"])
    trained("more shards than rows", ["x,y"] + numbers, ["--task", "regression"], ["--shards", "1024"])
    trained("more threads than rows", ["x,y"] + numbers, ["--task", "regression"], ["--threads", "200"])
    deep = ["--hidden", ",".join(["5"] * 200)]
    trained("200 layers", ["x,y"] + numbers, ["--task", "regression"], [*deep, "--normalization", "layer"])
    # Their gradients explode: squared by an optimizer, they exceed the range of a float.
    trained("200 layers as they are", ["x,y"] + numbers, ["--task", "regression"], deep, (0, 76))
    trained("layers of one unit", ["x,y"] + numbers, ["--task", "regression"], ["--hidden", "1,1,1,1"])
    trained("a layer beyond any memory", ["x,y"] + numbers, ["--task", "regression"], ["--hidden", "16777216,16777216"], (64, 74))
    trained("a million columns", [",".join(f"c{i}" for i in range(20_000)) + ",y", *[",".join("1" * 20_000) + f",{i}" for i in range(5)]],
            ["--task", "regression", *whole], ["--hidden", "4", "--validation", "0"])
    return "15 sizes"


def memory(bench: Bench) -> str:
    """Map a sparse data set of 20 GB and check the resident memory."""
    import json
    import struct

    peaks = []
    # Use a disk: in memory, reading a sparse file would allocate it.
    folder = Path(tempfile.mkdtemp(prefix="fasttrain-faults-"))
    path = folder / "large.safetensors"
    rows, width = 25_600_000, 784
    header = json.dumps({
        "train.x": {"dtype": "U8", "shape": [rows, width], "data_offsets": [0, rows * width]},
        "train.y": {"dtype": "U8", "shape": [rows], "data_offsets": [rows * width, rows * width + rows]},
    }).encode()
    header += b" " * (-len(header) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + rows * width + rows)
        file.seek(8 + len(header) + rows * width)
        file.write(bytes([0, 1]) * 500)
    run = bench.new_folder()
    command, environment = bench.command(
        "train", "--data", path, "--hidden", "16", "--max-time", "1", "--validation", "0", "--no-shuffle", "--epochs", "1",
        "--batch-size", "4096", "--checkpoint-every", "10", "--output", run)
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    private = 0
    while process.poll() is None:
        try:
            smaps = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        except (OSError, FileNotFoundError):
            break
        private = max(private, sum(int(line.split()[1]) for line in smaps.splitlines() if line.startswith("Private_Dirty")))
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            pass
        if (run / "checkpoints").is_dir() and any((run / "checkpoints").iterdir()):
            process.terminate()
            process.wait(60)
    expect(process.returncode in (0, 143), f"20 GB: {process.returncode} {process.stderr.read()}")
    expect(private < 1 << 20, f"20 GB: {private / 1024:.0f} MiB of private memory, expected less than 1024")
    peaks.append(f"20 GB of data in {private / 1024:.0f} MiB")
    shutil.rmtree(folder)
    return ", ".join(peaks)
