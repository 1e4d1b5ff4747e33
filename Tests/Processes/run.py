#!/usr/bin/env python3
"""Train in several processes, and check that nothing but the speed tells them from one.

    Tests/Processes/run.py FASTTRAIN FASTTRAIN_DATA [--only NAME,…] [--recipes N] [--kills N] [--stride N]
        [--seed N] [--mpirun MPIRUN]

Prints one line for each test with its counts, and exits with 1 at the first broken promise. The shim (`make mpi`) lies
beside the program or is named by FASTTRAIN_MPI.
"""

import argparse
import shutil
import sys
import time

from bench import Bench
from equality import same, table
from failures import exchanges, frozen, full_disk, kills, signals
from harness import Failed, give_children_default_signals
from network import on_cluster
from refusals import refusals
from scaling_model import scaling_model


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("fasttrain")
    parser.add_argument("converter")
    parser.add_argument("--only", default="")
    parser.add_argument("--recipes", type=int, default=20)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument(
        "--stride", type=int, default=10, help="the mean distance of the calls before which a process is killed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mpirun", default="mpirun --oversubscribe", help="the launcher")
    options = parser.parse_args()
    give_children_default_signals()
    tests = {
        "same": same, "table": table, "kills": kills, "exchanges": exchanges, "full-disk": full_disk, "frozen": frozen,
        "signals": signals, "refusals": refusals, "cluster": on_cluster, "scaling-model": scaling_model}
    chosen = options.only.split(",") if options.only else list(tests)
    bench = Bench(options)
    for name in chosen:
        begin = time.monotonic()
        try:
            told = tests[name](bench)
        except Failed as failure:
            print(f"{name:13} FAILED: {failure}\nthe folders are in {bench.folder}", flush=True)
            return 1
        print(f"{name:13} {told} ({time.monotonic() - begin:.0f} s)", flush=True)
    shutil.rmtree(bench.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
