"""Make seeds of IDX, gzip and safetensors."""

import struct
import zlib

from .formats import deflate, gzip, idx, safetensors, text
from .tables import AGE, CITY, PRICE, RATE


IMAGES = idx([3, 2, 2], bytes(range(0, 120, 10)))
LABELS = idx([3], bytes([0, 1, 1]))
SENTENCE = b"the same again, the same again, and once more the same again; " * 4

IDX = {
    "raw": IMAGES + b"\n---\n" + LABELS,
    "packed": gzip(IMAGES) + b"\n---\n" + gzip(LABELS),
    "images": IMAGES,
    "short": IMAGES[:-3],
    "long": IMAGES + b"x",
    "packed-short": gzip(IMAGES[:-3]),
    "packed-long": gzip(IMAGES + b"x"),
    "zero-extent": idx([3, 0], b""),
    "huge": idx([0xFFFFFFFF] * 3, b"abc"),
    "huge-packed": gzip(idx([0xFFFFFFFF, 4], b"abc")),
    "floats": b"\0\0\x0d\1\0\0\0\1\0\0\0\0",
    "more-labels": IMAGES + b"\n---\n" + idx([4], bytes(4)),
}

# The first byte is the size of a piece, plus 128 if only the compressed data follow.
GZIP = {
    "stored": b"\3" + gzip(SENTENCE, 0),
    "fixed": b"\2" + gzip(SENTENCE, 9, zlib.Z_FIXED),
    "dynamic": b"\4" + gzip(SENTENCE + bytes(range(256))),
    "two-members": b"\1" + gzip(b"one") + gzip(b"two"),
    "rest": b"\0" + gzip(b"one") + b"rest",
    "name": b"\0" + b"\x1f\x8b\x08\x1e\0\0\0\0\0\3\x04\0abcdname\0comment\0" + gzip(b"one")[10:],
    "cut": b"\7" + gzip(SENTENCE)[:-9],
    "wrong-checksum": b"\7" + gzip(SENTENCE)[:-8] + b"\0" * 8,
    "data-stored": b"\x83" + deflate(SENTENCE, 0),
    "data-fixed": b"\x82" + deflate(SENTENCE, 9, zlib.Z_FIXED),
    "data-dynamic": b"\x84" + deflate(SENTENCE + bytes(range(200))),
    "data-long": b"\x87" + deflate(bytes(3000)),
    "data-member": b"\x80" + deflate(b"one") + gzip(b"two"),
}


def tensor(kind: str, shape: list[int], begin: int, end: int) -> dict:
    return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}


DIGEST = "xxh64:0000000000000000"
TABLE_ENTRY = text({"columns": [AGE, CITY], "targets": [PRICE]})
SAFETENSORS = {
    "one": safetensors(text({"a": tensor("F32", [2, 2], 0, 16)}), bytes(16)),
    "digest": safetensors(text({"__metadata__": {"digest": DIGEST}, "a": tensor("U8", [3], 0, 3)}), b"abc"),
    "dataset": safetensors(
        text({
            "__metadata__": {"format": "fasttrain.dataset.v1", "classes": '["a","b"]', "digest": DIGEST, "x_scale": "0.5"},
            "train.x": tensor("U8", [2, 3], 0, 6), "train.y": tensor("U8", [2], 6, 8),
        }), b"abcdef\0\1"),
    "foreign-dataset": safetensors(
        text({"train.x": tensor("F32", [2, 1], 0, 8), "train.y": tensor("F32", [2], 8, 16)}), bytes(16)),
    "count": safetensors(text({"n": tensor("I64", [], 0, 8)}), struct.pack("<q", 5)),
    "all-types": safetensors(text({kind: tensor(kind, [0], 0, 0) for kind in ["BOOL", "I8", "F16", "BF16", "U64", "C64"]})),
    "empty-header": safetensors("{}"),
    "padded": safetensors("{}      "),
    "gap": safetensors(text({"a": tensor("U8", [1], 1, 2)}), b"ab"),
    "overlap": safetensors(text({"a": tensor("U8", [2], 0, 2), "b": tensor("U8", [2], 1, 3)}), b"abc"),
    "twice": safetensors('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{}}'),
    "huge-shape": safetensors(text({"a": tensor("F32", [1 << 40, 1 << 40], 0, 0)})),
    "empty-and-huge": safetensors(text({"a": tensor("F32", [0, 1 << 62], 0, 0)})),
    "huge-offset": safetensors(text({"a": tensor("U8", [1], (1 << 63) - 2, (1 << 63) - 1)})),
    "long-header": struct.pack("<Q", 1 << 62) + b"{}",
    "escaped-digest": safetensors('{"__metadata__":{"digest":"xxh64:\\u003000000000000000"}}'),
}


def assembly(entries: dict, tensors: str, data: bytes = b"") -> bytes:
    lines = "".join(f"{key}={value if isinstance(value, str) else text(value)}\n" for key, value in entries.items())
    return f"{lines}\n{tensors}\n".encode() + data


def dataset(entries: dict, tensors: str, data: bytes = b"") -> bytes:
    return assembly({"format": "fasttrain.dataset.v1", "digest": DIGEST} | entries, tensors, data)


FLOATS = struct.pack("<4f", 0, 0.5, 1, -2)
DATASETS = {
    "classes": dataset({"classes": ["a", "b"], "x_scale": "0.00392"}, "train.x U8 2 2 2\ntrain.y U8 2\n", b"\0\1"),
    "test-rows": dataset({"classes": ["a", "b"]}, "train.x F32 2 1\ntrain.y U16 2\ntest.x F32 1 1\ntest.y U16 1\n"),
    "weights": dataset({"targets": ["t"]}, "train.x F32 2 2\ntrain.y F32 2 1\ntrain.w F32 2\n", struct.pack("<f", 0.5)),
    "long-labels": dataset({"classes": ["a"]}, "train.x F32 1 1\ntrain.y I64 1\n"),
    "targets": dataset({"targets": ["s", "t"]}, "train.x F32 2 2\ntrain.y F32 2 2\n", FLOATS),
    "table": dataset({"targets": ["price"], "preprocessing": TABLE_ENTRY}, "train.x F32 2 4\ntrain.y F32 2 1\n", FLOATS),
    "series": dataset(
        {"targets": ["price[+1]"],
         "preprocessing": {"columns": [RATE], "targets": [PRICE], "window": {"length": 3, "horizon": 1}}},
        "train.x F32 2 3\ntrain.y F32 2 1\n", FLOATS),
    "foreign": assembly({}, "train.x F32 2 2\ntrain.y U8 2\n", b"\0\0\0\0"),
    "foreign-numbers": assembly({"x_scale": "2"}, "train.x U8 2 2\ntrain.y F32 2 3\n", b"\0\0\0\0"),
    "no-rows": dataset({"classes": ["a"]}, "train.x F32 0 2\ntrain.y U8 0\n"),
    "not-finite": dataset({"targets": ["t"]}, "train.x F32 1 1\ntrain.y F32 1\n", b"\0\0\x80\x7f"),
    "no-class": dataset({"classes": ["a"]}, "train.x F32 1 1\ntrain.y U8 1\n", b"\7\0\0\0"),
}
