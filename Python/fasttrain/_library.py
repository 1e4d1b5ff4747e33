"""The C interface (fasttrain.h), through ctypes."""

from __future__ import annotations

import ctypes
import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

from . import errors

ABI = 1

Handle = ctypes.c_void_p
Text = ctypes.c_void_p  # not c_char_p, which would forget the pointer to release
Progress = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_char_p)
Release = ctypes.CFUNCTYPE(None, ctypes.c_void_p)

U8, F32, I64 = 0, 1, 2


class Rows(ctypes.Structure):
    """fasttrain_rows"""

    _fields_ = [
        ("count", ctypes.c_size_t),
        ("features", ctypes.c_void_p),
        ("features_type", ctypes.c_int),
        ("targets", ctypes.c_void_p),
        ("targets_type", ctypes.c_int),
        ("weights", ctypes.c_void_p),
        ("release", Release),
        ("context", ctypes.c_void_p),
    ]


def _load() -> ctypes.CDLL:
    path = pathlib.Path(__file__).with_name("libfasttrain.so.1")
    library = ctypes.CDLL(os.environ.get("FASTTRAIN_LIBRARY", str(path)))
    found = library.fasttrain_abi()
    if found != ABI:
        raise ImportError(f"{path}: expected version {ABI} of the C interface, found {found}")
    pointer, char, texts = ctypes.POINTER(Handle), ctypes.c_char_p, ctypes.POINTER(Text)
    size, number, flag = ctypes.c_size_t, ctypes.c_int32, ctypes.c_bool
    rows = ctypes.POINTER(Rows)
    training = [Progress, ctypes.c_void_p, pointer, texts]
    arguments: dict[str, list[Any]] = {
        "dataset_open": [char, flag, pointer],
        "dataset_sample": [pointer],
        "dataset_make": [char, rows, rows, pointer],
        "dataset_write": [Handle, char],
        "dataset_describe": [Handle, texts],
        "train": [char, Handle, char, *training],
        "resume": [char, Handle, char, *training],
        "model_open": [char, pointer],
        "model_save": [Handle, char],
        "model_describe": [Handle, texts],
        "model_parameter": [Handle, char, ctypes.c_void_p, size],
        "model_evaluate": [Handle, Handle, flag, number, texts],
        "estimator_make": [pointer],
        "estimator_fit": [Handle, char, Handle, flag, Progress, ctypes.c_void_p, texts],
        "estimator_model": [Handle, pointer],
        "predictor_make": [Handle, pointer],
        "predictor_predict": [Handle, ctypes.c_void_p, ctypes.c_int, size, number, ctypes.c_void_p],
    }
    for name, types in arguments.items():
        function = getattr(library, "fasttrain_" + name)
        function.argtypes = [*types, texts]
        function.restype = ctypes.c_int32
    for name in ("text", "dataset", "model", "predictor", "estimator"):
        function = getattr(library, f"fasttrain_{name}_release")
        function.argtypes = [ctypes.c_void_p]
        function.restype = None
    library.fasttrain_version.restype = ctypes.c_char_p
    return library


library = _load()
version: str = library.fasttrain_version().decode()


def call(name: str, *arguments: Any) -> None:
    """Call a function that can fail.

    Raises:
        FasttrainError: The function failed.
    """
    message = Text()
    status = getattr(library, "fasttrain_" + name)(*arguments, ctypes.byref(message))
    if status != 0:
        raise errors.error(status, taken(message))


def taken(text: Text) -> str:
    """Return a text that the library has stored, and release it."""
    value = ctypes.string_at(text.value).decode() if text.value else ""
    library.fasttrain_text_release(text)
    return value


def made(name: str, *arguments: Any) -> Handle:
    """Return the object that a function stores in its last argument but one."""
    handle = Handle()
    call(name, *arguments, ctypes.byref(handle))
    return handle


def described(name: str, *arguments: Any) -> dict[str, Any]:
    """Return the JSON object that a function stores in its last argument but one."""
    text = Text()
    call(name, *arguments, ctypes.byref(text))
    value: dict[str, Any] = json.loads(taken(text))
    return value


def encoded(settings: Mapping[str, Any]) -> bytes:
    """Return settings as JSON. Numbers of NumPy become those of Python; `None` stays `null`."""

    def plain(value: Any) -> Any:
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        if hasattr(value, "tolist"):
            return value.tolist()
        raise TypeError(f"{value!r} is no value of a setting")

    return json.dumps(dict(settings), default=plain).encode()


def path_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return a path as the library takes it."""
    return os.fsencode(path)
