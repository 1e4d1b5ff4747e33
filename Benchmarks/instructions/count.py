#!/usr/bin/env python3
"""Counts the instructions that training executes, kernel by kernel, and holds them against counts.json.

Usage: count.py BUILD_FOLDER [--update] [--swift COMMAND]

Needs valgrind and binutils. README.md says what is counted and why that is exact.
"""

import argparse
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIGURES = HERE / "counts.json"
SAMPLE = HERE.parents[1] / "Sources/CSample/mnist-sample.safetensors"
PIXELS = 28 * 28

TOLERANCE = 0.02  # either way; what one compiler made counts the same to a few instructions
LEAST_SHARE = 0.01  # of a recipe's total: what is less does not fail

# Symbols as Swift mangles them. Entering one turns counting on or off, leaving it turns it back: what the first
# executes is counted, but for the reports of progress, of which there are as many as time has passed.
SWITCHES = ("$s9FastTrain15TrainingSessionC4work*", "$s9FastTrain15TrainingSessionC6report*")

# A kernel and all that it calls belong to the first group whose pattern its name begins with.
GROUPS = (
    ("gather", "gather"),
    ("lists", "sparse(Rows|Columns)|panelColumns"),
    ("pairs", "pair(Columns|Rows)|transposePairs"),
    ("product", "product"),
    ("loss", "loss"),
    ("gradient", "gradient|sumRows"),
    ("outer products", "outerProducts"),
    ("all-reduce", "ft_all_reduce_slice"),
    ("update", "update"),
    ("transpose", "transpose"),
    ("other kernels", ""),
)
# What `product` calls where its input is lists: a group of its own, less in the other's figure.
SPARSE, SPARSE_KERNEL, DENSE = "sparse product", "sparseGroup", "product"
REST = "rest"
TOTAL = "total"


@dataclass(frozen=True)
class Recipe:
    rows: int  # of the built-in sample; valgrind takes hundreds of times as long as the CPU, so few
    options: str
    dense: bool = False  # no pixel is zero, so that the first layer's products are dense too


# Each group is more than LEAST_SHARE of at least one of their totals.
RECIPES = {
    "adam": Recipe(512, "--hidden 256,128 --batch-size 128 --optimizer adam"),
    "bf16": Recipe(512, "--hidden 256,128 --batch-size 128 --optimizer adam --precision bf16"),
    "dense": Recipe(400, "--hidden 96,48 --batch-size 100 --activation tanh", dense=True),
    "linear": Recipe(512, "--hidden none --batch-size 64 --loss squared-error"),
    "sgd": Recipe(1024, "--hidden 128 --batch-size 64 --optimizer sgd --learning-rate 0.05"),
    "wide": Recipe(128, "--hidden 512,512 --batch-size 32 --optimizer sgd --learning-rate 0.05"),
}
COMMON = "--epochs 1 --validation 0 --seed 1 --threads 1 --quiet"

# valgrind has no AVX-512. Symbols are bound early, lest their look-up be counted with the first call; hashing that
# starts from a random number would make dictionaries' cost one. Nothing else of the environment gets through.
ENVIRONMENT = {"FASTTRAIN_ISA": "avx2", "LD_BIND_NOW": "1", "SWIFT_DETERMINISTIC_HASHING": "1"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path, help="folder with fasttrain and fasttrain-data")
    parser.add_argument("--update", action="store_true", help="take what is found for the new figures")
    parser.add_argument("--swift", default="swift", help="the compiler that built them (default: swift)")
    arguments = parser.parse_args()

    missing = [tool for tool in ("valgrind", "objcopy") if shutil.which(tool) is None]
    if missing:
        is_error = os.environ.get("CI") == "true" or arguments.update
        print(f"{'error' if is_error else 'SKIPPED'}: no instructions are counted without {' and '.join(missing)}")
        return int(is_error)

    compiler = run([arguments.swift, "--version"]).splitlines()[0]
    with tempfile.TemporaryDirectory() as scratch:
        found = count_all(arguments.build, Path(scratch).resolve())
    if arguments.update:
        FIGURES.write_text(json.dumps({"compiler": compiler, "recipes": found}, indent=2, sort_keys=True) + "\n")
        print(f"written: {FIGURES}")
        return 0
    figures = json.loads(FIGURES.read_text())
    failures = compare(figures["recipes"], found)
    if compiler != figures["compiler"]:
        print(f"OTHER COMPILER: the figures are of {figures['compiler']}, this is {compiler}; so nothing fails")
        return 0
    if failures:
        print(f"figures off by more than {TOLERANCE:.0%}: {failures}; to accept them: make instructions ARGS=--update")
    return int(failures > 0)


