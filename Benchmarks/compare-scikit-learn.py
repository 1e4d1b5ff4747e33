#!/usr/bin/env python3
"""Compare fasttrain with scikit-learn on scikit-learn's six data sets: test scores and times over ten splits.

    make compare-scikit-learn            # writes Benchmarks/COMPARISON.md

For each seed, the rows are split once (a stratified quarter for testing). Both programs get the same rows, the same
standardization (features and regression targets, from the training rows), network, optimizer, penalty, minibatch and
number of epochs, without early stopping. Only the random numbers differ: initial weights (ours follow He's rule with
zero biases, scikit-learn's follow Glorot's with random biases) and the order of the rows. Needs
Tests/Python/requirements-tables.txt.
"""

import argparse
import dataclasses
import datetime
import json
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import pandas as pd
import sklearn
from sklearn import datasets
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits


@dataclasses.dataclass
class Case:
    name: str
    is_classification: bool
    hidden: tuple
    epochs: int
    batch: int
    rate: float

    @property
    def network(self):
        return ",".join(map(str, self.hidden))

    def frame(self):
        """Features, followed by the targets in the last columns, and the number of targets."""
        bunch = getattr(datasets, "load_" + self.name)(as_frame=True)
        target = bunch.target
        if self.is_classification:
            target = target.map(lambda label: f"class {label}").rename("target")
        return bunch.data, target.to_frame() if target.ndim == 1 else target


# scikit-learn's default.
ALPHA = 1e-4

CASES = [
    Case("iris", True, (16,), 200, 16, 0.005),
    Case("wine", True, (16,), 100, 16, 0.005),
    Case("breast_cancer", True, (32,), 50, 32, 0.002),
    Case("digits", True, (64, 32), 40, 32, 0.002),
    Case("diabetes", False, (16,), 40, 32, 0.002),
    Case("linnerud", False, (8,), 50, 8, 0.005),
]


def with_sklearn(case, x, y, seed):
    """Return the test score and the seconds of training."""
    scaler = StandardScaler().fit(x[0])
    features = [scaler.transform(part) for part in x]
    settings = dict(
        hidden_layer_sizes=case.hidden, activation="relu", solver="adam", alpha=ALPHA, batch_size=case.batch,
        learning_rate_init=case.rate, max_iter=case.epochs, n_iter_no_change=case.epochs + 1, tol=0, random_state=seed)
    if case.is_classification:
        labels = y[0].iloc[:, 0]
        model = MLPClassifier(**settings)
    else:
        targets = StandardScaler().fit(y[0])
        labels = targets.transform(y[0])
        labels = labels[:, 0] if labels.shape[1] == 1 else labels
        model = MLPRegressor(**settings)
    begin = time.perf_counter()
    with warnings.catch_warnings(), threadpool_limits(1):  # networks this small gain nothing from more threads
        warnings.simplefilter("ignore")  # "has not converged"
        model.fit(features[0], labels)
    seconds = time.perf_counter() - begin
    assert model.n_iter_ == case.epochs, model.n_iter_
    if case.is_classification:
        return model.score(features[1], y[1].iloc[:, 0]), seconds
    predicted = model.predict(features[1]).reshape(len(y[1]), -1)
    return r2_score(y[1], targets.inverse_transform(predicted)), seconds


def with_fasttrain(programs, case, x, y, seed, folder):
    """Return the test score and the seconds of the whole process."""
    for name, part, target in zip(["train", "test"], x, y):
        pd.concat([part, target], axis=1).to_csv(folder / f"{name}.csv", index=False)
    data = folder / "data.safetensors"
    subprocess.run(
        [programs.converter, "csv", folder / "train.csv", "--test-file", folder / "test.csv",
         "--target", ",".join(str(x[0].shape[1] + 1 + number) for number in range(y[0].shape[1])),
         "--task", "classification" if case.is_classification else "regression", "-o", data],
        check=True, stdout=subprocess.DEVNULL)
    begin = time.perf_counter()
    run = subprocess.run(
        [programs.fasttrain, "--data", data, "--validation", "0", "--hidden", case.network, "--activation", "relu",
         "--optimizer", "adam", "--alpha", str(ALPHA), "--learning-rate", str(case.rate), "--schedule", "constant", "--batch-size", str(case.batch),
         "--epochs", str(case.epochs), "--seed", str(seed), "--threads", "1", "--quiet", "--json"],
        check=True, stdout=subprocess.PIPE)
    seconds = time.perf_counter() - begin
    result = json.loads(run.stdout)
    return result["test_accuracy" if case.is_classification else "test_r2"], seconds


