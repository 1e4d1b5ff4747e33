#!/usr/bin/env python3
"""Write the fuzzers' seeds, Tests/Fuzz/corpus/PARSER/NAME, and their dictionaries.

    Tests/Fuzz/make_corpus.py

The same script always writes the same files. They include inputs that were findings once, under names that say so.
"""

import pathlib
import shutil

from seeds import binaries, networks, tables, texts
from seeds.words import DICTIONARIES, WORDS

HERE = pathlib.Path(__file__).parent
CORPORA = {
    "numbers": {f"{index:02}": number for index, number in enumerate(texts.NUMBERS)},
    "json": texts.JSONS, "yaml": texts.YAMLS,
    "csv": {
        f"{name}-{size}": bytes([0, size]) + records.encode() for name, records in tables.RECORDS.items() for size in (7, 255)},
    "table": tables.TABLES, "series": tables.SERIES, "rows": tables.ROWS,
    "idx": binaries.IDX, "gzip": binaries.GZIP, "safetensors": binaries.SAFETENSORS, "dataset": binaries.DATASETS,
    "model": networks.MODELS, "parameters": networks.PARAMETERS, "config": networks.CONFIGS, "space": networks.SPACES,
    "recipe": networks.RECIPES, "history": networks.HISTORIES, "search": networks.SEARCHES, "trials": networks.TRIALS,
}


def quoted(word: str | bytes) -> str:
    """Format a word for a libFuzzer dictionary; text is encoded as UTF-8."""
    raw = word if isinstance(word, bytes) else word.encode()
    return '"' + "".join(chr(b) if 0x20 <= b < 0x7F and chr(b) not in '"\\' else f"\\x{b:02X}" for b in raw) + '"'


def main() -> None:
    for folder in ("corpus", "dictionaries"):
        shutil.rmtree(HERE / folder, ignore_errors=True)
    (HERE / "dictionaries").mkdir()
    for parser, seeds in CORPORA.items():
        folder = HERE / "corpus" / parser
        folder.mkdir(parents=True)
        for name, content in seeds.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        words = dict.fromkeys(quoted(word) for kind in DICTIONARIES[parser] for word in WORDS[kind])
        (HERE / "dictionaries" / f"{parser}.dict").write_text("".join(word + "\n" for word in words))


if __name__ == "__main__":
    main()
