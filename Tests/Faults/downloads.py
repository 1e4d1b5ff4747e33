"""A download, by a program in the place of curl that does as it is told."""

import os
import signal
import subprocess
import time
from pathlib import Path

from harness import Bench, expect
from neighbours import expect_refused


def downloads(bench: Bench) -> str:
    """A signal ends the download and its curl; another download to the same file is sent away meanwhile; a disk that is full
    is no mirror that fails."""
    folder = bench.new_folder().parent
    tools = folder / "tools"
    tools.mkdir()
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    command = [bench.converter, "download", "mnist", "-o", "data"]

    def curl(text: str) -> None:
        (tools / "curl").write_text(f"#!/bin/sh\n{text}\n")
        (tools / "curl").chmod(0o755)

    def run() -> subprocess.CompletedProcess:
        return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=60)

    curl("exit 23")
    expect_refused(run(), 74, "a full disk", ".part: write failed")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        curl(f"echo $$ > {folder}/part; mv {folder}/part {folder}/process; exec sleep 100")
        # By nohup, or in a shell's background, they would be ignored.
        first = subprocess.Popen(
            command, env=environment, cwd=folder, stderr=subprocess.DEVNULL,
            preexec_fn=lambda number=number: signal.signal(number, signal.SIG_DFL))
        try:
            while not (folder / "process").exists():
                expect(first.poll() is None, "the download ended early")
                time.sleep(0.01)
            expect_refused(run(), 75, "a second download", "data.download: in use by another fasttrain")
            child = int((folder / "process").read_text())
        finally:
            first.send_signal(number)
        first.wait(timeout=60)
        expect(first.returncode == -number, f"a download and {number.name}: it ended with {first.returncode}")
        # It is ended, but may have to be taken away by process 1.
        expect(waited_for(lambda: state(child) in ("", "Z")), f"{number.name}: curl goes on")
        (folder / "process").unlink()
    expect(not (folder / "data").exists(), "there is a data set")
    return "1 full disk, 3 signals, 3 second downloads"


def waited_for(condition) -> bool:
    """Whether it comes true, within a time that only a failure takes."""
    for _ in range(1000):
        if condition():
            return True
        time.sleep(0.01)
    return False


def state(process: int) -> str:
    """A process's letter in /proc; empty when there is none."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return ""
