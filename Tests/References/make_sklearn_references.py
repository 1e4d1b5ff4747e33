#!/usr/bin/env python3
"""Write the reference files sklearn-*.safetensors beside this script: results of scikit-learn's MLPClassifier and
MLPRegressor, for our tests to compare with.

    python3 -m venv venv && venv/bin/pip install scikit-learn safetensors
    venv/bin/python Tests/References/make_sklearn_references.py

The files are committed, so the tests need neither Python nor scikit-learn.

sklearn-tolerance.safetensors: its rules of tol, n_iter_no_change and the adaptive rate, applied to synthetic figures.
    loss.<n> or score.<n>   [epochs], a training loss or a validation score per epoch
    loss.<n>.rates          [trained epochs], the learning rate of each (0.1 in the first)
    metadata                loss.<n>: tol, n_iter_no_change, learning_rate

sklearn-mlp.safetensors: fits on 50 rows of 6 features, in file order.
    <case>.x, <case>.y                  [50, 6]; [50] I64 classes, or [50, outputs] labels or numbers
    <case>.weights                      optional: [50], sample_weight
    <case>.initial.<layer>.coefs        [inputs, outputs], before the fit; .intercepts [outputs]
    <case>.final.<layer>.coefs          likewise, after it
    <case>.loss_curve                   [epochs]
    <case>.answers                      [50, outputs], predict_proba or predict
    <case>.score                        [1], on the same rows
    metadata                            <case>: the settings as JSON

sklearn-data.safetensors: real data sets from scikit-learn, standardized (digits unchanged), and the test scores of its
estimators with ten seeds.
    <set>.train.x, .train.y, .test.x, .test.y
    <set>.scores                        [10]
    metadata                            <set>: the settings as JSON
"""

import json
import warnings

import numpy as np
import reference_file
import sklearn
from sklearn import datasets
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.neural_network._stochastic_optimizers import SGDOptimizer
from sklearn.preprocessing import StandardScaler


def rates_by_rule(kind: str, figures: np.ndarray, tol: float, epochs: int, schedule: str) -> list[float]:
    """Reproduce the loop of MLPRegressor._fit_stochastic around scikit-learn's own rules."""
    estimator = MLPRegressor(solver="sgd", tol=tol, n_iter_no_change=epochs, early_stopping=kind == "score")
    optimizer = SGDOptimizer([], 0.1, schedule)
    estimator._no_improvement_count = 0
    estimator.coefs_ = estimator.intercepts_ = []
    estimator.loss_curve_, estimator.validation_scores_ = [], []
    estimator.best_loss_, estimator.best_validation_score_ = np.inf, -np.inf
    rates = []
    for figure in figures.astype(float):
        rates.append(optimizer.learning_rate)
        estimator.loss_curve_.append(figure)
        estimator._score = lambda *_, **__: figure
        estimator._update_no_improvement_count(kind == "score", None, None, None)
        optimizer.iteration_ends(0)
        if estimator._no_improvement_count > epochs:
            if optimizer.trigger_stopping("", False):
                break
            estimator._no_improvement_count = 0
    return rates


def tolerance_references() -> None:
    random = np.random.default_rng(1)
    tensors, metadata = {}, {}
    for kind in ["loss", "score"]:
        for index, (tol, epochs, schedule) in enumerate(
            [(1e-4, 10, "adaptive"), (0.0, 1, "adaptive"), (0.01, 2, "adaptive"), (1e-4, 10, "constant"), (0.01, 3, "constant")]
        ):
            falling = np.round(1 / (1 + 0.2 * np.arange(400)) + 0.02 * random.random(400), 3)  # includes equal values
            figures = (falling if kind == "loss" else 1 - falling).astype(np.float32)
            rates = rates_by_rule(kind, figures, tol, epochs, schedule)
            name = f"{kind}.{index}"
            print(f"{name}: ends after {len(rates)} epochs, at a rate of {rates[-1]:g}")
            tensors[name] = figures
            tensors[f"{name}.rates"] = np.array(rates, np.float32)
            metadata[name] = f"{tol} {epochs} {schedule}"
    write("sklearn-tolerance", tensors, metadata)

def record_initial(kind):
    """An estimator that keeps its initial weights."""

    class Recorded(kind):
        def _init_coef(self, *arguments):
            weights = super()._init_coef(*arguments)
            self.__dict__.setdefault("initial", []).append([weight.copy() for weight in weights])
            return weights

    Recorded.__name__ = kind.__name__
    return Recorded


