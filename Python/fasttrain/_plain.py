"""What the estimators use in place of scikit-learn if it is not installed."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


class ConvergenceWarning(UserWarning):
    """The fit ended before it converged."""


class BaseEstimator:
    """Parameters by their names, as scikit-learn's."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters."""
        names = [name for name in inspect.signature(type(self).__init__).parameters if name != "self"]
        return {name: getattr(self, name) for name in names}

    def set_params(self, **parameters: Any) -> Any:
        """Set parameters, and return the estimator."""
        for name, value in parameters.items():
            if name not in self.get_params():
                raise ValueError(f"{name}: expected a parameter of {type(self).__name__}, found another name")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        given = [
            f"{name}={value!r}" for name, value in self.get_params().items()
            if value is not defaults[name].default and value != defaults[name].default
        ]
        return f"{type(self).__name__}({', '.join(given)})"


class ClassifierMixin:
    """The score of a classifier."""

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the share of rows that are classified correctly."""
        answers, each = np.asarray(y), _numbers(sample_weight)
        right = self.predict(X) == answers  # type: ignore[attr-defined]
        return float(np.average(right.all(axis=1) if right.ndim == 2 else right, weights=each))


class RegressorMixin:
    """The score of a regressor."""

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the coefficient of determination, averaged over the targets."""
        answers = np.asarray(y, dtype=np.float64).reshape(len(np.asarray(y)), -1)
        each = _numbers(sample_weight)
        predicted = np.asarray(self.predict(X)).reshape(answers.shape)  # type: ignore[attr-defined]
        mean = np.average(answers, axis=0, weights=each)
        rest = np.average((answers - predicted) ** 2, axis=0, weights=each)
        spread = np.average((answers - mean) ** 2, axis=0, weights=each)
        return float(np.mean(1 - rest / spread))


def check_is_fitted(estimator: Any) -> None:
    """Raise ValueError unless an estimator has been trained."""
    if not hasattr(estimator, "_model"):
        raise ValueError(f"This {type(estimator).__name__} instance is not fitted yet.")


def _numbers(weights: ArrayLike | None) -> NDArray[np.float64] | None:
    return None if weights is None else np.asarray(weights, dtype=np.float64)
