"""Uses the estimators of the Python package as scikit-learn's are used: by its own checks, in its tools, against its scores.

Without scikit-learn, only fits and scores are checked.
"""

import copy
import pickle
import signal
import warnings

import numpy as np
from fasttrain import MLPClassifier, MLPRegressor

try:
    import sklearn
except ImportError:
    sklearn = None

# The checks of scikit-learn that fail, with the reason.
EXPECTED_FAILURES = {
    "check_sample_weight_equivalence_on_dense_data":
        "in single precision, a row with a weight of 3 and three equal rows differ by more than the 1e-7 allowed",
}


def main() -> None:
    check_fits()
    check_continuing()
    check_interruption()
    if sklearn is None:
        print("SKIPPED: the estimators in scikit-learn, which is not installed")
        return
    for estimator in (MLPClassifier(), MLPRegressor()):
        check_by_scikit_learn(estimator)
    check_in_tools()
    check_scores()
    print("Python estimators: as expected")


def circles(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(seed).normal(size=(rows, 2))
    return x, np.array(["in", "out", "far"])[np.digitize((x**2).sum(axis=1), [1, 4])]


def check_fits() -> None:
    x, y = circles(600)
    net = MLPClassifier((32,), learning_rate_init=0.02, max_iter=300, random_state=3).fit(x, y)
    assert net.score(*circles(300, 1)) > 0.93, net.score(*circles(300, 1))
    assert list(net.classes_) == ["far", "in", "out"] and net.n_features_in_ == 2 and net.n_layers_ == 3
    assert [weight.shape for weight in net.coefs_] == [(2, 32), (32, 3)] and net.out_activation_ == "softmax"
    assert len(net.loss_curve_) == net.n_iter_ and net.loss_ == net.loss_curve_[-1] and net.t_ == 600 * net.n_iter_
    probabilities = net.predict_proba(x)
    assert np.allclose(probabilities.sum(axis=1), 1) and np.allclose(np.exp(net.predict_log_proba(x)), probabilities)
    # The network that the attributes describe.
    hidden = np.maximum(x @ net.coefs_[0] + net.intercepts_[0], 0)
    assert (net.classes_[(hidden @ net.coefs_[1] + net.intercepts_[1]).argmax(axis=1)] == net.predict(x)).mean() > 0.998
    for threads in (1, 2, -1):
        other = MLPClassifier((32,), learning_rate_init=0.02, max_iter=300, random_state=3, n_jobs=threads).fit(x, y)
        assert all(np.array_equal(mine, theirs) for mine, theirs in zip(net.coefs_, other.coefs_)), threads
    assert np.array_equal(pickle.loads(pickle.dumps(net)).predict_proba(x), probabilities)
    assert np.array_equal(copy.deepcopy(net).predict_proba(x), probabilities)

    two = MLPClassifier(max_iter=30, random_state=1).fit(x, y == "in")
    assert two.predict(x).dtype == bool and two.n_outputs_ == 1 and two.out_activation_ == "logistic"
    labels = np.stack([x[:, 0] > 0, x[:, 1] > 0, x[:, 0] > 9], axis=1).astype(int)
    several = MLPClassifier(max_iter=200, learning_rate_init=0.01, random_state=1).fit(x, labels)
    assert several.score(x, labels) > 0.95 and several.predict(x).shape == (600, 3)

    targets = np.stack([x[:, 0] * 3 + 1, x[:, 1] - x[:, 0]], axis=1)
    for solver in ("adam", "lbfgs", "sgd"):
        net = MLPRegressor(hidden_layer_sizes=16, solver=solver, max_iter=300, learning_rate_init=0.01, random_state=1)
        assert net.fit(x, targets).score(x, targets) > 0.99, solver
        assert net.predict(x).shape == (600, 2)
    early = MLPRegressor(early_stopping=True, max_iter=20, random_state=1).fit(x, targets[:, 0])
    assert len(early.validation_scores_) == early.n_iter_ and early.best_loss_ is None
    assert early.predict(x).shape == (600,)
    events = []
    MLPRegressor(max_iter=5, callbacks=[events.append], tol=0).fit(x, targets)
    assert [event["epoch"] for event in events] == [1, 2, 3, 4, 5]
    assert MLPRegressor(max_iter=5, callbacks=[lambda event: event["epoch"] == 2]).fit(x, targets).n_iter_ == 2


def check_continuing() -> None:
    x, y = circles(200)
    net = MLPClassifier(random_state=1)
    for _ in range(3):
        net.partial_fit(x, y, classes=["far", "in", "out"])
    whole = MLPClassifier(random_state=1, max_iter=3, tol=0).fit(x, y)
    assert net.t_ == whole.t_ == 600 and len(net.loss_curve_) == 3
    warm = MLPClassifier(random_state=1, max_iter=2, warm_start=True, tol=0).fit(x, y).fit(x, y)
    assert warm.n_iter_ == 2 and len(warm.loss_curve_) == 4
    for call, text in [
        (lambda: MLPClassifier().partial_fit(x, y), "classes must be passed"),
        (lambda: net.partial_fit(x, y, classes=["far", "in"]), "not the same"),
        (lambda: MLPClassifier(alpha=-1).fit(x, y), "alpha: expected a number of at least 0, found -1"),
        (lambda: MLPClassifier(hidden_layer_sizes=(3, -1)).fit(x, y), "hidden_layer_sizes: expected from 1"),
        (lambda: MLPClassifier(solver="newton").fit(x, y), "'solver': expected"),
        (lambda: MLPClassifier().fit(x, ["one"] * 200), "at least two classes"),
        (lambda: MLPRegressor(loss="huber").fit(x, x), "'loss': expected"),
    ]:
        try:
            call()
        except ValueError as error:
            assert text in str(error), f"expected '{text}' in '{error}'"
        else:
            raise AssertionError(f"expected '{text}'")


def check_interruption() -> None:
    """Ctrl-C ends a fit, and keeps what it has reached."""
    x, y = circles(200)
    net = MLPClassifier(callbacks=[lambda event: event["epoch"] == 3 and signal.raise_signal(signal.SIGINT)])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        net.fit(x, y)
    assert net.n_iter_ in (3, 4) and any("interrupted" in str(each.message) for each in caught), [str(e.message) for e in caught]
    assert net.predict(x).shape == (200,)


def check_by_scikit_learn(estimator) -> None:
    from sklearn.utils.estimator_checks import check_estimator

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(estimator, expected_failed_checks=EXPECTED_FAILURES, on_fail=None)
    failed = [result for result in results if result["status"] == "failed"]
    for result in failed:
        print(f"{type(estimator).__name__}, {result['check_name']}: {result['exception']!r}"[:600])
    counts = {status: sum(result["status"] == status for result in results) for status in ("passed", "skipped", "xfail")}
    print(f"check_estimator, {type(estimator).__name__}: {counts}")
    assert not failed, f"{len(failed)} checks failed"


def check_in_tools() -> None:
    import joblib
    from sklearn.base import clone
    from sklearn.datasets import load_digits
    from sklearn.model_selection import GridSearchCV, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = load_digits(return_X_y=True, as_frame=True)
    net = make_pipeline(StandardScaler(), MLPClassifier(max_iter=30, random_state=1))
    net.set_output(transform="pandas")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search = GridSearchCV(net, {"mlpclassifier__hidden_layer_sizes": [(8,), (64,)]}, n_jobs=2, cv=3).fit(x, y)
        assert search.best_params_ == {"mlpclassifier__hidden_layer_sizes": (64,)} and search.best_score_ > 0.9
        assert (cross_val_predict(clone(net), x, y, cv=3, n_jobs=2) == y).mean() > 0.9
        with joblib.parallel_backend("threading", n_jobs=2):
            assert GridSearchCV(net, {"mlpclassifier__alpha": [1e-4, 1e-2]}, cv=2).fit(x, y).best_score_ > 0.85
        fitted = clone(net).fit(x, y)
    assert list(fitted[-1].feature_names_in_) == [f"{name}" for name in x.columns]


def check_scores() -> None:
    """Scores like those of scikit-learn's estimators, over a few seeds."""
    from sklearn import neural_network
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    cases = [
        ("digits", load_digits, "MLPClassifier", {"max_iter": 60}),
        ("cancer", load_breast_cancer, "MLPClassifier", {"solver": "lbfgs", "alpha": 1.0}),
        ("diabetes", load_diabetes, "MLPRegressor", {"solver": "lbfgs", "alpha": 100.0, "hidden_layer_sizes": (10,)}),
    ]
    ours = {"MLPClassifier": MLPClassifier, "MLPRegressor": MLPRegressor}
    for name, load, kind, settings in cases:
        x, y = load(return_X_y=True)
        means = []
        for cls in (ours[kind], getattr(neural_network, kind)):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                means.append(np.mean([
                    cross_val_score(make_pipeline(StandardScaler(), cls(random_state=seed, **settings)), x, y, cv=4)
                    for seed in range(3)
                ]))
        assert means[0] > means[1] - 0.02, f"{name}: {means}"
        print(f"{name}: {means[0]:.4f}, scikit-learn {means[1]:.4f}")


if __name__ == "__main__":
    main()
