#!/usr/bin/env python3
"""Check that every path named in a document exists.

    Tools/check-documents.py

Looks through all tracked Markdown files, and through the Markdown of documentation catalogs, for:

- links: the target of a relative link must be a tracked file or folder, its `#anchor` a heading there;
- paths from the root of the repository, such as Tests/Faults/run.py, whose first folder is one of its own;
- the ends of paths, such as `Engine/Foo.swift` or `Foo.swift`, if they name source code or a document.

A path may contain `*`, `{a,b}` or end with a slash. Blocks of code marked `diff` are skipped: they show files that
somebody would add.
"""

import fnmatch
import itertools
import os
import re
import sys
from pathlib import Path

from findings import ROOT, report, tracked_files

# A bare name or the end of a path is checked if it ends so; outputs such as metrics.json are named, too, but not
# tracked.
SOURCES = (".swift", ".c", ".h", ".py", ".sh", ".md")
# Files of a user's project that the documents mention.
EXAMPLES = {"main.swift"}
# The text of a link may have begun on an earlier line.
LINK = re.compile(r"(?:\[[^\[\]]*)?\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
PATH = re.compile(r"(?<![\w./~$:@=<>-])[\w.+*{},-]*(?:/[\w.+*{},-]+)*/?")
FENCE = re.compile(r"\s*(```+|~~~+)\s*(\S*)")


class Tree:
    """The tracked files of the repository and their folders."""

    def __init__(self):
        self.files = tracked_files()
        folders = {str(parent) for name in self.files for parent in Path(name).parents}
        self.all = set(self.files) | folders
        self.tops = {name.split("/")[0] for name in self.files if "/" in name}
        self.anchors: dict[str, set[str]] = {}

    def has(self, pattern: str) -> bool:
        """Whether a path from the root exists; it may contain wildcards."""
        if "*" in pattern:
            return any(fnmatch.fnmatch(name, pattern) for name in self.all)
        return pattern in self.all

    def has_end(self, pattern: str) -> bool:
        """Whether a path ends so."""
        return any(fnmatch.fnmatch("/" + name, "*/" + pattern) for name in self.all)

    def has_anchor(self, path: str, anchor: str) -> bool:
        if path not in self.anchors:
            self.anchors[path] = {slug(line) for line in (ROOT / path).read_text().splitlines() if line.startswith("#")}
        return anchor in self.anchors[path]


def slug(heading: str) -> str:
    """A heading's anchor, as GitHub makes it."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading.lstrip("#").strip()).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def expanded(path: str) -> list[str]:
    """The paths that `a{b,c}d` stands for."""
    parts = re.split(r"\{([^{}]*)\}", path)
    choices = [part.split(",") if index % 2 else [part] for index, part in enumerate(parts)]
    return ["".join(choice) for choice in itertools.product(*choices)]


def wrong_link(tree: Tree, document: str, target: str) -> bool:
    if re.match(r"[a-z]+:", target):
        return False
    path, _, anchor = target.partition("#")
    full = os.path.normpath(os.path.join(os.path.dirname(document), path)) if path else document
    if full not in tree.all:
        return True
    return bool(anchor) and full.endswith(".md") and not tree.has_anchor(full, anchor)


def wrong_path(tree: Tree, document: str, word: str) -> bool:
    """Whether a word looks like a path of the repository that does not exist."""
    word = word.rstrip("/")
    beside = os.path.normpath(os.path.join(os.path.dirname(document), word))
    if "/" in word and word.split("/")[0] in tree.tops:
        return not tree.has(word) and not tree.has(beside)
    name = word.rsplit("/", 1)[-1]
    if not name.endswith(SOURCES) or name in SOURCES or name in EXAMPLES:
        return False
    return not tree.has_end(word) and not tree.has(beside)


def findings(tree: Tree, document: str):
    """The place and text of each path that does not exist."""
    fence = language = ""
    for number, line in enumerate((ROOT / document).read_text().splitlines(), 1):
        if match := FENCE.match(line):
            if not fence:
                fence, language = match[1], match[2]
            elif match[1].startswith(fence):
                fence = language = ""
            continue
        if language == "diff":
            continue
        if not fence:
            for target in LINK.findall(line):
                if wrong_link(tree, document, target):
                    yield f"{document}:{number}: the link {target} leads nowhere"
            line = LINK.sub(" ", line)
        for match in PATH.finditer(line):
            word = match[0].rstrip(".,")
            if "://" in line[max(0, match.start() - 3) : match.end()] or line[match.end() : match.end() + 3] == "://":
                continue
            for path in expanded(word):
                if path and wrong_path(tree, document, path):
                    yield f"{document}:{number}: there is no {path}"


def main() -> int:
    tree = Tree()
    documents = [name for name in tree.files if name.endswith(".md")]
    found = [finding for document in documents for finding in findings(tree, document)]
    return report(found, f"{len(documents)} documents, {len(found)} paths that do not exist")


if __name__ == "__main__":
    sys.exit(main())
