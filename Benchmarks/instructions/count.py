#!/usr/bin/env python3
"""Count the instructions that training executes, kernel by kernel, and compare them with counts.json.

Usage: count.py BUILD_FOLDER [--update] [--swift COMMAND]

Needs valgrind and binutils. README.md explains what is counted and why the counts are exact.
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

TOLERANCE = 0.02  # in both directions; builds by one compiler differ by a few instructions only
LEAST_SHARE = 0.01  # of a recipe's total: smaller groups never fail

# Symbols as mangled by Swift. Counting is switched on entry and switched back on return: everything that the first one
# executes is counted, except progress reports, whose number depends on the elapsed time.
SWITCHES = ("$s9FastTrain8StepLoopC4work*", "$s9FastTrain7RunLoopC6report*")

# A kernel and everything that it calls belong to the first group with a matching pattern.
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
# Called by `product` if its input is lists: a group of its own, subtracted from that of `product`.
SPARSE, SPARSE_KERNEL, DENSE = "sparse product", "sparseGroup", "product"
REST = "rest"
TOTAL = "total"


@dataclass(frozen=True)
class Recipe:
    rows: int  # of the built-in sample; few, as valgrind is hundreds of times slower than the CPU
    options: str
    dense: bool = False  # no pixel is zero, so that the products of the first layer are dense too


# Each group is more than LEAST_SHARE of the total of at least one recipe.
RECIPES = {
    "adam": Recipe(512, "--hidden 256,128 --batch-size 128 --optimizer adam"),
    "bf16": Recipe(512, "--hidden 256,128 --batch-size 128 --optimizer adam --precision bf16"),
    "dense": Recipe(400, "--hidden 96,48 --batch-size 100 --activation tanh", dense=True),
    "linear": Recipe(512, "--hidden none --batch-size 64 --loss squared-error"),
    "sgd": Recipe(1024, "--hidden 128 --batch-size 64 --optimizer sgd --learning-rate 0.05"),
    "wide": Recipe(128, "--hidden 512,512 --batch-size 32 --optimizer sgd --learning-rate 0.05"),
}
COMMON = "--epochs 1 --validation 0 --seed 1 --threads 1 --quiet"

# valgrind has no AVX-512. Symbols are bound early, so that their lookup is not counted with the first call. Hashing is
# made deterministic, because random seeds would change the cost of dictionaries. The plan of the steps is fixed, because
# a measured one depends on the machine. No other variable is passed on.
ENVIRONMENT = {
    "FASTTRAIN_ISA": "avx2",
    "FASTTRAIN_PLAN": "fixed",
    "LD_BIND_NOW": "1",
    "SWIFT_DETERMINISTIC_HASHING": "1",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path, help="the folder with fasttrain and fasttrain-data")
    parser.add_argument("--update", action="store_true", help="write the counts to counts.json")
    parser.add_argument("--require-tools", action="store_true", help="fail if valgrind or binutils are missing")
    parser.add_argument("--swift", default="swift", help="the compiler that built them (default: swift)")
    arguments = parser.parse_args()

    missing = [tool for tool in ("valgrind", "objcopy") if shutil.which(tool) is None]
    if missing:
        is_error = arguments.require_tools or arguments.update
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
    """Print the table and return the number of figures that are too far off."""
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
    """Return the instructions by recipe and group."""
    # valgrind 3.19 in Debian 12 crashes on the debug information of Swift 6. The symbol table has the names anyway.
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
    """Convert the first rows of the sample to a data set file."""
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
    """Return the instructions by group from a callgrind profile, for `program` only and not for system libraries.

    The instructions of a kernel are those of the calls that enter it from elsewhere, so they do not depend on what the
    compiler inlines into it. They include no libraries, because no kernel calls one.
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
            is_call = True  # the next line has the total cost of these calls
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
    """Return the name of a kernel or of the all-reduce, if any.

    Lengths precede names: $s11KernelsAVX211productTile… is a function of the module KernelsAVX2, 0A0O7product… a static
    function of its type Kernels, and 0A0O11KernelTypes…P7product… the entry of that function in the table.
    """
    if symbol.startswith("ft_all_reduce"):
        return symbol
    module = re.match(r"\$s(\d+)(Kernels\w+)", symbol)
    if not module:
        return ""
    function = re.match(r"(?:0A0O)?(?:11KernelTypes\w*?P(?=\d))?(\d+)(\w+)", module[2][int(module[1]) :])
    name = function[2][: int(function[1])] if function else symbol
    return "" if name == "panelWidth" else name  # a constant


def group(name: str) -> str:
    return next(group for group, pattern in GROUPS if re.match(pattern, name))


def run(command: list, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"error: {' '.join(map(str, command))}: exit code {done.returncode}\n{done.stderr}{done.stdout}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
