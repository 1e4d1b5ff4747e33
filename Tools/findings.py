"""The files that the checks of the repository read, and the report of what they found."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def tracked_files(*paths: str) -> list[str]:
    """The tracked files at the given paths, by default everywhere, that exist."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *paths], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).exists()]


def swift_files(*paths: str) -> list[str]:
    """The tracked Swift files at the given paths, by default everywhere, without symbolic links."""
    return [name for name in tracked_files(*paths) if name.endswith(".swift") and not (ROOT / name).is_symlink()]


def report(found: list[str], summary: str) -> int:
    """Prints the findings and the summary. Returns the exit code of a check: 1 if anything was found."""
    for finding in found:
        print(finding)
    print(summary)
    return 1 if found else 0
