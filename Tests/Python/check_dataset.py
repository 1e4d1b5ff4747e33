#!/usr/bin/env python3
"""Compare a converted MNIST file with its IDX files, without any code of fasttrain.

    pip install safetensors numpy
    python3 Tests/Python/check_dataset.py FILE MNISTDIR

Opens FILE with the safetensors package and compares names, types, shapes and every value.
"""

import gzip
import json
import pathlib
import struct
import sys

import numpy as np
from safetensors import safe_open

SOURCES = {
    "train.x": "train-images-idx3-ubyte",
    "train.y": "train-labels-idx1-ubyte",
    "test.x": "t10k-images-idx3-ubyte",
    "test.y": "t10k-labels-idx1-ubyte",
}


def read_idx(folder, stem):
    """Return the array of an IDX file of bytes, compressed or not."""
    plain = folder / stem
    content = plain.read_bytes() if plain.exists() else gzip.open(folder / (stem + ".gz")).read()
    zero, kind, rank = struct.unpack_from(">HBB", content)
    assert (zero, kind) == (0, 8), f"{stem}: not an IDX file of bytes"
    shape = struct.unpack_from(f">{rank}I", content, 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(shape)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    path, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    with safe_open(path, framework="numpy") as file:
        assert set(file.keys()) == set(SOURCES), file.keys()
        metadata = file.metadata()
        assert metadata["format"] == "fasttrain.dataset.v1", metadata
        assert json.loads(metadata["classes"]) == [str(c) for c in range(10)], metadata
        assert np.float32(metadata["x_scale"]) == np.float32(1) / np.float32(255), metadata
        for name, stem in SOURCES.items():
            found, expected = file.get_tensor(name), read_idx(folder, stem)
            assert found.dtype == np.uint8, f"{name}: {found.dtype}"
            assert found.shape == expected.shape, f"{name}: {found.shape}, expected {expected.shape}"
            assert np.array_equal(found, expected), f"{name}: other values"
            print(f"{name}: {found.dtype} {list(found.shape)}, equal to {stem}")


if __name__ == "__main__":
    main()
