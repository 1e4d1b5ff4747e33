"""Malicious settings: YAML and JSON for --config, a search space, and the description of a run."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from harness import Bench
from hostile import MIB, Hostile, Target, family


def laughs(levels: int) -> str:
    """Return a "billion laughs" document, in which each level repeats the previous one ten times."""
    lines = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, levels)]
    return "\n".join(lines) + "\n"


def anything() -> Iterator[tuple[str, bytes, str]]:
    """Return cases that every reader of YAML must refuse: a name, the text, and words of the error line."""
    yield "anchors that explode", laughs(10).encode(), "no anchor"
    yield "anchors that explode, in one line", ("{" + laughs(9).replace("\n", ",") + "}").encode(), "no anchor"
    yield "an anchor", b"hidden: &a [4]\nactivation: *a\n", "no anchor"
    yield "an anchor within itself", b"hidden: &a [*a]\n", "no anchor"
    yield "an alias to nothing", b"hidden: *a\n", "no alias"
    yield "a merge", b"<<: {hidden: [4]}\n", "'<<'"
    yield "a tag", b"hidden: !!python/object/apply:os.system ['true']\n", "no tag"
    yield "a tag of its own", b"!x {hidden: [4]}\n", "no tag"
    yield "two documents", b"hidden: [4]\n---\nhidden: [5]\n", "a single document"
    yield "a directive", b"%YAML 9.9\n---\nhidden: [4]\n", "incompatible"
    yield "a name twice", b"hidden: [4]\nhidden: [5]\n", "a second time"
    yield "a list for a name", b"[hidden]: [4]\n", "a name"
    yield "text alone", b"hidden\n", "hidden"
    yield "a list alone", b"[1]\n", "[1]"
    yield "a name of several lines", b'"hid\\nden\\e[31m": [4]\n', "hid\\nden"
    yield "a name of 900 kB", b"n" * 900_000 + b": [4]\n", ""
    yield "a name of 400 thousand accents", b'"' + b"\xcc\x81" * 400_000 + b'": [4]\n', ""
    yield "a name of accents out of order", ("a" + "\u0301\u0327" * 200 + ": 1\n").encode(), "30 combining marks in a row"
    yield "a value of 20 thousand accents", ("hidden: " + "\u0301\u0327" * 10_000 + "\n").encode(), "30 combining marks in a row"
    yield "a value of 900 kB", b"activation: [" + b"n" * 900_000 + b"]\n", ""
    yield "a number of 900 thousand digits", b"hidden: [" + b"1" * 900_000 + b"]\n", ""
    for kind, text in {"lists": b"[", "lists by lines": b"- ", "objects": b"{a: ", "objects by lines": b"? ",
                       "values": b"!", "anchors": b"&", "quotes": b'"', "blocks": b"|", "tabs": b"\t"}.items():
        yield f"a megabyte of {kind}", (text * MIB)[: MIB - 8], ""
    yield "300 thousand lists", b"hidden: [" + b"[]," * 300_000 + b"]\n", "100000 values"
    yield "100 thousand names", "".join(f"n{i}: 1\n" for i in range(90_000)).encode(), ""
    yield "more than a megabyte", b"#" * (MIB + 1), "at most 1048576 bytes"
    yield "invalid UTF-8", b"hidden: [\xff]\n", "UTF-8"
    yield "a surrogate in UTF-8", b"hidden: [\xed\xa0\x80]\n", "UTF-8"
    yield "UTF-16", "hidden: [4]\n".encode("utf-16"), "UTF-8"
    yield "a NUL", b"hidden: [4]\0\n", ""
    yield "a control character", b"hidden: [\x1b]\n", "control characters"
    yield "an escape of half a character", b'hidden: ["\\ud800"]\n', ""
    yield "an escape beyond Unicode", b'hidden: ["\\UFFFFFFFF"]\n', ""
    yield "brackets that do not close", b"hidden: [[[4]\n", "YAML or JSON"
    yield "a quote that does not close", b'hidden: "4\n', "YAML or JSON"
    yield "a tab for spaces", b"hidden:\n\t- 4\n", "YAML or JSON"
    yield "an unknown setting", b"hiden: [[4]]\n", "did you mean"


def configurations() -> Iterator[tuple[str, bytes, str]]:
    yield "a thousand and one layers", b"hidden: [" + b"1," * 1001 + b"]\n", "1000 layers"
    for value in ("1e999", "9223372036854775808", "-9223372036854775808", "-1", "1e300", ".inf", ".nan", "0x10", "1_000"):
        yield f"a minibatch of {value}", f"batch_size: {value}\n".encode(), "batch_size"
    for value in ("1e999", "-1", "nan", "inf", "NaN", "Infinity", "1e-50"):
        yield f"a rate of {value}", f"learning_rate: {value}\n".encode(), "learning_rate"
    yield "2^64 as a seed", b"seed: 18446744073709551616\n", "seed"
    yield "a layer of 2^63 units", b"hidden: [9223372036854775808]\n", "hidden"
    yield "an object for a number", b"epochs: {a: 1}\n", "epochs"


def spaces() -> Iterator[tuple[str, bytes, str]]:
    for low, high in (("1e300", "1e301"), ("-1e300", "1e300"), ("9.3e18", "1e19"), ("-1e19", "9e18"), ("1", "1e999"),
                      ("1", ".inf"), ("nan", "1"), ("Infinity", "1"), ("1.5", "3"), ("0", "8"), ("1", "9223372036854775807")):
        for rest in ("", ", log: true", ", int: true"):
            yield f"a minibatch from {low} to {high}{rest}", f"batch_size: {{low: {low}, high: {high}{rest}}}\n".encode(), "batch_size"
    for low, high in (("1e300", "1e301"), ("-1e300", "1"), ("-1", "0.5"), ("1e-320", "1e-310")):
        yield f"a rate from {low} to {high}", f"learning_rate: {{low: {low}, high: {high}, log: true}}\n".encode(), "learning_rate"
    yield "layers from 1 to 2", b"hidden: {low: 1e30, high: 2e30}\n", "hidden"
    yield "no values", b"hidden: []\n", "at least one value"
    yield "values of another kind", b"batch_size: [[1], {}]\n", "batch_size"
    yield "nothing", b"", "nothing"


def descriptions(target: Target) -> Iterator[tuple[str, bytes, str]]:
    """Return malicious versions of a run's recipe.json."""
    text = (target.bench.reference / "recipe.json").read_text()
    sound = json.loads(text)
    yield "nothing", b"", ""
    yield "lists a million deep", b"[" * MIB, "64 levels"
    yield "objects a million deep", b'{"a":' * 200_000, "64 levels"
    yield "20 million values", b"[" + b"0," * 20_000_000 + b"0]", "1048576 values"
    yield "half of it", text[: len(text) // 2].encode(), ""
    yield "a name twice", text.replace("{", '{"hidden":[8],', 1).encode(), "a second time"
    yield "another member", json.dumps(sound | {"more": 1}).encode(), "more"
    yield "invalid UTF-8", b"\xff" + text.encode(), "UTF-8"
    yield "a NUL", text.encode() + b"\0", ""
    for name, value in {"hidden": [2**63], "batch_size": -1, "epochs": 1e300, "seed": -1, "checkpoint_every": 0,
                        "fingerprint": 7, "shards": 2**40, "data": 5, "hidden": "8", "activation": ["relu"] * 300_000}.items():
        yield f"{name} of {str(value)[:20]}", json.dumps(sound | {name: value}).encode(), f"'{name}'"


def files(target: Target) -> Iterator[Hostile]:
    def writer(content: bytes):
        return lambda path: path.write_bytes(content)

    for name, content, says in anything():
        yield Hostile(name, writer(content), ["config", "space"], says=says)
    for name, content, says in configurations():
        yield Hostile(f"configuration: {name}", writer(content), ["config"], says=says)
    for name, content, says in spaces():
        yield Hostile(f"space: {name}", writer(content), ["space"], says=says)

    def sparse(path: Path) -> None:
        path.write_bytes(b"hidden: [4]\n")
        os.truncate(path, 1 << 40)

    yield Hostile("a megabyte of comments", writer(b"#" * MIB), ["config"], code=0)
    yield Hostile("a terabyte of zeros", sparse, ["config", "space"], says="at most 1048576 bytes")

    def run(content: bytes):
        def write(path: Path) -> None:
            shutil.copytree(target.bench.reference, path.parent, dirs_exist_ok=True)
            path.write_bytes(content)
        return write

    def sparse_run(path: Path) -> None:
        run(b"{")(path)
        os.truncate(path, 1 << 40)

    for name, content, says in descriptions(target):
        # The text, and the piece that is repeated in it.
        yield Hostile(
            f"recipe.json: {name}", run(content), ["resume", "evaluate the run"], says=says, honest=3 * len(content),
            file="recipe.json")
    yield Hostile("recipe.json: a terabyte", sparse_run, ["resume"], says="at most", file="recipe.json")


def settings(bench: Bench) -> str:
    """Test YAML and JSON files: --config, search spaces, and descriptions of runs."""
    return family(bench, files)
