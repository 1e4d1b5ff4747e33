"""scikit-learn's MLPClassifier and MLPRegressor, trained by fasttrain."""

from __future__ import annotations

import ctypes
import json
import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _library, _scikit
from .datasets import Dataset, from_arrays
from .errors import UsageError
from .models import Model

Array = NDArray[Any]


class _MLP(_scikit.BaseEstimator):
    """What both estimators share. The parameters are those of scikit-learn, with n_jobs for the number of threads."""

    _estimator: _library.Handle | None = None
    _loss: str
    _scores: list[float]
    _is_multilabel: bool

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: Any = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: int = 10,
        max_fun: int = 15000,
        n_jobs: int | None = None,
        callbacks: list[Callable[[dict[str, Any]], Any]] | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.n_jobs = n_jobs
        self.callbacks = callbacks

    # MARK: - Training

    def _settings(self) -> dict[str, Any]:
        """The parameters as the library takes them."""
        sizes = np.atleast_1d(np.asarray(self.hidden_layer_sizes, dtype=object)).tolist()
        settings = {
            name: getattr(self, name)
            for name in (
                "activation", "solver", "alpha", "learning_rate", "learning_rate_init", "power_t", "max_iter",
                "shuffle", "tol", "warm_start", "momentum", "nesterovs_momentum", "early_stopping",
                "validation_fraction", "beta_1", "beta_2", "epsilon", "max_fun",
            )
        }
        endless = self.n_iter_no_change == np.inf
        return settings | {
            "loss": self._loss,
            "hidden_layer_sizes": sizes,
            "batch_size": None if isinstance(self.batch_size, str) and self.batch_size == "auto" else self.batch_size,
            "n_iter_no_change": None if endless else self.n_iter_no_change,
            "random_state": _seed(self.random_state),
            "threads": _threads(self.n_jobs),
        }

    def _train(self, data: Dataset, *, is_partial: bool) -> Any:
        raised: list[BaseException] = []

        def hear(_: int | None, text: bytes) -> bool:
            try:
                event = json.loads(text)
                if self.verbose:
                    print(f"Iteration {event['epoch']}, loss = {event['loss']:.8f}")
                    if event["validation_score"] is not None:
                        print(f"Validation score: {event['validation_score']:f}")
                return any([callback(event) for callback in self.callbacks or []])
            except BaseException as error:  # noqa: BLE001: C cannot pass it on, so it is raised below
                raised.append(error)
                return True

        continues = self._estimator is not None and (is_partial or self.warm_start)
        estimator = self._estimator if continues else _library.made("estimator_make")
        text = _library.Text()
        try:
            _library.call(
                "estimator_fit", estimator, _library.encoded(self._settings()), data._handle, is_partial,
                _library.Progress(hear), None, ctypes.byref(text))
        except BaseException:
            if not continues:
                _library.library.fasttrain_estimator_release(estimator)
            raise
        if not continues:
            self._let_go()
            self._estimator = estimator
        self._model = Model._of(_library.made("estimator_model", estimator))
        self._set_attributes(json.loads(_library.taken(text)), continues)
        if raised and not isinstance(raised[0], KeyboardInterrupt):
            raise raised[0]
        if raised:
            warnings.warn("Training interrupted by user.", stacklevel=3)
        return self

    def _set_attributes(self, found: dict[str, Any], continues: bool) -> None:
        parameters = list(self._model.parameters.values())
        self.coefs_ = [weight.T.astype(np.float64) for weight in parameters[::2]]
        self.intercepts_ = [bias.astype(np.float64) for bias in parameters[1::2]]
        self.n_iter_: int = found["n_iter"]
        self.t_: int = found["t"]
        self.loss_: float = found["loss"]
        self.best_loss_: float | None = found["best_loss"]
        self.n_layers_ = len(self.coefs_) + 1
        self.n_outputs_ = self.coefs_[-1].shape[1]
        self.loss_curve_: list[float] = (self.loss_curve_ if continues else []) + found["loss_curve"]
        self.validation_scores_: list[float] | None = None
        self.best_validation_score_: float | None = None
        if self.early_stopping and self.solver != "lbfgs":
            known = self._scores if continues else []
            self._scores = known + found["validation_scores"]
            self.validation_scores_ = self._scores
            self.best_validation_score_ = found["best_validation_score"]
        else:
            self._scores = []
        self._is_converged: bool = found["converged"]

    def _warn_unless_converged(self) -> None:
        if not self._is_converged and self.n_iter_ >= self.max_iter:
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the optimization hasn't "
                "converged yet.", _scikit.ConvergenceWarning, stacklevel=3)

    def _values(self, x: ArrayLike) -> Array:
        """The network's values for rows that are checked here."""
        _scikit.check_is_fitted(self)
        features = _scikit.features(self, x, reset=False)
        threads = _threads(self.n_jobs) or 0
        return self._model.predict_values(features, threads=threads).astype(np.float64)

    # MARK: - Models

    @property
    def model_(self) -> Model:
        """The trained network as a fasttrain.Model, to save or to evaluate."""
        _scikit.check_is_fitted(self)
        return self._model

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the trained network to a model file, for `fasttrain predict`, PyTorch and `fasttrain.load`."""
        self.model_.save(path)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model")

    def __getstate__(self) -> dict[str, Any]:
        """The state without the optimizer's memory: after unpickling, `partial_fit` starts from new weights."""
        parent = getattr(super(), "__getstate__", None)
        state = dict(parent() if parent else self.__dict__)
        state.pop("_estimator", None)
        return state

    def _let_go(self) -> None:
        if self._estimator:
            _library.library.fasttrain_estimator_release(self._estimator)
            self._estimator = None

    def __del__(self) -> None:
        self._let_go()


