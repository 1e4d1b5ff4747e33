"""Trained networks."""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _library
from .datasets import Array, Dataset, matrix
from .errors import UsageError


class Model:
    """A trained network, with everything needed to predict from rows of features."""

    _predictor: _library.Handle | None = None

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open a model file, the model of a run folder, or that of a checkpoint."""
        self._take(_library.made("model_open", _library.path_bytes(path)))

    def _take(self, handle: _library.Handle) -> None:
        self._handle = handle
        description = _library.described("model_describe", handle)
        self.recipe: dict[str, Any] = description["recipe"]
        self.feature_shape: tuple[int, ...] = tuple(description["feature_shape"])
        self.classes: list[str] | None = description.get("classes")
        self.targets: list[str] | None = description.get("targets")
        self.has_probabilities: bool = description["probabilities"]
        self._takes_bytes = "scale" in description
        self._shapes = {each["name"]: tuple(each["shape"]) for each in description["parameters"]}

    @classmethod
    def _of(cls, handle: _library.Handle) -> Model:
        model = cls.__new__(cls)
        model._take(handle)
        return model

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a model file, completely or not at all."""
        _library.call("model_save", self._handle, _library.path_bytes(path))

    @property
    def parameters(self) -> dict[str, NDArray[np.float32]]:
        """Copies of the parameters, by the names that they have in a torch.nn.Sequential."""
        found = {}
        for name, shape in self._shapes.items():
            values = np.empty(shape, dtype=np.float32)
            _library.call("model_parameter", self._handle, name.encode(), values.ctypes.data, values.size)
            found[name] = values
        return found

    def predict_values(self, x: ArrayLike, *, threads: int = 0) -> NDArray[np.float32]:
        """Return the network's values: probabilities of the classes or labels, or numbers.

        Args:
            x: The features, [rows, …]: uint8 if the model was trained on uint8, otherwise numbers.
            threads: The number of threads; 0 means one unless there are very many rows.

        Returns:
            [rows, classes or targets]
        """
        features = matrix(x)
        width = math.prod(self.feature_shape)
        if math.prod(features.shape[1:]) != width:
            raise UsageError(f"x: expected rows of {width} features, found rows of {list(features.shape[1:])}")
        is_bytes = features.dtype == np.uint8
        if not self._takes_bytes and is_bytes:
            features, is_bytes = features.astype(np.float32), False
        values = np.empty((len(features), len(self.classes or self.targets or [])), dtype=np.float32)
        if len(features) > 0:
            _library.call(
                "predictor_predict", self._prepared(), features.ctypes.data, _library.U8 if is_bytes else _library.F32,
                len(features), threads, values.ctypes.data)
        return values

    def predict(self, x: ArrayLike, *, threads: int = 0) -> Array:
        """Return the most probable class of each row, by its name, or the predicted numbers; see `predict_values`."""
        values = self.predict_values(x, threads=threads)
        return values if self.classes is None else np.array(self.classes)[values.argmax(axis=1)]

    def evaluate(self, data: Dataset, split: str = "test", *, threads: int = 0) -> dict[str, Any]:
        """Return the loss and the score on the "test" or "train" rows of a data set, as `fasttrain evaluate --json`."""
        if split not in ("test", "train"):
            raise UsageError(f"split: expected test or train, found {split!r}")
        return _library.described("model_evaluate", self._handle, data._handle, split == "test", threads)

    def to_torch(self) -> Any:
        """Return the network as a torch.nn.Sequential in evaluation mode, which predicts the values before softmax.

        It takes rows of floats, [rows, features]: uint8 features flattened, times the data set's scale.
        """
        from ._torch import sequential

        return sequential(self.recipe, self.parameters)

    def _prepared(self) -> _library.Handle:
        if self._predictor is None:
            self._predictor = _library.made("predictor_make", self._handle)
        return self._predictor

    def __repr__(self) -> str:
        outputs = f"{len(self.classes)} classes" if self.classes else f"{len(self.targets or [])} targets"
        return f"<fasttrain.Model: features {list(self.feature_shape)}, hidden {self.recipe['hidden']}, {outputs}>"

    def __getstate__(self) -> bytes:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.safetensors")
            self.save(path)
            with open(path, "rb") as file:
                return file.read()

    def __setstate__(self, state: bytes) -> None:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.safetensors")
            with open(path, "wb") as file:
                file.write(state)
            self._take(_library.made("model_open", _library.path_bytes(path)))

    def __del__(self) -> None:
        if self._predictor:
            _library.library.fasttrain_predictor_release(self._predictor)
        if handle := getattr(self, "_handle", None):
            _library.library.fasttrain_model_release(handle)


def load(path: str | os.PathLike[str]) -> Model:
    """Open a model file, the model of a run folder, or that of a checkpoint."""
    return Model(path)
