"""Write the report of a run as Markdown."""

from summary import Summary, layers, plural, settings, thousands

ABOUT = """\
Real MNIST, 60,000 rows, reshuffled each epoch; the same data, networks, minibatches and optimizers for all, on the same
cores. Thousand samples/s: the median of {rounds} in which the tools took turns, {seconds:g} s per measurement. In
brackets: the share of the measured peak, counting the operations of a dense network even if fewer were executed.
[peers](peers/README.md) describes what each peer runs.
"""


def markdown(run: dict) -> str:
    summary = Summary(run)
    parts = [
        "# fasttrain beside its peers",
        f"Written by `make bench-peers` on {run['date']}.",
        "![Share of the arithmetic peak that each tool reaches](results.svg)",
        ABOUT.format(rounds=plural(run["rounds"], "round"), seconds=run["seconds"]),
        table(["", ""], machine(summary), right=False),
    ]
    for threads in run["threads"]:
        for precision in summary.precisions:
            parts += [f"## {plural(threads, 'thread').capitalize()}, {precision}", speeds(summary, threads, precision)]
    most, least = max(run["threads"]), min(run["threads"])
    if most > least:
        parts += [f"## {plural(most, 'thread').capitalize()} against {least}", scaling(summary, most, least)]
    parts += ["## Slowest to fastest round", spreads(summary)]
    if summary.failures():
        parts += ["## Failed", "\n".join(f"- {line}" for line in summary.failures())]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def machine(summary: Summary) -> list[list[str]]:
    run, found = summary.run, summary.run["machine"]
    kind = ", ".join([found["kind"]] * bool(found["kind"]) + [f"family {found['family']}, model {found['model']}"])
    sets = {answer.get("instruction_set") for cell in run["results"] for answer in cell["runs"]} - {None}
    rows = [
        ["CPU", f"{found['cpu']} ({kind})"],
        ["cores used", f"{' and '.join(map(str, run['threads']))} of {found['cpus']}, a thread each"],
        ["instruction set", ", ".join(sorted(sets))],
    ]
    for precision in summary.precisions:
        peaks = [(*summary.peak(threads, precision), threads) for threads in run["threads"]]
        texts = [f"{peak:,.0f} GFLOP/s on {plural(n, 'thread')}" for of, peak, n in peaks if peak and of == precision]
        if texts:
            rows.append([f"measured {precision} peak", ", ".join(texts)])
    rows.append(["versions", "; ".join(summary.versions())])
    rows.append(["system", f"{found['system']}, Python {found['python']}"])
    return rows


def speeds(summary: Summary, threads: int, precision: str) -> str:
    tools = summary.of(precision)
    rows = []
    for workload in summary.run["workloads"]:
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
    for workload in summary.run["workloads"]:
        row = [layers(workload)]
        for tool in summary.tools:
            fast, slow = summary.rate(most, workload, tool), summary.rate(least, workload, tool)
            row.append(f"{fast / slow:.2f}×" if fast and slow else "")
        rows.append(row)
    return table(["network", *(tool.full_title for tool in summary.tools)], rows)


def spreads(summary: Summary) -> str:
    rows = []
    for threads in summary.run["threads"]:
        for workload in summary.run["workloads"]:
            row = [layers(workload), str(threads)]
            for tool in summary.tools:
                rates = summary.rates(threads, workload, tool)
                row.append(f"{thousands(min(rates))} to {thousands(max(rates))}" if rates else "")
            rows.append(row)
    return table(["network", "threads", *(tool.full_title for tool in summary.tools)], rows)


def table(head: list[str], rows: list[list[str]], right: bool = True) -> str:
    """Format a Markdown table; all columns but the first can be right-aligned."""
    ruler = ["---", *(["--:" if right else "---"] * (len(head) - 1))]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ruler, *rows])
