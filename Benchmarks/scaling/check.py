"""Compare the model with runs on a cluster of network namespaces on this machine, whose links have a limited speed."""

import statistics
import sys
from pathlib import Path

from model import Network, step
from parts import WORKLOADS, Machine

sys.path.append(str(Path(__file__).resolve().parents[2] / "Tests/Processes"))
from cluster import Cluster  # noqa: E402

# Hosts that one machine simulates share its CPUs: who waits must let others compute.
YIELD = ["--mca", "mpi_yield_when_idle", "1"]


def cost_per_byte(machine: Machine) -> float:
    """The seconds of a host for each byte that it sends by TCP while it receives one.

    Two processes exchange through TCP on this machine, which has no limit of its own; the time beyond that of two processes
    that compute at the same time is the cost.
    """
    workload = "mnist-wide"
    rows = WORKLOADS[workload].batch_size
    parts = machine.parts(workload, [rows // 2], at_once=2)
    free = Network(float("inf"), 0, 0, 0)
    computing = step(parts, free, 2, rows // 2).now
    result = machine.together(["mpirun", "--mca", "btl", "tcp,self", *YIELD, "--oversubscribe"], 2, workload, rows)
    # Gradients and parameters, half of each to the other process.
    sent = 2 * 4 * sum(parts.parameters) / 2
    return max(0.0, rows / result["samples_per_second"] - computing) / sent


def check(machine: Machine, workload: str, rates: list[float], hosts: list[int], cost: float, rounds: int) -> list[dict]:
    """Measures a step on some numbers of hosts with links of some speeds, and computes it by the model.

    Args:
        rates: The bits per second of each host's link.
        cost: What `cost_per_byte` has measured.
        rounds: The number of measurements of each case, alternating with those of the parts; the medians count.
    """
    results = []
    rows = WORKLOADS[workload].batch_size
    for rate in rates:
        cluster = Cluster(max(hosts), f"{rate / 1e6:.0f}mbit")
        try:
            launcher = cluster.mpirun(*YIELD)
            for count in hosts:
                # Hosts that share a CPU share it for TCP, too.
                crowding = max(1.0, count * machine.threads / machine.cpus)
                network = Network(rate, 50e-6, cost * crowding)
                computed, runs = [], []
                for _ in range(rounds):
                    parts = machine.parts(workload, [rows // count], at_once=count)
                    computed.append(step(parts, network, count, rows // count))
                    runs.append(machine.together(launcher, count, workload, rows))
                seconds = statistics.median(clock.now for clock in computed)
                measured = statistics.median(rows / run["samples_per_second"] for run in runs)
                results.append({
                    "workload": workload, "rate": rate, "hosts": count, "measured": measured, "computed": seconds,
                    "error": seconds / measured - 1,
                    "waited": statistics.median(run.get("exchange_share", 0.0) for run in runs),
                    "waited_computed": statistics.median(clock.waited / clock.now for clock in computed)})
        finally:
            cluster.remove()
    return results
