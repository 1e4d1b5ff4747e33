#!/usr/bin/env python3
"""Reach 98% on MNIST's test rows in under a second: times the whole process, over ten seeds.

    make speedrun DATA=mnist.safetensors
    make speedrun DATA=mnist.safetensors ARGS="--precision bf16"

Every run trains on all 60,000 rows and evaluates the 10,000 test rows once. The recipe was chosen on validation rows
alone (--validation 0.15; over ten seeds, none was below 98.06% when training on the other 51,000). Nesterov momentum at
a high learning rate that rises and falls once (one-cycle; Smith & Topin 2018) beat Adam by 0.1 points in the same time,
and five epochs of minibatches of 256 rows beat four of 128.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

RECIPE = (
    "--hidden 256 --optimizer sgd --nesterov --momentum 0.9 --learning-rate 0.5 --weight-decay 0.0001 "
    "--schedule one-cycle --batch-size 256 --epochs 5 --validation 0"
).split()
GOAL = 0.98


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fasttrain", required=True, help="path of fasttrain")
    parser.add_argument("--data", required=True, help="MNIST as a fasttrain data set")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    options = parser.parse_args()
    with open(options.data, "rb") as data:  # load it into the page cache
        while data.read(1 << 20):
            pass
    command = [options.fasttrain, "train", "--data", options.data, *RECIPE, "--threads", str(options.threads)]
    if options.precision != "f32":
        command += ["--precision", options.precision]
    print(f"{' '.join(command)}\n\nseed  accuracy  seconds from start to end of the process")
    runs = []
    for seed in range(1, options.seeds + 1):
        begin = time.perf_counter()
        run = subprocess.run(
            [*command, "--seed", str(seed), "--quiet", "--json"],
            stdout=subprocess.PIPE,
            preexec_fn=lambda: os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads]),
        )
        seconds = time.perf_counter() - begin
        if run.returncode != 0:
            return run.returncode
        accuracy = json.loads(run.stdout)["test_accuracy"]
        runs.append((accuracy, seconds))
        print(f"{seed:4}    {accuracy:.2%}   {seconds:.3f}")
    least = min(accuracy for accuracy, _ in runs)
    print(f"\nmedian {statistics.median(seconds for _, seconds in runs):.3f} s, least accuracy {least:.2%}")
    if least < GOAL:
        print(f"expected {GOAL:.1%} of every seed", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
