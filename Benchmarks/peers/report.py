#!/usr/bin/env python3
"""Write the report and the chart from the results of all CPUs.

    python3 Benchmarks/peers/report.py

peers.py does the same after it has measured.
"""

from pathlib import Path

import chart
import results
from summary import Summary, layers, plural, settings, thousands

ABOUT = """\
Real MNIST, 60,000 rows, reshuffled each epoch; the same data, networks, minibatches and optimizers for all, on the same
cores. Thousand samples/s: the median of several rounds in which the tools took turns. In brackets: the share of the
measured peak, counting the operations of a dense network even if fewer were executed. Comparisons are with the best
peer of the same precision. [peers](peers/README.md) describes what each peer runs.
"""
RAN_ON = """\
Each peer trained once in a process of its own, whose libraries printed their instruction set and each product.
OpenBLAS does not print products. YNNPACK, which computes some of XLA's, prints nothing at all.
"""


def write(folder: Path) -> None:
    """Write RESULTS.md and results.svg beside the results."""
    summaries = [Summary(found) for found in results.load(folder / "results")]
    (folder / "RESULTS.md").write_text(markdown(summaries))
    (folder / "results.svg").write_text(chart.svg(summaries))


def markdown(summaries: list[Summary]) -> str:
    parts = [
        "# fasttrain beside its peers",
        "Written by `make bench-peers`.",
        "![Share of the arithmetic peak that each tool reaches](results.svg)",
        ABOUT,
    ]
    for summary in summaries:
        parts += section(summary)
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def section(summary: Summary) -> list[str]:
    """Return the headings and tables of one CPU."""
    parts = [f"## {summary.results['cpu']}", table(["", ""], machine(summary), right=False)]
    for threads in summary.threads:
        for precision in summary.precisions:
            parts += [f"### {plural(threads, 'thread').capitalize()}, {precision}", speeds(summary, threads, precision)]
    most, least = max(summary.threads), min(summary.threads)
    if most > least:
        parts += [f"### {plural(most, 'thread').capitalize()} against {least}", scaling(summary, most, least)]
    parts += ["### Slowest to fastest round", spreads(summary)]
    if "ran_on" in summary.results:
        parts += ["### What the peers ran on", RAN_ON, libraries(summary)]
    if summary.failures():
        parts += ["### Failed", "\n".join(f"- {line}" for line in summary.failures())]
    return parts


def machine(summary: Summary) -> list[list[str]]:
    found, run = summary.results["machine"], summary.results
    kind = ", ".join([found["kind"]] * bool(found["kind"]) + [f"family {found['family']}, model {found['model']}"])
    rows = [
        ["date", run["date"]],
        ["CPU", f"{found['cpu']} ({kind})"],
        ["cores used", f"{' and '.join(map(str, summary.threads))} of {found['cpus']}, a thread each"],
        ["instruction set", ", ".join(run["instruction_sets"])],
    ]
    for precision in summary.precisions:
        peaks = [(*summary.peak(threads, precision), threads) for threads in summary.threads]
        texts = [f"{peak:,.0f} GFLOP/s on {plural(n, 'thread')}" for of, peak, n in peaks if peak and of == precision]
        if texts:
            rows.append([f"measured {precision} peak", ", ".join(texts)])
    rows.append(["measurements", f"{plural(run['rounds'], 'round')}, {run['seconds']:g} s each"])
    rows.append(["versions", "; ".join(run["versions"])])
    rows.append(["system", f"{found['system']}, Python {found['python']}"])
    return rows


def speeds(summary: Summary, threads: int, precision: str) -> str:
    tools = summary.of(precision)
    rows = []
    for workload in summary.workloads:
        row = [f"{layers(workload)}, {settings(workload)}"]
        for tool in tools:
            rate, share = summary.rate(threads, workload, tool), summary.share(threads, workload, tool)
            text = thousands(rate) if rate else ""
            text = f"**{text}**" if text and not tool.peer else text
            row.append(f"{text} ({share:.0%})" if share else text)
        best = summary.ratio(threads, workload, precision)
        row.append(f"**{best[0]:.2f}×** {best[1].title}" if best else "")
        rows.append(row)
    return table(["network", *(tool.title for tool in tools), "fasttrain against the best peer"], rows)


def scaling(summary: Summary, most: int, least: int) -> str:
    """Return the speedup of each tool from the fewest to the most threads."""
    rows = []
    for workload in summary.workloads:
        row = [layers(workload)]
        for tool in summary.tools:
            fast, slow = summary.rate(most, workload, tool), summary.rate(least, workload, tool)
            row.append(f"{fast / slow:.2f}×" if fast and slow else "")
        rows.append(row)
    return table(["network", *(tool.full_title for tool in summary.tools)], rows)


def spreads(summary: Summary) -> str:
    rows = []
    for threads in summary.threads:
        for workload in summary.workloads:
            row = [layers(workload), str(threads)]
            for tool in summary.tools:
                extremes = summary.extremes(threads, workload, tool)
                row.append(" to ".join(map(thousands, extremes)) if extremes else "")
            rows.append(row)
    return table(["network", "threads", *(tool.full_title for tool in summary.tools)], rows)


def libraries(summary: Summary) -> str:
    rows = []
    for tool in summary.tools:
        if found := summary.results["ran_on"].get(tool.name):
            primitives = ", ".join(f"`{primitive}`" for primitive in found["primitives"])
            rows.append([tool.full_title, "; ".join(found["isa"]), primitives])
    return table(["peer", "library and its instruction set", "products"], rows, right=False)


def table(head: list[str], rows: list[list[str]], right: bool = True) -> str:
    """Format a Markdown table; all columns but the first can be right-aligned."""
    ruler = ["---", *(["--:" if right else "---"] * (len(head) - 1))]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ruler, *rows])


if __name__ == "__main__":
    write(Path(__file__).resolve().parent.parent)
