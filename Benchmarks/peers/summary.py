"""Summarize the results of a CPU: rates, shares of the peak, and the best peer."""

from reference_workloads import WORKLOADS
from tools import TOOLS, Tool


class Summary:
    def __init__(self, results: dict):
        self.results = results
        self.cells = {(cell["threads"], cell["workload"], cell["tool"]): cell for cell in results["results"]}
        self.threads, self.workloads, names = (list(dict.fromkeys(parts)) for parts in zip(*self.cells))
        self.tools = [tool for tool in TOOLS if tool.name in names]
        self.precisions = [precision for precision in ("fp32", "bf16") if self.of(precision)]

    def of(self, precision: str) -> list[Tool]:
        return [tool for tool in self.tools if tool.precision == precision]

    def rate(self, threads: int, workload: str, tool: Tool) -> float | None:
        """Return the median of the rounds in samples/s, or None if no round succeeded."""
        return self.cells[threads, workload, tool.name].get("median")

    def extremes(self, threads: int, workload: str, tool: Tool) -> tuple[float, float] | None:
        """Return the samples/s of the slowest and the fastest round, or None if no round succeeded."""
        cell = self.cells[threads, workload, tool.name]
        return (cell["slowest"], cell["fastest"]) if cell["rounds"] else None

    def peak(self, threads: int, precision: str) -> tuple[str, float | None]:
        """Return the precision and the peak in GFLOP/s that rates in `precision` are compared with.

        This is the fp32 peak where fasttrain has no bf16.
        """
        peaks = {peak["precision"]: peak["gflops"] for peak in self.results["peaks"] if peak["threads"] == threads}
        of = precision if precision in peaks else "fp32"
        return of, peaks.get(of)

    def share(self, threads: int, workload: str, tool: Tool) -> float | None:
        """Return the share of the peak in the tool's precision, counting the operations of a dense network."""
        rate, (_, peak) = self.rate(threads, workload, tool), self.peak(threads, tool.precision)
        return rate * WORKLOADS[workload].operations_per_sample / (peak * 1e9) if rate and peak else None

    def ratio(self, threads: int, workload: str, precision: str) -> tuple[float, Tool] | None:
        """Return fasttrain's speed relative to the best peer in this precision, and that peer."""
        rated = [(self.rate(threads, workload, tool) or 0, tool) for tool in self.of(precision)]
        ours = max((rate for rate, tool in rated if not tool.peer), default=0)
        best, peer = max((pair for pair in rated if pair[1].peer), default=(0, None), key=lambda pair: pair[0])
        return (ours / best, peer) if ours and best else None

    def failures(self) -> list[str]:
        """Return a line for each tool and workload that failed at least once."""
        lines = []
        for (threads, workload, name), cell in self.cells.items():
            if "failure" in cell:
                done = f"{cell['rounds']} of {self.results['rounds']} rounds measured"
                lines.append(f"{name}, {workload}, {plural(threads, 'thread')}: {cell['failure']} ({done})")
        return lines


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def thousands(rate: float) -> str:
    """Format thousand samples/s with three digits."""
    value = rate / 1000
    return f"{value:.0f}" if value >= 99.95 else f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"


def layers(workload: str) -> str:
    return "-".join(map(str, WORKLOADS[workload].layers))


def settings(workload: str) -> str:
    optimizer = {"sgd": "SGD", "adam": "Adam"}[WORKLOADS[workload].optimizer]
    return f"batch {WORKLOADS[workload].batch_size}, {optimizer}"