def figures(values, digits=3):
    """Format the median, and the mean with its standard error."""
    error = statistics.stdev(values) / len(values) ** 0.5
    return f"{statistics.median(values):.{digits}f}", f"{statistics.mean(values):.{digits}f} ± {error:.{digits}f}"


def compare(programs, case, seeds, folder):
    x, y = case.frame()
    ours, theirs = [], []
    for seed in range(seeds):
        train, test = train_test_split(
            x.index, test_size=0.25, random_state=seed, stratify=y if case.is_classification else None)
        parts = [x.loc[train], x.loc[test]], [y.loc[train], y.loc[test]]
        theirs.append(with_sklearn(case, *parts, seed))
        ours.append(with_fasttrain(programs, case, *parts, seed, folder))
    scores = [[score for score, _ in runs] for runs in (ours, theirs)]
    seconds = [statistics.median(time for _, time in runs) for runs in (ours, theirs)]
    (median, mean), (their_median, their_mean) = map(figures, scores)
    differences = [one - other for one, other in zip(*scores)]
    print(f"{case.name:14} fasttrain {mean}, scikit-learn {their_mean}; {seconds[0]:.3f} and {seconds[1]:.3f} s", flush=True)
    row = (f"| {case.name} | {'accuracy' if case.is_classification else 'R²'} | {len(x)} | "
           f"{x.shape[1]}-{case.network.replace(',', '-')}-{y.nunique().iloc[0] if case.is_classification else y.shape[1]}, "
           f"{case.epochs} epochs of batches of {case.batch}, rate {case.rate} | {median} | {their_median} | {mean} | {their_mean} | "
           f"{figures(differences)[1]} | {seconds[0] * 1000:.0f} | {seconds[1] * 1000:.0f} |")
    # At least scikit-learn's mean, less one standard error.
    error = statistics.stdev(scores[1]) / seeds ** 0.5
    return row, statistics.mean(scores[0]) >= statistics.mean(scores[1]) - error


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fasttrain", required=True, help="path of fasttrain")
    parser.add_argument("--converter", required=True, help="path of fasttrain-data")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).with_name("COMPARISON.md"))
    options = parser.parse_args()
    rows, behind = [], []
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            row, is_level = compare(options, case, options.seeds, pathlib.Path(folder))
            rows.append(row)
            if not is_level:
                behind.append(case.name)
    version = subprocess.run([options.fasttrain, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    verdict = ("On each the mean is within one standard error of scikit-learn's, or above it." if not behind else
               f"The mean is more than one standard error below scikit-learn's on {', '.join(behind)}.")
    options.output.write_text(f"""# fasttrain and scikit-learn on scikit-learn's data sets

Written by `make compare-scikit-learn` on {datetime.date.today()}: {version}, scikit-learn {sklearn.__version__},
Python {platform.python_version()}, {options.seeds} seeds, one thread each.

For each seed, three quarters of the rows are for training and a quarter for testing, the same for both programs. Both
standardize in the same way and train the same network (ReLU, Adam, alpha {ALPHA:g}) for the same epochs. Initial weights and
the order of rows differ, so the scores differ from seed to seed. {verdict}
(linnerud has 20 rows, from which nothing can be learned that generalizes: a score below 0 is worse than the mean.)

Scores on the test rows are the median over the seeds, the mean with its standard error, and the difference seed by seed.
Times are medians in milliseconds: of the whole process for fasttrain, of the call of `fit` for scikit-learn. The data sets
are small, so much of fasttrain's time is its start-up. Times are rough while other programs are running.

| data | score | rows | network | fasttrain, median | scikit-learn, median | fasttrain, mean | scikit-learn, mean | difference | ms | scikit-learn, ms |
| --- | --- | --: | --- | --: | --: | --: | --: | --: | --: | --: |
""" + "\n".join(rows) + "\n")
    print(f"wrote {options.output}")
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main())
