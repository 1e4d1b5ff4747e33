"""Test readers of the program's output that read late or not at all."""

import array
import fcntl
import os
import signal
import subprocess
import termios
import time
from pathlib import Path

from harness import OPTIONS, Bench, Failed, contents, expect

EPOCHS = 400  # enough output lines to overfill the pipe
CAPACITY = 8192
F_SETPIPE_SZ = 1031
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def small_pipe() -> tuple[int, int]:
    reader, writer = os.pipe()
    fcntl.fcntl(writer, F_SETPIPE_SZ, CAPACITY)
    return reader, writer


def waiting(reader: int) -> int:
    count = array.array("i", [0])
    fcntl.ioctl(reader, termios.FIONREAD, count)
    return count[0]


def until_full(reader: int, least: int) -> None:
    """Return once the pipe is full, or after a timeout; the checks that follow hold in both cases."""
    held, same = -1, 0
    while same < 20:
        time.sleep(0.02)
        now = waiting(reader)
        same = same + 1 if now == held and now >= least else 0
        held = now


def expect_end(process: subprocess.Popen, code: int, what: str) -> None:
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        raise Failed(f"{what}: it did not end") from None
    expect(process.returncode == code, f"{what}: it ended with {process.returncode}")


def full_pipes(bench: Bench) -> str:
    """A run whose output is not read must wait. A signal must then end it as usual, with everything saved; once its
    output is read, it must continue."""
    options = [option if option != "4" else str(EPOCHS) for option in OPTIONS]
    command = ["train", "--data", bench.data, *options, "--schedule", "constant"]

    def start(stream: str) -> tuple[Path, subprocess.Popen, int]:
        run = bench.new_folder()
        program, environment = bench.command(*command, "--output", run)
        reader, writer = small_pipe()
        streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | {stream: writer}
        if stream == "stdout":
            # Fill the pipe beforehand: the program writes nothing but the result to it.
            os.write(writer, bytes(CAPACITY))
        process = subprocess.Popen(program, env=environment, **streams)
        os.close(writer)
        return run, process, reader

    def expect_same(run: Path, what: str) -> None:
        expect(contents(run) == expected, f"{what}: not what an undisturbed run comes to")

    undisturbed = bench.new_folder()
    done = bench.call(*command, "--output", undisturbed)
    expect(done.returncode == 0, f"the undisturbed run: {done.stderr}")
    expected = contents(undisturbed)

    for sent in SIGNALS:
        what = f"{sent.name} while standard error is full"
        run, process, reader = start("stderr")
        until_full(reader, CAPACITY // 2)
        expect(process.poll() is None, f"{what}: the run did not wait")
        process.send_signal(sent)
        expect_end(process, 128 + sent, what)
        os.close(reader)
        done = bench.call("resume", run)
        expect(done.returncode == 0, f"{what}: resumed, {done.stderr}")
        expect_same(run, what)

        what = f"{sent.name} while standard output is full"
        run, process, reader = start("stdout")
        while not (run / "report.html").exists():
            expect(process.poll() is None, f"{what}: it ended with {process.returncode}")
            time.sleep(0.02)
        process.send_signal(sent)
        expect_end(process, 128 + sent, what)
        os.close(reader)
        expect_same(run, what)

    for stream in ("stderr", "stdout"):
        run, process, reader = start(stream)
        until_full(reader, CAPACITY // 2)
        with open(reader, "rb") as file:
            text = file.read().lstrip(b"\0").decode()
        expect_end(process, 0, f"a late reader of {stream}")
        last = f"epoch {EPOCHS}/{EPOCHS} " if stream == "stderr" else f"trained {EPOCHS} epochs "
        expect(last in text, f"a late reader of {stream} does not get all: {text[-300:]}")
        expect_same(run, f"a late reader of {stream}")
    return f"{2 * len(SIGNALS)} signals while a pipe was full, 2 late readers"
