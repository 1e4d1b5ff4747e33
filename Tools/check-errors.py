#!/usr/bin/env python3
"""Check that the library's texts name no command-line option.

    Tools/check-errors.py

An error of the library names a setting by its property, in backticks where it is a part of a sentence: `batchSize`. The
programs replace these names by their options. Only the declarations of the recipe's settings, which are options too,
may name some.
"""

import re
import sys

from findings import ROOT, report, swift_files

LIBRARY = ["Sources/FastTrain", "Sources/FastTrainData", "Sources/FastTrainPictures", "Sources/FastTrainSupport"]
EXEMPT = ("Sources/FastTrain/Recipe/Settings/", "Sources/FastTrain/Report/RunReport+Style.swift")  # the latter: CSS
OPTION = re.compile(r'(?:^|[^-\w<!])--[a-z]')


def findings(file: str):
    in_text = False  # within a string of several lines
    for number, line in enumerate((ROOT / file).read_text().splitlines(), 1):
        if line.lstrip().startswith("//"):
            continue
        texts = re.findall(r'"(?:[^"\\]|\\.)*"', line) if '"""' not in line else []
        if '"""' in line:
            in_text = not in_text
        elif in_text:
            texts = [line]
        if any(OPTION.search(text) for text in texts):
            yield f"{file}:{number}: {line.strip()}"


def main() -> int:
    files = [name for name in swift_files(*LIBRARY) if not name.startswith(EXEMPT)]
    found = [finding for file in files for finding in findings(file)]
    return report(found, f"{len(found)} texts of the library name an option of a program")


if __name__ == "__main__":
    sys.exit(main())
