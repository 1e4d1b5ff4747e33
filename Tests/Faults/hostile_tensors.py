"""Malicious safetensors files: headers that lie, are too large, or are not JSON; and our own data sets and models with
malicious metadata and a valid digest."""

import json
import struct
from collections.abc import Iterator
from pathlib import Path

from harness import Bench
from hostile import MIB, Hostile, Target, family
from xxh64 import xxh64

READERS = ["inspect", "inspect --json", "convert inspect", "train", "resume --data", "evaluate --data", "predict --data",
           "evaluate", "predict", "init"]
QUICK = ["inspect", "train", "evaluate"]  # for files that take long to read
TENSOR = {"dtype": "U8", "shape": [2, 2], "data_offsets": [0, 4]}


def raw(header: bytes | str, data: bytes = b"", length: int | None = None) -> bytes:
    header = header.encode() if isinstance(header, str) else header
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def tensor(dtype: str = "U8", shape: object = [2, 2], offsets: object = [0, 4]) -> str:
    return json.dumps({"dtype": dtype, "shape": shape, "data_offsets": offsets})


def both(x: str, y: str, data: bytes, metadata: str = "") -> bytes:
    """Return a data set written by another program."""
    header = f'{{{metadata}"train.x":{x},"train.y":{y}}}'
    return raw(header + " " * (-len(header.encode()) % 8), data)


