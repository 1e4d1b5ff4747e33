"""Data sets."""

from __future__ import annotations

import ctypes
import itertools
import os
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _library
from .errors import UsageError

Array = NDArray[Any]


class Dataset:
    """Training rows and, optionally, test rows."""

    def __init__(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        x_test: ArrayLike | None = None,
        y_test: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        weights_test: ArrayLike | None = None,
        targets: list[str] | None = None,
        name: str = "rows in memory",
        scale: float = 1 / 255,
    ) -> None:
        """Make a data set of arrays. They are used in place if they are C-contiguous and of the types below.

        Args:
            x: The features, [rows, …]. uint8 stays so; other numbers become float32.
            y: What to predict. Integers, booleans, strings and other objects are classes, [rows]; floats are numbers,
                [rows] or [rows, targets].
            x_test: The features of the test rows.
            y_test: What to predict for the test rows.
            weights: The weight of each row.
            weights_test: The weight of each test row.
            targets: The names of the numbers to predict.
            name: A name for messages.
            scale: The factor of uint8 features.

        Raises:
            BadDataError: The arrays do not fit together, or a number is not finite.
        """
        if (x_test is None) != (y_test is None):
            raise UsageError("x_test and y_test: expected both or none, found one")
        parts = [_Part(x, y, weights)]
        if x_test is not None and y_test is not None:
            parts.append(_Part(x_test, y_test, weights_test))
        description: dict[str, Any] = {"name": name, "feature_shape": parts[0].features.shape[1:], "scale": scale}
        if parts[0].is_regression:
            width = 1 if parts[0].targets.ndim == 1 else parts[0].targets.shape[1]
            description["targets"] = targets or [str(place) for place in range(width)]
        else:
            classes = np.unique(np.concatenate([np.unique(part.targets) for part in parts]))
            for part in parts:
                part.targets = np.searchsorted(classes, part.targets).astype(np.int64)
            description["classes"] = [str(value) for value in classes]
        rows = [part.rows() for part in parts]
        test = ctypes.byref(rows[1]) if len(rows) > 1 else None
        self._take(_library.made("dataset_make", _library.encoded(description), ctypes.byref(rows[0]), test))

    def _take(self, handle: _library.Handle) -> None:
        self._handle = handle
        description = _library.described("dataset_describe", handle)
        self.name: str = description["name"]
        self.train_rows: int = description["train_rows"]
        self.test_rows: int = description["test_rows"]
        self.feature_shape: tuple[int, ...] = tuple(description["feature_shape"])
        self.classes: list[str] | None = description.get("classes")
        self.targets: list[str] | None = description.get("targets")

    @classmethod
    def _of(cls, handle: _library.Handle) -> Dataset:
        dataset = cls.__new__(cls)
        dataset._take(handle)
        return dataset

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, in_memory: bool = False) -> Dataset:
        """Open a data set file.

        Args:
            path: The path of the file.
            in_memory: Whether to read the whole file. Otherwise it is mapped, and must not be truncated while it is in
                use.
        """
        return cls._of(_library.made("dataset_open", _library.path_bytes(path), in_memory))

    @classmethod
    def sample(cls) -> Dataset:
        """Open the built-in sample of MNIST: 4,000 training and 1,000 test rows."""
        return cls._of(_library.made("dataset_sample"))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the data set to a file, completely or not at all."""
        _library.call("dataset_write", self._handle, _library.path_bytes(path))

    def __repr__(self) -> str:
        outputs = f"{len(self.classes)} classes" if self.classes else f"{len(self.targets or [])} targets"
        return f"<fasttrain.Dataset {self.name!r}: {self.train_rows} + {self.test_rows} rows, {outputs}>"

    def __del__(self) -> None:
        if handle := getattr(self, "_handle", None):
            _library.library.fasttrain_dataset_release(handle)


def from_arrays(x: Array, y: Array, weights: Array | None, outputs: dict[str, list[str]]) -> Dataset:
    """Return a data set of checked arrays for an estimator, whose uint8 features are numbers as they are.

    Args:
        x: The features, [rows, features].
        y: The places of the classes, int64 [rows], or the numbers to predict, float32 [rows] or [rows, targets].
        weights: The weight of each row.
        outputs: The names of the "classes" or "targets".
    """
    part = _Part(x, y, weights)
    description = {"name": "X", "feature_shape": part.features.shape[1:], "scale": 1.0, **outputs}
    return Dataset._of(
        _library.made("dataset_make", _library.encoded(description), ctypes.byref(part.rows()), None))


class _Part:
    """The arrays of the training or the test rows."""

    def __init__(self, x: ArrayLike, y: ArrayLike, weights: ArrayLike | None) -> None:
        self.features = matrix(x)
        targets = np.asarray(y)
        self.is_regression = targets.dtype.kind == "f"
        self.targets: Array = targets.astype(np.float32, copy=False) if self.is_regression else targets
        self.weights = None if weights is None else np.ascontiguousarray(weights, dtype=np.float32)
        if self.targets.ndim not in ((1, 2) if self.is_regression else (1,)):
            expected = "[rows] or [rows, targets]" if self.is_regression else "[rows]"
            raise UsageError(f"y: expected {expected}, found the shape {list(self.targets.shape)}")
        for name, array in (("y", self.targets), ("weights", self.weights)):
            if array is not None and len(array) != len(self.features):
                raise UsageError(f"{name}: expected {len(self.features)} rows as in x, found {len(array)}")

    def rows(self) -> _library.Rows:
        """Return the arrays for the library, which keeps them until it calls `release`."""
        targets = np.ascontiguousarray(self.targets)
        context = _hold((self.features, targets, self.weights))
        return _library.Rows(
            count=len(self.features),
            features=self.features.ctypes.data,
            features_type=_library.U8 if self.features.dtype == np.uint8 else _library.F32,
            targets=targets.ctypes.data,
            targets_type=_library.F32 if self.is_regression else _library.I64,
            weights=None if self.weights is None else self.weights.ctypes.data,
            release=_let_go,
            context=context,
        )


def matrix(x: ArrayLike) -> Array:
    """Return features as a C-contiguous array of uint8 or float32 with at least two dimensions."""
    array = np.asarray(x)
    if array.ndim < 2:
        raise UsageError(f"x: expected [rows, …], found the shape {list(array.shape)}")
    if array.dtype.kind not in "fiub":
        raise UsageError(f"x: expected numbers, found the type {array.dtype}")
    return np.ascontiguousarray(array, dtype=np.uint8 if array.dtype == np.uint8 else np.float32)


# The arrays that the library reads, by the context that it releases them with.
_held: dict[int, Any] = {}
_contexts = itertools.count(1)


def _hold(arrays: Any) -> int:
    context = next(_contexts)
    _held[context] = arrays
    return context


def _pop(context: int) -> None:
    _held.pop(context, None)


_let_go = _library.Release(_pop)
