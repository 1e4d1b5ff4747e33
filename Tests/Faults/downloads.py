"""Test downloads with a stand-in for curl whose behavior the test controls."""

import os
import signal
import subprocess
import time
from pathlib import Path

from harness import Bench, expect, expect_refused


def downloads(bench: Bench) -> str:
    """End a download by a signal, which must also end its curl; refuse a second download to the same file meanwhile;
    report a full disk as such, not as a failing mirror."""
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
        first = subprocess.Popen(command, env=environment, cwd=folder, stderr=subprocess.DEVNULL)
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
        # The process has ended, but process 1 may still have to reap it.
        expect(waited_for(lambda: state(child) in ("", "Z")), f"{number.name}: curl goes on")
        (folder / "process").unlink()
    expect(not (folder / "data").exists(), "there is a data set")
    return "1 full disk, 3 signals, 3 second downloads"


def waited_for(condition) -> bool:
    """Return whether the condition becomes true before a timeout that only a failure reaches."""
    for _ in range(1000):
        if condition():
            return True
        time.sleep(0.01)
    return False


def state(process: int) -> str:
    """Return the state letter of a process in /proc, or an empty string if it does not exist."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return ""
