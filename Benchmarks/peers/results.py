"""Keep the results of each CPU in a JSON file of its own, from which the report is written."""

import json
import re
import statistics
from pathlib import Path

from tools import TOOLS, Tool


def load(folder: Path) -> list[dict]:
    """Return the results of all CPUs, in the order of their files."""
    return [json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))]


def save(results: dict, folder: Path) -> Path:
    """Replace the results of the same CPU, and return their file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{re.sub('[^a-z0-9]+', '-', results['cpu'].lower()).strip('-')}.json"
    file.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    return file


def condensed(run: dict) -> dict:
    """Return what the report needs from a run: medians and extremes instead of the single rounds."""
    return {
        **{key: run[key] for key in ("cpu", "date", "rounds", "seconds", "machine")},
        "instruction_sets": sorted({answer["instruction_set"] for answer in answers(run, own_tools())}),
        "versions": versions(run),
        "peaks": peaks(run),
        "ran_on": run["ran_on"],
        "results": [
            {"threads": cell["threads"], "workload": cell["workload"], "tool": cell["tool"], **rates(cell)}
            for cell in run["results"]
        ],
    }


def rates(cell: dict) -> dict:
    """Return how many rounds succeeded, their samples/s, and the reason of the last that failed."""
    found = [answer["samples_per_second"] for answer in cell["runs"]]
    speeds = {"median": statistics.median(found), "slowest": min(found), "fastest": max(found)} if found else {}
    failure = {"failure": cell["failures"][-1]} if cell["failures"] else {}
    return {"rounds": len(found), **{name: round(rate, 1) for name, rate in speeds.items()}, **failure}


def peaks(run: dict) -> list[dict]:
    """Return the median of fasttrain's measurements of the peak for each number of threads and precision."""
    found = []
    for threads in run["threads"]:
        for tool in own_tools():
            rounds = [answer["peak_gflops"] for answer in answers(run, [tool], threads)]
            if rounds:
                gflops = round(statistics.median(rounds), 1)
                found.append({"threads": threads, "precision": tool.precision, "gflops": gflops})
    return found


def versions(run: dict) -> list[str]:
    """Return fasttrain's version, then each peer's, whose forms have the same."""
    found = {}
    for tool in TOOLS:
        if tool.peer:
            for answer in answers(run, [tool]):
                found.setdefault(tool.peer.partition(":")[0], f"{tool.title} {answer['version']}")
    return [run["fasttrain"], *found.values()]


def answers(run: dict, tools: list[Tool], threads: int | None = None) -> list[dict]:
    """Return the measurements of some tools, with all numbers of threads or with one."""
    names = [tool.name for tool in tools]
    cells = [cell for cell in run["results"] if cell["tool"] in names and threads in (None, cell["threads"])]
    return [answer for cell in cells for answer in cell["runs"]]


def own_tools() -> list[Tool]:
    return [tool for tool in TOOLS if not tool.peer]
