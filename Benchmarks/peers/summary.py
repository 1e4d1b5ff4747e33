"""Summarize a run of the peers: medians, shares of the peak, and the best peer."""

import statistics

from tools import TOOLS, Tool
from workloads import WORKLOADS


class Summary:
    def __init__(self, run: dict):
        self.run = run
        self.tools = [tool for tool in TOOLS if tool.name in run["tools"]]
        self.precisions = [precision for precision in ("fp32", "bf16") if self.of(precision)]
        self.cells = {(cell["threads"], cell["workload"], cell["tool"]): cell for cell in run["results"]}

    def of(self, precision: str) -> list[Tool]:
        return [tool for tool in self.tools if tool.precision == precision]

    def rates(self, threads: int, workload: str, tool: Tool) -> list[float]:
        """Return the samples/s of each round that succeeded."""
        return [answer["samples_per_second"] for answer in self.cells[threads, workload, tool.name]["runs"]]

    def rate(self, threads: int, workload: str, tool: Tool) -> float | None:
        """Return their median, or None if no round succeeded."""
        rates = self.rates(threads, workload, tool)
        return statistics.median(rates) if rates else None

    def peak(self, threads: int, precision: str) -> tuple[str, float | None]:
        """Return the peak in GFLOP/s, as the median of fasttrain's measurements, and the precision that it holds for.

        The fp32 peak replaces that of bf16 where fasttrain has no bf16.
        """
        ours = [tool.name for tool in self.of(precision) if not tool.peer]
        cells = [cell for (count, _, name), cell in self.cells.items() if count == threads and name in ours]
        peaks = [answer["peak_gflops"] for cell in cells for answer in cell["runs"]]
        if not peaks and precision != "fp32":
            return self.peak(threads, "fp32")
        return precision, statistics.median(peaks) if peaks else None

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
            if cell["failures"]:
                done = f"{len(cell['runs'])} of {self.run['rounds']} rounds measured"
                lines.append(f"{name}, {workload}, {plural(threads, 'thread')}: {cell['failures'][-1]} ({done})")
        return lines

    def versions(self) -> list[str]:
        """Return fasttrain's version, then each peer's."""
        lines = [self.run["fasttrain"]]
        seen = set()
        for tool in self.tools:
            cells = [cell for (_, _, name), cell in self.cells.items() if name == tool.name]
            found = {answer["version"] for cell in cells for answer in cell["runs"] if tool.peer} - seen
            lines += [f"{tool.title} {version}" for version in found]
            seen |= found
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