COMMON = {"hidden_layer_sizes": (8, 5), "shuffle": False, "batch_size": 16, "max_iter": 40, "alpha": 0.05, "tol": 0.0}
CASES = {  # name: (outputs, settings); the outputs of a classifier are its classes
    "classes-adam": (4, {"learning_rate_init": 0.01}),
    "classes-adam-settings": (
        4, {"activation": "tanh", "learning_rate_init": 0.01, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3},
    ),
    "classes-sgd": (4, {"solver": "sgd", "activation": "logistic", "learning_rate_init": 0.1, "nesterovs_momentum": False}),
    "classes-sgd-plain": (4, {"solver": "sgd", "activation": "identity", "learning_rate_init": 0.02, "momentum": 0.0}),
    "classes-nesterov": (4, {"solver": "sgd", "activation": "tanh", "learning_rate_init": 0.02}),
    "classes-invscaling": (
        4, {"solver": "sgd", "activation": "tanh", "learning_rate_init": 0.1, "learning_rate": "invscaling", "power_t": 0.3},
    ),
    "classes-adaptive": (
        4,
        {"solver": "sgd", "activation": "tanh", "learning_rate_init": 0.05, "learning_rate": "adaptive", "tol": 0.01,
         "n_iter_no_change": 2, "max_iter": 100},
    ),
    "classes-tol": (4, {"activation": "tanh", "learning_rate_init": 0.02, "tol": 0.004, "n_iter_no_change": 3, "max_iter": 100}),
    "numbers-adam": (1, {"activation": "tanh", "learning_rate_init": 0.01, "epsilon": 1e-3}),
    "numbers-sgd": (2, {"solver": "sgd", "activation": "tanh", "learning_rate_init": 0.01}),
    "numbers-adaptive": (
        2,
        {"solver": "sgd", "activation": "logistic", "learning_rate_init": 0.02, "learning_rate": "adaptive", "tol": 0.002,
         "n_iter_no_change": 2, "max_iter": 150},
    ),
    "numbers-auto": (3, {"batch_size": "auto", "activation": "relu", "learning_rate_init": 0.01, "hidden_layer_sizes": (7,)}),
}
# Without hidden layers, lbfgs reaches the same minimum from every starting point. The path is not compared, nor are the
# intercepts of softmax, which are defined only up to a constant.
LBFGS = {"solver": "lbfgs", "hidden_layer_sizes": (), "alpha": 1.0, "tol": 1e-7, "max_iter": 2000, "max_fun": 100_000}
ROWS, FEATURES = 50, 6
CASES |= {
    "classes-lbfgs": (4, LBFGS),
    "classes-two-lbfgs-weights": (2, LBFGS),
    "labels-lbfgs": (3, LBFGS),
    "numbers-lbfgs": (1, LBFGS),
    "counts-poisson-lbfgs": (1, LBFGS | {"loss": "poisson"}),
    "classes-two": (2, {"activation": "tanh", "learning_rate_init": 0.01, "epsilon": 1e-4}),
    "classes-two-sgd": (2, {"solver": "sgd", "activation": "logistic", "learning_rate_init": 0.1}),
    "classes-weights": (4, {"solver": "sgd", "activation": "tanh", "learning_rate_init": 0.02}),
    "classes-two-weights": (2, {"activation": "tanh", "learning_rate_init": 0.01, "epsilon": 1e-4}),
    "labels-sgd": (3, {"solver": "sgd", "activation": "tanh", "learning_rate_init": 0.05}),
    "numbers-weights": (2, {"solver": "sgd", "activation": "tanh", "learning_rate_init": 0.02}),
    "counts-poisson": (1, {"loss": "poisson", "solver": "sgd", "activation": "tanh", "learning_rate_init": 0.02}),
    "counts-poisson-weights": (2, {"loss": "poisson", "activation": "tanh", "learning_rate_init": 0.01, "epsilon": 1e-4}),
}


