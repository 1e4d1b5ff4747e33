"""What the estimators take from scikit-learn if it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

has_scikit_learn = False
if TYPE_CHECKING:
    from ._plain import BaseEstimator as BaseEstimator
    from ._plain import ClassifierMixin as ClassifierMixin
    from ._plain import ConvergenceWarning as ConvergenceWarning
    from ._plain import RegressorMixin as RegressorMixin
    from ._plain import check_is_fitted as check_is_fitted
else:
    try:
        from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.utils.validation import check_is_fitted

        has_scikit_learn = True
    except ImportError:
        from ._plain import BaseEstimator, ClassifierMixin, ConvergenceWarning, RegressorMixin, check_is_fitted


def features(estimator: Any, x: ArrayLike, *, reset: bool) -> Array:
    """Return checked features, and record or compare their number and names."""
    if has_scikit_learn:
        from sklearn.utils.validation import validate_data

        return np.asarray(validate_data(estimator, x, reset=reset, dtype=(np.float64, np.float32, np.uint8)))
    array = np.asarray(x)
    if array.ndim != 2 or array.dtype.kind not in "fiub":
        raise ValueError(f"X: expected numbers [rows, features], found {array.dtype} {list(array.shape)}")
    if reset:
        estimator.n_features_in_ = array.shape[1]
    elif array.shape[1] != estimator.n_features_in_:
        raise ValueError(f"X has {array.shape[1]} features, but {type(estimator).__name__} is expecting "
                         f"{estimator.n_features_in_} features as input.")
    return array


def features_and_targets(
    estimator: Any, x: ArrayLike, y: ArrayLike, *, reset: bool, is_numeric: bool = False
) -> tuple[Array, Array]:
    """Return checked features and targets."""
    if has_scikit_learn:
        from sklearn.utils.validation import column_or_1d, validate_data

        found, answers = validate_data(
            estimator, x, y, reset=reset, multi_output=True, y_numeric=is_numeric,
            dtype=(np.float64, np.float32, np.uint8))
        if answers.ndim == 2 and answers.shape[1] == 1:
            answers = column_or_1d(answers, warn=True)
        return np.asarray(found), np.asarray(answers)
    answers = np.asarray(y, dtype=np.float64 if is_numeric else None)
    found = features(estimator, x, reset=reset)
    if len(answers) != len(found):
        raise ValueError(f"y: expected {len(found)} rows as in X, found {len(answers)}")
    return found, answers[:, 0] if answers.ndim == 2 and answers.shape[1] == 1 else answers


def classes_of(answers: Array) -> tuple[Array, bool]:
    """Return the sorted classes, or the numbers of the labels, and whether each row has any number of labels."""
    if has_scikit_learn:
        from sklearn.utils.multiclass import check_classification_targets, type_of_target, unique_labels

        check_classification_targets(answers)
        kind = type_of_target(answers)
        if kind == "multiclass-multioutput":
            raise ValueError("y: expected one class for each row, or labels of 0 and 1, found several classes")
        if kind == "multilabel-indicator":
            return np.arange(answers.shape[1]), True
        return np.asarray(unique_labels(answers)), False
    return (np.arange(answers.shape[1]), True) if answers.ndim == 2 else (np.unique(answers), False)


def weights(sample_weight: ArrayLike | None, rows: Array) -> Array | None:
    """Return checked weights of rows."""
    if sample_weight is None:
        return None
    if has_scikit_learn:
        from sklearn.utils.validation import _check_sample_weight

        return np.asarray(_check_sample_weight(sample_weight, rows, dtype=np.float64))
    return np.asarray(sample_weight, dtype=np.float64)
