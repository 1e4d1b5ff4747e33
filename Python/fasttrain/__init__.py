"""Fast training of multilayer perceptrons on CPUs.

>>> import fasttrain
>>> run = fasttrain.train({"hidden": [128], "epochs": 10}, fasttrain.Dataset.sample())
>>> run.test["accuracy"]
0.931
>>> run.model.predict(images)

A run is the same, bit for bit, as that of the program `fasttrain` with the same recipe and data, on any number of
threads.

`MLPClassifier` and `MLPRegressor` have the interface of scikit-learn's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._library import version as _version
from .datasets import Dataset
from .errors import BadDataError, DivergedError, FasttrainError, FileError, UsageError
from .models import Model, load
from .runs import Run, resume, train

if TYPE_CHECKING:
    from .estimators import MLPClassifier, MLPRegressor

__all__ = [
    "BadDataError",
    "Dataset",
    "DivergedError",
    "FasttrainError",
    "FileError",
    "MLPClassifier",
    "MLPRegressor",
    "Model",
    "Run",
    "UsageError",
    "load",
    "resume",
    "train",
]

__version__ = _version


def __getattr__(name: str) -> Any:
    # The estimators import scikit-learn, if it is installed, which takes a second.
    if name in ("MLPClassifier", "MLPRegressor"):
        from . import estimators

        return getattr(estimators, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
