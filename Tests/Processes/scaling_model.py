"""The model of scale in Benchmarks/scaling, at networks for which the time of a step is known."""

import math
import sys
from pathlib import Path

from bench import Bench
from harness import expect

sys.path.append(str(Path(__file__).resolve().parents[2] / "Benchmarks/scaling"))
from model import Network, step, strong, weak  # noqa: E402
from parts import Parts  # noqa: E402

PARTS = Parts(
    "mnist-wide", 1, [100, 200], before=[0.1, 0.2], gradients=[[0.01, 0.02, 0.001], [0.02, 0.04, 0.002]],
    reduce=[0.002, 0.004, 0.0], update=[0.004, 0.008, 0.0], refresh=[0.001, 0.002, 0.0])


def scaling_model(bench: Bench) -> str:
    """The model agrees with what is known of networks that are free, slow, or carried by the host itself."""
    count = 0

    def equal(what: str, found: float, expected: float) -> None:
        nonlocal count
        count += 1
        expect(math.isclose(found, expected, rel_tol=1e-9), f"{what}: expected {expected}, found {found}")

    free = Network(math.inf, 0, 0, 0)
    equal("a host alone", step(PARTS, free, 1, 150).now, 0.15 + 0.0465 + 0.012 + 0.003)
    # Twice the rows: the line through the measured ones goes on.
    equal("more rows than were measured", step(PARTS, free, 1, 400).now, 0.4 + 0.124 + 0.012 + 0.003)
    # Each host makes all sums, adds the other half and updates its half.
    equal("two hosts without a network", step(PARTS, free, 2, 150).now, 0.15 + 0.0465 + 0.006 + 0.006 + 0.003 + 0.003)
    equal("waiting without a network", step(PARTS, free, 2, 150).waited, 0)

    numbers = sum(PARTS.parameters)
    for hosts in (2, 4, 1000):
        # So slow that arithmetic does not matter: each link carries the least number of bytes.
        slow = Network(1e3, 0, 0, 0, payload=1)
        least = 2 * 4 * numbers * (hosts - 1) / hosts / (1e3 / 8)
        taken = step(PARTS, slow, hosts, 150).now
        count += 1
        expect(least < taken < least + 0.3, f"{hosts} hosts with slow links: expected about {least}, found {taken}")

    # If TCP takes all of a host's time, nothing is done while something is sent.
    busy = Network(math.inf, 0, 1e-9, 0)
    alone, computing = 2 * 4 * numbers / 2 * 1e-9, step(PARTS, free, 2, 150).now
    equal("a host that is busy with TCP", step(PARTS, busy, 2, 150).now, alone + computing)

    equal("the efficiency of one host, weak", weak(PARTS, busy, 1, 150), 1)
    equal("the efficiency of one host, strong", strong(PARTS, busy, 1, 150), 1)
    count += 1
    late = Network(1e9, 1e-3)
    expect(
        1 > weak(PARTS, late, 2, 150) > weak(PARTS, late, 1000, 150) > strong(PARTS, late, 1000, 150) > 0,
        "more hosts or fewer rows are not less efficient")
    return f"{count} cases"
