"""Train a network of 100 million parameters. This takes 6 GB of disk and some time, so it runs only on request."""

import hashlib
import os
import random
import re
import struct
import subprocess
import tempfile
from pathlib import Path

from harness import Bench, checkpoints, expect
from recipes import write_safetensors

MEBIBYTE = 1 << 20
UNITS = 9700  # 784-9700-9700-10 has 101,811,210 parameters


def elements(path: Path) -> str:
    """Return a digest of the tensors of a safetensors file. It reads in pieces, because a child process starts with its
    parent's resident memory as its peak."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        file.seek(8 + length)
        return hashlib.file_digest(file, "blake2b").hexdigest()


def parameters(bench: Bench) -> str:
    """Train, save, resume to the same bits, and use 100 million parameters, within three times the memory of parameters
    and optimizer state, plus the data and 64 MB."""
    # Use a disk: files in memory would count as resident.
    with tempfile.TemporaryDirectory(prefix="fasttrain-faults-") as folder:
        return parameters_in(Path(folder), bench)


def parameters_in(folder: Path, bench: Bench) -> str:
    draw = random.Random(1)
    rows = 64
    data = folder / "data.safetensors"
    write_safetensors(data, {
        "train.x": ("U8", [rows, 784], draw.randbytes(rows * 784)),
        "train.y": ("U8", [rows], bytes(row % 10 for row in range(rows))),
    })
    whole, stopped = folder / "whole", folder / "stopped"
    recipe = [
        "--data", data, "--hidden", f"{UNITS},{UNITS}", "--epochs", 2, "--batch-size", 32, "--validation", 0,
        "--learning-rate", 1e-4]
    peaks = {}

    def call(name: str, *arguments: object) -> str:
        """Run it to its end, and record its peak resident memory."""
        command, environment = bench.command(*arguments)
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        text = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        expect(process.returncode == 0, f"{name}: {process.returncode} {text}")
        peaks[name] = usage.ru_maxrss * 1024
        return text

    text = call("train", "train", *recipe, "--output", whole)
    count = int(re.search(r"([\d,]+) parameters", text)[1].replace(",", ""))
    expect(count >= 100_000_000, f"{count} parameters")
    # The time limit always allows the first epoch, and never a second one here.
    call("stop", "train", *recipe, "--output", stopped, "--max-time", 0.001)
    expect(len(checkpoints(stopped)) == 1, f"saved were {checkpoints(stopped)}")
    call("resume", "resume", stopped, "--threads", 1)
    for paths in ([checkpoints(run)[0] for run in (whole, stopped)], [run / "model.safetensors" for run in (whole, stopped)]):
        expect(elements(paths[0]) == elements(paths[1]), f"{paths[1].name} is not that of the whole run")
    call("predict", "predict", stopped, "--split", "train", "-o", folder / "predictions.csv")
    expect((folder / "predictions.csv").read_text().count("\n") == rows + 1, "not as many predictions as rows")
    state = 3 * 4 * count  # Adam keeps two numbers per parameter
    limit = data.stat().st_size + 3 * state + 64_000_000
    for name, peak in peaks.items():
        expect(peak <= limit, f"{name}: {peak / MEBIBYTE:.0f} MiB resident, expected at most {limit / MEBIBYTE:.0f}")
    said = ", ".join(f"{name} {peak / MEBIBYTE:.0f}" for name, peak in peaks.items())
    return f"{count:,} parameters; MiB resident: {said}, of {limit / MEBIBYTE:.0f}"
