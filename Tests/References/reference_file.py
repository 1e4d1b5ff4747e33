"""Write the reference files in a reproducible order."""

import json
import struct
from pathlib import Path

import numpy as np


def write(name: str, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Write a safetensors file in our own order; the order of metadata from the safetensors package changes between
    runs."""
    header = {"__metadata__": metadata}
    payload = b""
    for key, value in tensors.items():
        data = np.ascontiguousarray(value).tobytes()
        header[key] = {
            "dtype": {"float32": "F32", "int64": "I64", "uint8": "U8"}[value.dtype.name],
            "shape": list(value.shape),
            "data_offsets": [len(payload), len(payload) + len(data)],
        }
        payload += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 8) % 64)
    Path(__file__).with_name(f"{name}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + payload)
