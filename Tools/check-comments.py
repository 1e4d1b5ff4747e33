#!/usr/bin/env python3
"""Check that no Swift documentation comment begins with a fragment.

    Tools/check-comments.py

The first line of a documentation comment is what Quick Help and DocC show as the summary. It is a noun phrase or a
sentence that stands alone ("The weights of one panel"), not the rest of one ("Of a panel, its weights").
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRAGMENT = re.compile(
    r"\s*/// ?(?:Of|What|That|By|From which|Whose|For what|So many|To which|In which|By which|Those|Such|How many"
    r"|See the properties)\b")


def findings(file: str):
    earlier = ""
    for number, line in enumerate((ROOT / file).read_text().splitlines(), 1):
        if FRAGMENT.match(line) and not earlier.lstrip().startswith("//"):
            yield f"{file}:{number}: {line.strip()}"
        earlier = line


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "*.swift"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    files = [name for name in listed.split("\0") if name and (ROOT / name).is_file() and not (ROOT / name).is_symlink()]
    found = [finding for file in files for finding in findings(file)]
    for finding in found:
        print(finding)
    print(f"{len(found)} documentation comments begin with a fragment")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