def compare(committed: dict, found: dict) -> int:
    """Prints the table; how many figures are too far off."""
    failures = 0
    print(f"{'recipe':8}{'group':18}{'committed':>14}{'found':>14}{'ratio':>9}")
    for recipe in sorted(committed | found):
        old, new = committed.get(recipe, {}), found.get(recipe, {})
        for group in sorted(old | new, key=lambda group: (group == TOTAL, group)):
            before, now = old.get(group, 0), new.get(group, 0)
            matters = any(x.get(group, 0) >= LEAST_SHARE * x.get(TOTAL, 0) > 0 for x in (old, new))
            fails = matters and abs(now - before) > TOLERANCE * before
            failures += fails
            ratio = f"{now / before:9.4f}" if before else f"{'new':>9}"
            print(f"{recipe:8}{group:18}{before:14,}{now:14,}{ratio}{'  <-' if fails else ''}")
    return failures


def count_all(build: Path, scratch: Path) -> dict[str, dict[str, int]]:
    """Recipe, group, instructions."""
    # valgrind 3.19, Debian 12's, ends at Swift 6's debug information. Names are in the symbol table anyway.
    program = scratch / "fasttrain"
    run(["objcopy", "--strip-debug", build / "fasttrain", program])
    found = {}
    for name, recipe in RECIPES.items():
        data = make_data(recipe, build / "fasttrain-data", scratch / name)
        profile = scratch / f"{name}.callgrind"
        run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}"]
            + [f"--toggle-collect={symbol}" for symbol in SWITCHES]
            + ["--demangle=no", "--compress-strings=no", program, "--data", data]
            + [*COMMON.split(), *recipe.options.split()],
            environment={"PATH": os.environ["PATH"], **ENVIRONMENT},
        )
        found[name] = count(profile.read_text(), str(program))
        if found[name][TOTAL] == 0:
            sys.exit(f"error: nothing was counted: the program has no function {SWITCHES[0]}")
    return found


def make_data(recipe: Recipe, converter: Path, folder: Path) -> Path:
    """A data set file of the sample's first rows, by way of the converter."""
    content = SAMPLE.read_bytes()
    (header_size,) = struct.unpack_from("<Q", content)
    start = 8 + header_size
    tensors = json.loads(content[8:start])
    folder.mkdir()
    for split, file, rows in (("train", "train", recipe.rows), ("test", "t10k", 10)):
        images = content[start + tensors[f"{split}.x"]["data_offsets"][0] :][: rows * PIXELS]
        labels = content[start + tensors[f"{split}.y"]["data_offsets"][0] :][:rows]
        if recipe.dense:
            images = images.replace(b"\0", b"\1")
        (folder / f"{file}-images-idx3-ubyte").write_bytes(struct.pack(">4I", 0x803, rows, 28, 28) + images)
        (folder / f"{file}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 0x801, rows) + labels)
    output = folder.with_suffix(".safetensors")
    run([converter, "mnist", folder, "--output", output])
    return output


def count(profile: str, program: str) -> dict[str, int]:
    """Group, instructions, of callgrind's profile; of `program` only, not of the system's libraries.

    A kernel's instructions are those of the calls by which it is entered from elsewhere, so they do not depend on what
    the compiler inlines into it. They hold nothing of libraries, since no kernel calls one.
    """
    counts, total = Counter(), 0
    is_own = is_call = False
    caller = callee = ""
    for line in profile.splitlines():
        key, _, value = line.partition("=")
        if key == "ob":
            is_own = value == program
        elif key == "fn":
            caller = value
        elif key == "cfn":
            callee = value
        elif key == "calls":
            is_call = True  # the next line has the whole cost of these calls
        elif line[:1].isdigit() or line[:1] in ("+", "-", "*"):
            cost = int(line.split()[-1])
            if not is_call:
                total += cost * is_own
            elif kernel(callee) and not kernel(caller):
                counts[group(kernel(callee))] += cost
            elif kernel(callee) == SPARSE_KERNEL:
                counts[SPARSE] += cost
                counts[DENSE] -= cost
            is_call = False
    return {**counts, REST: total - sum(counts.values()), TOTAL: total}


def kernel(symbol: str) -> str:
    """A kernel's or the all-reduce's name, or nothing. $s11KernelsAVX27productyy… is `product`: length, name, twice."""
    if symbol.startswith("ft_all_reduce"):
        return symbol
    module = re.match(r"\$s(\d+)(Kernels\w+)", symbol)
    if not module:
        return ""
    function = re.match(r"(\d+)(\w+)", module[2][int(module[1]) :])
    return function[2][: int(function[1])] if function else symbol


def group(name: str) -> str:
    return next(group for group, pattern in GROUPS if re.match(pattern, name))


def run(command: list, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"error: {' '.join(map(str, command))}: exit code {done.returncode}\n{done.stderr}{done.stdout}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
