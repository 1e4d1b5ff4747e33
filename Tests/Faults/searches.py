"""Disturb a search in the same ways as a run."""

import json
import re
from pathlib import Path

from harness import Bench, Call, contents, expect, timeless


class SearchBench(Bench):
    """A search of six trainings: five trials on rungs of one and three epochs, and the winner's run."""

    START = ["search", "--hidden", "8", "--epochs", "3", "--trials", "5", "--threads", "1"]
    BEGUN = "search.json"
    RESUME = ["--threads", "1"]  # so that calls come in the same order each time
    TORN_WRITE = 5  # index of a write: the third line of trials.jsonl

    def contents(self, run: Path) -> dict[str, object]:
        return search_contents(run)

    def is_torn(self, run: Path) -> bool:
        return not (run / "trials.jsonl").read_bytes().endswith(b"\n")

    def reported(self, calls: list[Call]) -> list[str]:
        """Return the trainings whose figures were shown."""
        return shown(b"".join(call.data for call in calls if call.name == "out").decode(errors="replace"))

    def kept(self, run: Path) -> list[str]:
        return [f"trial {trial['trial'] + 1}  {trial['epochs']} epoch" for trial in trials(run)]

    def expect_kept(self, run: Path, reported: list[str], what: str) -> None:
        kept = self.kept(run)
        expect(set(reported) <= set(kept), f"{what}: shown were {reported}, there are {kept}")

    def expect_used(self, said: str, reported: list[str], what: str) -> None:
        again = set(reported) & set(shown(said))
        expect(not again, f"{what}: trained again: {again}")


def shown(said: str) -> list[str]:
    """Return the trainings that the program reported as done."""
    return re.findall(r"^\d+/6  (trial \d+  \d+ epoch)", said, re.M)


def search_contents(run: Path) -> dict[str, object]:
    """Return everything that makes up the result of a search."""
    found = {f"best/{name}": value for name, value in contents(run / "best").items()}
    if (run / "search.json").exists():
        found["search.json"] = (run / "search.json").read_bytes()
    found["trials.jsonl"] = trials(run)
    return found


def trials(run: Path) -> list[dict]:
    """Return the complete lines of `trials.jsonl`, in the order of the trials."""
    path = run / "trials.jsonl"
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    found = []
    for line in lines:
        try:
            found.append({key: value for key, value in timeless(json.loads(line)).items() if key != "digest"})
        except ValueError:
            continue
    return sorted(found, key=lambda trial: (trial["trial"], trial["rung"]))
