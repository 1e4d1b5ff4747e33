"""Processes on hosts of their own."""

import json
import math
import time
from pathlib import Path

from bench import LONG, Bench, end_after_loss, expect_same, members, wait_for
from cluster import Cluster, can_make_clusters
from harness import expect


def on_cluster(bench: Bench) -> str:
    """Hosts of a cluster give the same bits, exchange little more than they must, and survive a cut link."""
    if (reason := can_make_clusters()) is not None:
        return f"SKIPPED: {reason}"
    alone = bench.path("alone")
    options = [*LONG, "--shards", 4, "--epochs", 3]
    bench.run(1, "train", *options, "--output", alone)
    launcher = bench.mpirun
    cluster = Cluster(4)
    told = []
    try:
        bench.mpirun = cluster.mpirun()
        for processes in (2, 4):
            before = [cluster.sent(host) for host in range(processes)]
            together = bench.path("together")
            done = bench.run(processes, "train", *options, "--output", together)
            expect(done.returncode == 0, f"{processes} hosts: {done.stderr}")
            expect_same(alone, together, f"{processes} hosts")
            sent = max(cluster.sent(host) - before[host] for host in range(processes))
            told.append(f"{processes} hosts send {sent / bytes_bound(together, processes):.2f} of what they must")
        run = bench.path("cut")
        group = bench.start(3, "train", *LONG, "--shards", 4, "--epochs", 100000, "--output", run)
        wait_for(lambda: (run / "history.jsonl").exists() and len(members(bench, run)) == 3)
        begin = time.monotonic()
        cluster.cut(2)
        _, took = end_after_loss(bench, group, run, begin)
        told.append(f"the last process ends {took:.0f} s after a cut link")
        cluster.mend(2)
        epochs = len((run / "history.jsonl").read_text().splitlines()) + 2
        done = bench.run(4, "resume", run, "--epochs", epochs, "--threads", "1", "--quiet")
        expect(done.returncode == 0, f"resuming after a cut: {done.stderr}")
    finally:
        bench.mpirun = launcher
        cluster.remove()
    alone = bench.path("alone")
    bench.run(1, "train", *LONG, "--shards", 4, "--epochs", epochs, "--output", alone)
    expect_same(alone, run, "a run whose link was cut, resumed on another number of hosts")
    return "; ".join(told)


def bytes_bound(run: Path, processes: int) -> float:
    """The bytes that each process must send: every step, its share of the gradient and its part of the parameters."""
    model = (run / "model.safetensors").read_bytes()
    header = json.loads(model[8:8 + int.from_bytes(model[:8], "little")])
    numbers = sum(math.prod(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")
    steps = max(int(path.stem.removeprefix("step-")) for path in (run / "checkpoints").iterdir())
    return 2 * 4 * numbers * (processes - 1) / processes * steps