def headers() -> Iterator[tuple[str, bytes, str]]:
    """Return a name, a file, and words of the error line."""
    yield "nothing", b"", "0 bytes"
    yield "seven bytes", bytes(7), "7 bytes"
    yield "no header", bytes(8), "'{'"
    for length in (2**64 - 1, 2**63, 2**63 - 1, 2**32, 100_000_001, 3):
        yield f"a header length of {length}", raw("{}", length=length), f"{length}"
    yield "a header that ends early", raw('{"x":{'), "the end"
    yield "no JSON", raw("hello, this is text"), "'h'"
    yield "a list", raw("[]"), "'['"
    yield "two values", raw("{}{}"), "'{'"
    yield "invalid UTF-8 in a name", raw(b'{"\xc3\x28":{}}'), "valid UTF-8"
    yield "invalid UTF-8 beside an escape", raw(b'{"\\n\xff":{}}'), "valid UTF-8"
    yield "overlong UTF-8", raw(b'{"\xc0\xaf":{}}'), "valid UTF-8"
    yield "a surrogate in UTF-8", raw(b'{"\xed\xa0\x80":{}}'), "valid UTF-8"
    yield "half a pair of surrogates", raw('{"\\ud800":{}}'), "half of one"
    yield "an escape that is cut", raw('{"\\'), "the end"
    yield "an escape of two digits", raw('{"\\u00":{}}'), "hexadecimal digit"
    yield "a control character", raw(b'{"a\nb":{}}'), "control character"
    yield "a NUL in a name that is there twice", raw(f'{{"a\\u0000":{tensor()},"a\\u0000":{tensor()}}}', bytes(4)), "a second time"
    yield "a name twice", raw(f'{{"x":{tensor()},"x":{tensor()}}}', bytes(4)), "a second time"
    yield "a name twice, once escaped", raw(f'{{"x":{tensor()},"\\u0078":{tensor()}}}', bytes(4)), "a second time"
    yield "a name of several lines", raw('{"a\\nb\\u001b[31m":{"dtype":"U8"}}'), "\\n"
    yield "an overlap", raw(f'{{"a":{tensor()},"b":{tensor(offsets=[2, 6])}}}', bytes(6)), "an overlap"
    yield "the same elements twice", raw(f'{{"a":{tensor()},"b":{tensor()}}}', bytes(4)), "an overlap"
    yield "a hole", raw(f'{{"a":{tensor()},"b":{tensor(offsets=[5, 9])}}}', bytes(9)), "a gap"
    yield "a hole in front", raw(f'{{"a":{tensor(offsets=[1, 5])}}}', bytes(5)), "a gap"
    yield "a byte more", raw(f'{{"a":{tensor()}}}', bytes(5)), "1 more bytes"
    yield "a byte less", raw(f'{{"a":{tensor()}}}', bytes(3)), "bytes"
    yield "elements without tensors", raw("{}", bytes(1)), "1 more bytes"
    yield "falling offsets", raw(f'{{"a":{tensor(offsets=[4, 0])}}}', bytes(4)), "two ascending offsets"
    yield "offsets near 2^63", raw(f'{{"a":{tensor(offsets=[2**63 - 5, 2**63 - 1])}}}', bytes(4)), "two ascending offsets"
    yield "an offset of 2^64", raw(f'{{"a":{tensor(offsets=[0, 2**64])}}}', bytes(4)), "below 2^63"
    yield "a negative offset", raw(f'{{"a":{tensor(offsets=[-4, 0])}}}', bytes(4)), "at least 0"
    for shape in ([2**32, 2**32], [2**62, 4], [2**63 - 1, 2**63 - 1], [3, 6148914691236517206], [2**31] * 4, [2**62, 4, 0]):
        yield f"a shape {shape}", raw(f'{{"a":{tensor(shape=shape)}}}', bytes(4)), "below 2^63"
    yield "a shape of another size", raw(f'{{"a":{tensor(shape=[5])}}}', bytes(4)), "5 bytes"
    yield "a fraction", raw(f'{{"a":{tensor(shape=[4.0])}}}', bytes(4)), "at least 0"
    yield "1e999 rows", raw('{"a":{"dtype":"U8","shape":[1e999],"data_offsets":[0,4]}}', bytes(4)), "at least 0"
    yield "an unknown type", raw(f'{{"a":{tensor("F33")}}}', bytes(4)), "F33"
    yield "metadata of numbers", raw('{"__metadata__":{"a":1}}'), "a string"
    yield "metadata of objects", raw('{"__metadata__":{"a":{}}}'), "a string"
    for kind, text in {"objects": '{"a":', "lists": "[", "metadata": '{"__metadata__":', "shapes": '{"a":{"shape":['}.items():
        deep = text + "[" * (10 * MIB) if kind == "shapes" else text * (10 * MIB // len(text))
        yield f"{kind} ten million bytes deep", raw(deep), "expected"


def large() -> Iterator[tuple[str, bytes, str]]:
    """Return headers of up to 100 MB."""
    empty = '{"dtype":"U8","shape":[0],"data_offsets":[0,0]}'
    yield "1.5 million tensors", raw("{" + ",".join(f'"{i}":{empty}' for i in range(1_500_000)) + "}"), "members"
    yield "6 million metadata entries", raw(
        '{"__metadata__":{' + ",".join(f'"{i}":""' for i in range(6_000_000)) + "}}"), "members"
    yield "a tensor of 40 million dimensions", raw('{"a":{"dtype":"U8","shape":[' + "0," * 40_000_000), "255 extents"
    ones = "1," * 254 + "1"
    many = ",".join(f'"{i}":{{"dtype":"U8","shape":[{ones}],"data_offsets":[{i},{i + 1}]}}' for i in range(90_000))
    yield "90,000 tensors of 255 dimensions", raw("{" + many + "}", bytes(90_000)), "extents in all"
    yield "40 million offsets", raw('{"a":{"data_offsets":[' + "0," * 40_000_000), "two ascending offsets"
    yield "an extent of 90 million digits", raw('{"a":{"shape":[' + "1" * 90_000_000), "below 2^63"
    yield "a name of 90 million bytes", raw('{"' + "n" * 90_000_000), "at most 65536 bytes"
    marks = "\u0301\u0327"
    yield "a name of 30,000 accents out of order", raw(f'{{"a{marks * 15_000}":{tensor()}}}', bytes(4)), "30 combining marks in a row"
    yield "metadata of 40 million accents", raw('{"__metadata__":{"format":"' + marks * 20_000_000 + '"}}'), "30 combining marks"
    yield "a name of 45 million accents", raw('{"' + "\u0301" * 45_000_000 + '":{}}'), "at most 65536 bytes"
    yield "a type of 90 million bytes", raw('{"a":{"dtype":"' + "n" * 90_000_000), "at most 65536 bytes"
    yield "90 million spaces", raw(" " * 90_000_000), "the end"


def datasets() -> Iterator[tuple[str, bytes, str]]:
    """Return valid safetensors files that are not data sets."""
    x, y, data = tensor(), tensor(shape=[2], offsets=[4, 6]), bytes([1, 2, 3, 4, 0, 1])

    def classes(text: str) -> str:
        return json.dumps({"__metadata__": {"classes": text}})[1:-1] + ","

    yield "no targets", raw(f'{{"train.x":{x}}}', bytes(4)), "train.y"
    yield "no rows", both(tensor(shape=[0, 2], offsets=[0, 0]), tensor(shape=[0], offsets=[0, 0]), b""), "no extent of 0"
    yield "fewer targets", both(x, tensor(shape=[1], offsets=[4, 5]), data[:5]), "2 rows"
    yield "a label that is no class", both(x, y, data, classes('["a"]')), "0 to 0"
    yield "classes that are numbers", both(x, y, data, classes("[0,1]")), "names"
    yield "classes ten million lists deep", both(x, y, data, classes("[" * 10_000_000)), "names"
    yield "40 million classes", both(x, y, data, classes("[" + "0," * 40_000_000 + "0]")), "names"
    yield "2 million classes", both(
        x, y, data, classes("[" + ",".join(f'"{i}"' for i in range(2_000_000)) + "]")), "names"
    yield "a class of 90 million bytes", both(x, y, data, classes('["' + "n" * 90_000_000 + '","b"]')), "names"
    yield "a class of 7 million accents", both(x, y, data, classes('["' + "\u0301" * 7_000_000 + '","b"]')), "30 combining marks"
    yield "classes of which one is there twice", both(x, y, data, classes('["a","a"]')), "twice"
    huge = tensor("I64", [2], [4, 20])
    yield "a label of 2^63 - 1", both("  " + x, huge, bytes(4) + struct.pack("<qq", 0, 2**63 - 1)), ""
    yield "a scale of 1e39", both(x, y, data, '"__metadata__":{"x_scale":"1e39"},'), "x_scale"
    yield "preprocessing ten million lists deep", both(
        x, y, data, json.dumps({"__metadata__": {"preprocessing": "[" * 10_000_000}})[1:-1] + ","), "preprocessing"


def ours(metadata: dict[str, str], tensors: dict[str, tuple] = {}) -> bytes:
    """Return a file with a valid digest."""
    entries: dict[str, object] = {"__metadata__": metadata | {"digest": "xxh64:" + "0" * 16}}
    data = b""
    for name, (dtype, shape, content) in tensors.items():
        entries[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    header = json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()
    content = raw(header + b" " * (-(8 + len(header)) % 64), data)
    digest = f"{xxh64(content):016x}".encode()
    return content.replace(b"xxh64:" + b"0" * 16, b"xxh64:" + digest, 1)


def models(target: Target) -> Iterator[tuple[str, bytes, str]]:
    """Return models and checkpoints that contradict themselves."""
    content = target.model.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__")
    payload = content[8 + length :]
    tensors = {
        name: (entry["dtype"], entry["shape"], payload[slice(*entry["data_offsets"])]) for name, entry in header.items()}
    del metadata["digest"]

    def changed(**changes: str) -> bytes:
        return ours(metadata | changes, tensors)

    def recipe(**changes: object) -> bytes:
        return changed(recipe=json.dumps(json.loads(metadata["recipe"]) | changes))

    yield "a thousand layers of 16 million units", recipe(hidden=[1 << 24] * 1000), "0.weight"
    yield "a layer of 2^63 - 1 units", recipe(hidden=[2**63 - 1]), "hidden"
    yield "a million layers", recipe(hidden=[1] * 400_000), "hidden"
    yield "units of 1e999", changed(recipe=metadata["recipe"].replace("[8]", "[1e999]")), "recipe"
    yield "a recipe a million lists deep", changed(recipe="[" * 1_000_000), "64 levels"
    yield "a recipe of a million lists", changed(recipe="[" + "[]," * 300_000 + "[]]"), "recipe"
    yield "rows of 2^62 features", changed(feature_shape=f"[{2**62}]"), "preprocessing"
    yield "rows of 2^64 features", changed(feature_shape="[4294967296,4294967296]"), "feature_shape"
    yield "classes of another network", changed(classes='["a","b","c","d"]'), "weight"
    yield "half a million classes", changed(classes="[" + ",".join(f'"{i}"' for i in range(500_000)) + "]"), "weight"
    yield "a window of 2^31 rows", changed(preprocessing=json.dumps(
        json.loads(metadata["preprocessing"]) | {"window": {"length": 2**31 - 1, "horizon": 1}})), "preprocessing"
    yield "a window of 2^63 rows", changed(preprocessing=json.dumps(
        json.loads(metadata["preprocessing"]) | {"window": {"length": 2**63 - 1, "horizon": 1}})), "preprocessing"
    yield "a loss of numbers for classes", recipe(loss="poisson"), "loss"
    yield "a tensor more", ours(metadata, tensors | {"9.weight": ("F32", [1], bytes(4))}), "9.weight"
    yield "a checkpoint without state", ours(metadata | {"format": "fasttrain.checkpoint.v1"}, {}), "weight"
    yield "another format", ours(metadata | {"format": "fasttrain.model.v2"}, tensors), "format"


def files(target: Target) -> Iterator[Hostile]:
    def writer(content: bytes):
        return lambda path: path.write_bytes(content)

    for name, content, says in headers():
        # The file is mapped, so the parts that are read count as resident.
        readers = READERS if len(content) < MIB else QUICK
        yield Hostile(name, writer(content), readers, says=says, honest=len(content), file="file.safetensors")
    for name, content, says in large():
        yield Hostile(name, writer(content), QUICK, says=says, honest=len(content), file="file.safetensors")
    for name, content, says in datasets():
        readers = ["train", "resume --data", "evaluate --data", "predict --data"] if len(content) < MIB else ["train"]
        # The file is resident, and so is its decoded form.
        yield Hostile(name, writer(content), readers, says=says, honest=2 * len(content), file="file.safetensors")
    for name, content, says in models(target):
        yield Hostile(name, writer(content), ["evaluate", "predict"], says=says, honest=3 * len(content), file="file.safetensors")

    def sparse(path: Path) -> None:
        path.write_bytes(b"")
        with open(path, "r+b") as file:
            file.truncate(1 << 40)

    yield Hostile("a terabyte of zeros", sparse, READERS, says="'{'", file="file.safetensors")
    # Unusual but valid files must be accepted, within the memory of the file and its decoded form.
    note = json.dumps({"__metadata__": {"note": "n" * 90_000_000}})[1:-1] + ","
    sound = both(tensor(), tensor(shape=[2], offsets=[4, 6]), bytes([1, 2, 3, 4, 0, 1]), note)
    yield Hostile("a note of 90 million bytes", writer(sound), ["inspect"], code=0, honest=2 * len(sound), file="file.safetensors")
    escaped = note.replace("n" * 90_000_000, "\\n" * 45_000_000)
    sound = both(tensor(), tensor(shape=[2], offsets=[4, 6]), bytes([1, 2, 3, 4, 0, 1]), escaped)
    yield Hostile("a note of 45 million escapes", writer(sound), ["inspect"], code=0, honest=2 * len(sound), file="file.safetensors")


def tensors(bench: Bench) -> str:
    """Test safetensors files of data and of models, both foreign and our own."""
    return family(bench, files)
