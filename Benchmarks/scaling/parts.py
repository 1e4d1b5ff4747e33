"""Measure the parts of a training step on this machine with `fasttrain benchmark --mpi --profile`."""

import bisect
import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "peers"))
from reference_workloads import WORKLOADS  # noqa: E402

# Phases that depend on the parameters alone; the others depend on the rows.
OF_PARAMETERS = ["reduce", "update", "refresh"]


@dataclass
class Parts:
    """The seconds of a step of one process that has the whole minibatch, on a number of threads."""

    workload: str
    threads: int
    # The rows of the measured minibatches, ascending.
    rows: list[int]
    # For each of them, the seconds of everything before the gradients, and of the gradient of each layer.
    before: list[float]
    gradients: list[list[float]]
    # For each layer: adding up the own shards, updating, and copying for the next step.
    reduce: list[float]
    update: list[float]
    refresh: list[float]

    @property
    def parameters(self) -> list[int]:
        """The weights and biases of each layer."""
        widths = WORKLOADS[self.workload].layers
        return [(inputs + 1) * outputs for inputs, outputs in zip(widths, widths[1:])]

    def before_gradients(self, rows: float) -> float:
        return interpolate(self.rows, self.before, rows)

    def gradient(self, layer: int, rows: float) -> float:
        return interpolate(self.rows, [gradients[layer] for gradients in self.gradients], rows)


def interpolate(places: list[int], values: list[float], place: float) -> float:
    """The value at a place, on the line through its two neighbours; beyond them, on the nearest line."""
    if len(places) == 1:
        return values[0] * place / places[0]
    right = min(max(bisect.bisect_left(places, place), 1), len(places) - 1)
    (x0, x1), (y0, y1) = places[right - 1:right + 1], values[right - 1:right + 1]
    return max(0.0, y0 + (y1 - y0) * (place - x0) / (x1 - x0))


class Machine:
    """The program and the settings of all measurements on this machine."""

    def __init__(self, fasttrain: str, threads: int, seconds: float, data: str | None):
        self.fasttrain = fasttrain
        self.threads = threads
        self.seconds = seconds
        self.data = data
        self.cpus = len(os.sched_getaffinity(0))

    def parts(self, workload: str, rows: list[int], at_once: int = 1) -> Parts:
        """Measures the parts of a workload for minibatches of some numbers of rows.

        Args:
            at_once: The number of processes that compute at the same time, as that many hosts simulated on this machine
                would; the parts are the means over them.
        """
        measured = [self.phases(workload, count, at_once) for count in rows]
        layers = range(len(WORKLOADS[workload].layers) - 1)
        before = [
            sum(seconds for (name, _), seconds in phases.items() if name not in ["gradient", "exchange", *OF_PARAMETERS])
            for phases in measured]
        gradients = [[phases["gradient", layer] for layer in layers] for phases in measured]
        of_parameters = [
            [statistics.median(phases.get((name, layer), 0.0) for phases in measured) for layer in layers]
            for name in OF_PARAMETERS]
        return Parts(workload, self.threads, rows, before, gradients, *of_parameters)

    def phases(self, workload: str, rows: int, at_once: int) -> dict[tuple[str, int | None], float]:
        """The seconds of each phase of each layer in a step of one process."""
        command = [self.fasttrain, *self.arguments(workload, rows, shards=1), "--mpi", "--profile"]
        processes = [start(command) for _ in range(at_once)]
        results = [result(process) for process in processes]
        means: dict[tuple[str, int | None], float] = {}
        for phase in (phase for one in results for phase in one["phases"]):
            place = phase["phase"], phase["layer"] and phase["layer"] - 1
            means[place] = means.get(place, 0.0) + phase["microseconds"] / 1e6 / at_once
        return means

    def arguments(self, workload: str, rows: int, shards: int) -> list[str]:
        """The arguments of `fasttrain` that measure a workload."""
        data = ["--data", self.data] if self.data else []
        numbers = {"threads": self.threads, "batch-size": rows, "shards": shards, "seconds": self.seconds}
        options = [word for name, value in numbers.items() for word in (f"--{name}", str(value))]
        return ["benchmark", "--workload", workload, *options, *data, "--json"]

    def together(self, launcher: list[str], processes: int, workload: str, rows: int) -> dict:
        """The result of several processes, started by a launcher such as mpirun."""
        arguments = self.arguments(workload, rows, shards=processes)
        return result(start([*launcher, "-n", str(processes), self.fasttrain, *arguments]))


def start(command: list[str]) -> subprocess.Popen:
    # Open MPI starts nothing as root unless it is told to.
    environment = os.environ | {
        "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "FASTTRAIN_PLAN": "fixed"}
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE)


def result(process: subprocess.Popen) -> dict:
    """The JSON that `fasttrain benchmark` prints."""
    output, _ = process.communicate()
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(process.args)}: ended with {process.returncode}")
    return json.loads(output)
