#!/usr/bin/env python3
"""Check that no Swift documentation comment begins with a fragment.

    Tools/check-comments.py

The first line of a documentation comment is what Quick Help and DocC show as the summary. It is a noun phrase or a
sentence that stands alone ("The weights of one panel"), not the rest of one ("Of a panel, its weights").
"""

import re
import sys

from findings import ROOT, report, swift_files

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
    found = [finding for file in swift_files() for finding in findings(file)]
    return report(found, f"{len(found)} documentation comments begin with a fragment")


if __name__ == "__main__":
    sys.exit(main())