class MLPClassifier(_scikit.ClassifierMixin, _MLP):
    """A multilayer perceptron classifier, as scikit-learn's with the same parameters, defaults and attributes.

    Also: more activations (those of fasttrain), `n_jobs`, the number of threads, which changes no bit of the result, and
    `callbacks`, functions that are called with {"epoch", "loss", …} after each epoch and end the fit by returning True.
    """

    _loss = "log_loss"

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> MLPClassifier:
        """Train on rows X, [rows, features], and their classes y, [rows], or labels, [rows, labels] of 0 and 1."""
        continues = self.warm_start and hasattr(self, "_model")
        features, answers = _scikit.features_and_targets(self, X, y, reset=not continues)
        classes, is_multilabel = _scikit.classes_of(answers)
        if continues:
            if not np.array_equal(classes, self.classes_):
                raise ValueError(
                    "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                    f"Previously got {self.classes_}, `y` has {classes}")
        elif len(classes) < 2 and not is_multilabel:
            raise ValueError(f"y: expected at least two classes, found one class: {classes[0]!r}")
        self._fit(features, answers, classes, is_multilabel, sample_weight, is_partial=False)
        self._warn_unless_converged()
        return self

    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None, classes: ArrayLike | None = None
    ) -> MLPClassifier:
        """Train for one epoch that continues the previous ones; the first call needs all `classes`."""
        is_first = not hasattr(self, "_model") or self._estimator is None
        features, answers = _scikit.features_and_targets(self, X, y, reset=is_first)
        found, is_multilabel = _scikit.classes_of(answers)
        if is_first:
            if classes is None and not is_multilabel:
                raise ValueError("classes must be passed on the first call to partial_fit.")
            known = np.unique(np.asarray(classes)) if classes is not None else found
        else:
            known = self.classes_
            if classes is not None and not np.array_equal(np.unique(np.asarray(classes)), known):
                raise ValueError(f"`classes={classes!r}` is not the same as on last call to partial_fit, was: {known!r}")
        if unknown := sorted(set(found.tolist()) - set(known.tolist())):
            raise ValueError(f"y: expected the classes {known}, found {unknown[0]!r}")
        return self._fit(features, answers, known, is_multilabel, sample_weight, is_partial=True)

    def _fit(
        self, features: Array, answers: Array, classes: Array, is_multilabel: bool, sample_weight: ArrayLike | None,
        *, is_partial: bool,
    ) -> MLPClassifier:
        weights = _scikit.weights(sample_weight, features)
        names = [str(value) for value in classes]
        if is_multilabel:
            data = from_arrays(features, answers.astype(np.float32), weights, {"targets": names})
        else:
            codes = np.searchsorted(classes, answers).astype(np.int64)
            data = from_arrays(features, codes, weights, {"classes": names})
        self._train(data, is_partial=is_partial)
        self.classes_ = classes
        self._is_multilabel = is_multilabel
        self.out_activation_ = "softmax" if not is_multilabel and len(classes) > 2 else "logistic"
        return self

    def predict_proba(self, X: ArrayLike) -> Array:
        """Return the probability of each class or label, [rows, classes]."""
        values = self._values(X)
        return values if self._is_multilabel else values / values.sum(axis=1, keepdims=True)

    def predict_log_proba(self, X: ArrayLike) -> Array:
        """Return the logarithms of the probabilities."""
        return np.asarray(np.log(self.predict_proba(X)))

    def predict(self, X: ArrayLike) -> Array:
        """Return the most probable class of each row, or the labels whose probability is above a half."""
        values = self._values(X)
        return (values > 0.5).astype(int) if self._is_multilabel else np.asarray(self.classes_[values.argmax(axis=1)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.classifier_tags.multi_label = True
        return tags


class MLPRegressor(_scikit.RegressorMixin, _MLP):
    """A multilayer perceptron regressor, as scikit-learn's with the same parameters, defaults and attributes.

    Also: more activations (those of fasttrain), `n_jobs`, the number of threads, which changes no bit of the result, and
    `callbacks`, functions that are called with {"epoch", "loss", …} after each epoch and end the fit by returning True.
    """

    def __init__(self, loss: str = "squared_error", hidden_layer_sizes: Any = (100,), activation: str = "relu", *,
                 solver: str = "adam", alpha: float = 0.0001, batch_size: Any = "auto",
                 learning_rate: str = "constant", learning_rate_init: float = 0.001, power_t: float = 0.5,
                 max_iter: int = 200, shuffle: bool = True, random_state: Any = None, tol: float = 1e-4,
                 verbose: bool = False, warm_start: bool = False, momentum: float = 0.9,
                 nesterovs_momentum: bool = True, early_stopping: bool = False, validation_fraction: float = 0.1,
                 beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8, n_iter_no_change: int = 10,
                 max_fun: int = 15000, n_jobs: int | None = None,
                 callbacks: list[Callable[[dict[str, Any]], Any]] | None = None) -> None:
        super().__init__(
            hidden_layer_sizes, activation, solver=solver, alpha=alpha, batch_size=batch_size,
            learning_rate=learning_rate, learning_rate_init=learning_rate_init, power_t=power_t, max_iter=max_iter,
            shuffle=shuffle, random_state=random_state, tol=tol, verbose=verbose, warm_start=warm_start,
            momentum=momentum, nesterovs_momentum=nesterovs_momentum, early_stopping=early_stopping,
            validation_fraction=validation_fraction, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon,
            n_iter_no_change=n_iter_no_change, max_fun=max_fun, n_jobs=n_jobs, callbacks=callbacks)
        self.loss = loss

    @property
    def _loss(self) -> str:  # type: ignore[override]
        return self.loss

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> MLPRegressor:
        """Train on rows X, [rows, features], and the numbers to predict y, [rows] or [rows, targets]."""
        self._fit(X, y, sample_weight, is_partial=False)
        self._warn_unless_converged()
        return self

    def partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> MLPRegressor:
        """Train for one epoch that continues the previous ones."""
        return self._fit(X, y, sample_weight, is_partial=True)

    def _fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, *, is_partial: bool
    ) -> MLPRegressor:
        continues = self._estimator is not None and (is_partial or self.warm_start)
        features, answers = _scikit.features_and_targets(self, X, y, reset=not continues, is_numeric=True)
        width = 1 if answers.ndim == 1 else answers.shape[1]
        names = ["y"] if width == 1 else [f"y{place}" for place in range(width)]
        data = from_arrays(
            features, answers.astype(np.float32), _scikit.weights(sample_weight, features), {"targets": names})
        self._train(data, is_partial=is_partial)
        self.out_activation_ = "exp" if self.loss == "poisson" else "identity"
        return self

    def predict(self, X: ArrayLike) -> Array:
        """Return the predicted numbers, [rows] or [rows, targets]."""
        values = self._values(X)
        return values[:, 0] if values.shape[1] == 1 else values


def _seed(random_state: Any) -> int | None:
    """The seed that a random_state of scikit-learn stands for; None means another one each time."""
    if random_state is None or isinstance(random_state, (int, np.integer)):
        return None if random_state is None else int(random_state)
    if hasattr(random_state, "randint"):
        return int(random_state.randint(np.iinfo(np.int32).max))
    raise UsageError(f"random_state: expected None, an integer or a numpy.random.RandomState, found {random_state!r}")


def _threads(n_jobs: int | None) -> int | None:
    """The number of threads; None means one for each CPU, but no more than a step has work for."""
    if n_jobs is None or n_jobs == -1:
        return None
    return max(1, (os.cpu_count() or 1) + 1 + n_jobs) if n_jobs < 0 else n_jobs
