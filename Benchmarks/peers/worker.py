"""Measure one peer on request: each input line is a workload and a time in JSON, each output line a rate.

    python worker.py torch --data mnist.safetensors --threads 2

The peer is imported once. It prepares a workload (compilation, warm-up) on the first request and keeps it. Output of
the peer's library goes to standard error.
"""

import argparse
import importlib
import json
import os
import sys
import time
from collections.abc import Callable

import workloads

WARM_UP_SECONDS = 1.0  # after preparation; the first calls compile
WAKE_UP_SECONDS = 0.2  # before each measurement: the worker has slept since the last one


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", help="the module <peer>_peer, and after a colon its variant, if any")
    parser.add_argument("--data", required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    module, _, form = options.peer.partition(":")

    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    calls = {}
    peer = None
    for line in sys.stdin:
        request = json.loads(line)
        name, seconds = request["workload"], request["seconds"]
        try:
            if peer is None:
                module = importlib.import_module(f"{module}_peer")
                peer = module.Peer(*workloads.load(options.data), options.threads, *([form] if form else []))
            if name not in calls:
                calls[name] = peer.training(workloads.WORKLOADS[name])
                elapsed_after(calls[name], min(WARM_UP_SECONDS, seconds))
            elapsed_after(calls[name], min(WAKE_UP_SECONDS, seconds))
            samples, elapsed = elapsed_after(calls[name], seconds)
            answer = {"version": peer.version, "samples_per_second": samples / elapsed}
        except Exception as error:
            calls.pop(name, None)
            answer = {"error": f"{type(error).__name__}: {error}".split("\n")[0]}
        print(json.dumps(answer), file=answers)


def elapsed_after(call: Callable[[], int], seconds: float) -> tuple[int, float]:
    """Call until `seconds` have passed, at least once. Returns the number of trained samples and the time taken."""
    samples, start = 0, time.perf_counter()
    while True:
        samples += call()
        elapsed = time.perf_counter() - start
        if elapsed >= seconds:
            return samples, elapsed


if __name__ == "__main__":
    main()