def mlp_references() -> None:
    warnings.simplefilter("ignore")
    tensors, metadata = {}, {}
    for name, (outputs, settings) in CASES.items():
        settings = COMMON | settings
        is_classifier = name.startswith(("classes", "labels"))
        kind = record_initial(MLPClassifier if is_classifier else MLPRegressor)
        for seed in range(1, 500):
            random = np.random.default_rng(seed)
            x = random.normal(size=(ROWS, FEATURES)).astype(np.float32)
            y = np.tanh(x @ random.normal(size=(FEATURES, outputs))) + 0.5 * random.normal(size=(ROWS, outputs))
            if name.startswith("classes"):
                y = y.argmax(1)
            elif name.startswith("labels"):
                y = (y > 0.3).astype(np.int64)
            elif name.startswith("counts"):
                y = random.poisson(np.exp(y)).astype(np.float32)
            else:
                y = y.astype(np.float32)
            target = y.ravel() if outputs == 1 else y
            weights = np.round(random.uniform(0, 3, ROWS)) if name.endswith("weights") else None
            single = kind(random_state=seed, **settings).fit(x, target, weights)
            exact = kind(random_state=seed, **settings)
            exact.fit(x.astype(np.float64), target if is_classifier else target.astype(np.float64), weights)
            # A reference must be robust to rounding: see make_references.py.
            if settings.get("solver") == "lbfgs":
                break
            if single.n_iter_ != exact.n_iter_:
                continue
            pairs = zip([*single.coefs_, single.loss_curve_], [*exact.coefs_, exact.loss_curve_])
            if max(np.abs(np.subtract(*pair)).max() for pair in pairs) < 5e-6:
                break
        else:
            raise SystemExit(f"{name}: no seed gives a run that forgives rounding")
        print(f"{name}: seed {seed}, {single.n_iter_} epochs, loss {single.loss_:.4f}")
        tensors[f"{name}.x"] = x
        tensors[f"{name}.y"] = y.astype(np.int64) if y.ndim == 1 else y.astype(np.float32)
        for layer, (coefs, intercepts) in enumerate(single.initial):
            tensors[f"{name}.initial.{layer}.coefs"] = coefs
            tensors[f"{name}.initial.{layer}.intercepts"] = intercepts
        for layer, (coefs, intercepts) in enumerate(zip(exact.coefs_, exact.intercepts_)):
            tensors[f"{name}.final.{layer}.coefs"] = coefs.astype(np.float32)
            tensors[f"{name}.final.{layer}.intercepts"] = intercepts.astype(np.float32)
        curve = [exact.loss_] if settings.get("solver") == "lbfgs" else exact.loss_curve_
        tensors[f"{name}.loss_curve"] = np.array(curve, np.float32)
        if weights is not None:
            tensors[f"{name}.weights"] = weights.astype(np.float32)
        answers = exact.predict_proba(x) if is_classifier else exact.predict(x).reshape(ROWS, -1)
        tensors[f"{name}.answers"] = answers.astype(np.float32)
        tensors[f"{name}.score"] = np.array([exact.score(x, target, weights)], np.float32)
        metadata[name] = json.dumps(settings)
    write("sklearn-mlp", tensors, metadata)



SETS = {  # name: (loader, settings)
    "iris": (datasets.load_iris, {"max_iter": 300, "learning_rate_init": 0.01}),
    "wine": (datasets.load_wine, {"hidden_layer_sizes": (30,), "learning_rate_init": 0.02, "early_stopping": True}),
    "breast-cancer": (datasets.load_breast_cancer, {"activation": "logistic", "batch_size": 32, "alpha": 0.1}),
    "digits": (datasets.load_digits, {"hidden_layer_sizes": (50,), "solver": "sgd", "learning_rate_init": 0.002, "learning_rate": "adaptive", "max_iter": 60}),
    "diabetes": (datasets.load_diabetes, {"solver": "lbfgs", "hidden_layer_sizes": (10,), "activation": "tanh", "alpha": 10.0, "max_iter": 100}),
    "linnerud": (datasets.load_linnerud, {"hidden_layer_sizes": (5,), "alpha": 3.0, "learning_rate_init": 0.01}),
}
SEEDS = 10


def real_data_references() -> None:
    warnings.simplefilter("ignore")
    tensors, metadata = {}, {}
    for name, (load, settings) in SETS.items():
        x, y = load(return_X_y=True)
        is_classifier = y.dtype.kind == "i"
        x, x_test, y, y_test = train_test_split(
            x, y, test_size=0.3, random_state=0, stratify=y if is_classifier else None
        )
        if name == "digits":  # 0 to 16, unchanged: fewer bytes
            x, x_test = x.astype(np.uint8), x_test.astype(np.uint8)
        else:
            scaler = StandardScaler().fit(x)
            x, x_test = scaler.transform(x).astype(np.float32), scaler.transform(x_test).astype(np.float32)
        if is_classifier:
            y, y_test = y.astype(np.uint8), y_test.astype(np.uint8)
        else:
            y, y_test = y.reshape(len(y), -1), y_test.reshape(len(y_test), -1)
            scaler = StandardScaler().fit(y)
            y, y_test = scaler.transform(y).astype(np.float32), scaler.transform(y_test).astype(np.float32)
        kind = MLPClassifier if is_classifier else MLPRegressor
        parts = {"train.x": x, "train.y": y, "test.x": x_test, "test.y": y_test}
        tensors |= {f"{name}.{part}": value for part, value in parts.items()}
        scores = [
            kind(random_state=seed, **settings)
            .fit(x.astype(np.float32), y.squeeze())
            .score(x_test.astype(np.float32), y_test.squeeze())
            for seed in range(SEEDS)
        ]
        print(f"{name}: score {np.mean(scores):.4f}, standard error {np.std(scores, ddof=1) / SEEDS**0.5:.4f}")
        tensors[f"{name}.scores"] = np.array(scores, np.float32)
        metadata[name] = json.dumps(settings)
    write("sklearn-data", tensors, metadata)


def write(name: str, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    reference_file.write(name, tensors, metadata | {"scikit-learn": sklearn.__version__})


def main() -> None:
    tolerance_references()
    mlp_references()
    real_data_references()


if __name__ == "__main__":
    main()
