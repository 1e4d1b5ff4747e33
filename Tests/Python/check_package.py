"""Uses the Python package as installed from its wheel: the same bits as the program, errors, stops, forks.

    check_package.py FASTTRAIN
"""

import json
import multiprocessing
import pathlib
import pickle
import signal
import subprocess
import sys
import tempfile
import warnings

import fasttrain
import numpy as np
from fasttrain import datasets

RECIPE = {"hidden": [32, 16], "activation": "tanh", "dropout": [0.1, 0], "epochs": 3, "seed": 5}


def main() -> None:
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_same_bits(program, folder)
        check_stops(folder)
    check_arrays()
    check_models()
    check_errors()
    check_fork()
    print(f"Python package {fasttrain.__version__}: as expected")


def points(rows: int, kind: type = np.float32) -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(1).normal(size=(rows, 3)).astype(kind)
    return x, np.where(x[:, 0] * x[:, 1] > 0, "same", "other")


def check_same_bits(program: str, folder: pathlib.Path) -> None:
    """A run by the package leaves the files that the program leaves."""
    run = fasttrain.train(RECIPE, fasttrain.Dataset.sample(), threads=2, output=folder / "package")
    settings = folder / "settings.json"
    settings.write_text(json.dumps(RECIPE))
    subprocess.run([program, "--config", settings, "--output", folder / "program", "--threads", "1"], check=True,
                   capture_output=True)
    models = [(folder / each / "model.safetensors").read_bytes() for each in ("package", "program")]
    assert models[0] == models[1], "the model differs from the program's"
    assert run.ended_by == "epochs" and [each["epoch"] for each in run.history] == [1, 2, 3]
    evaluated = subprocess.run([program, "evaluate", folder / "package", "--json"], check=True, capture_output=True)
    assert json.loads(evaluated.stdout)["accuracy"] == run.test["accuracy"]
    assert run.model.evaluate(fasttrain.Dataset.sample())["loss"] == run.test["loss"]


def check_stops(folder: pathlib.Path) -> None:
    """A run ends by a result of the listener, by an exception, or by Ctrl-C, and goes on to the same bits."""
    data = fasttrain.Dataset.sample()
    events = []
    straight = fasttrain.train(RECIPE, data, threads=1, progress=events.append)
    assert [each["epoch"] for each in events if each["event"] == "epoch"] == [1, 2, 3]

    def after_one(event: dict) -> bool:
        return event["event"] == "epoch"

    run = fasttrain.train(RECIPE, data, output=folder / "stopped", progress=after_one)
    assert run.ended_by == "interrupted" and run.checkpoint
    run = fasttrain.resume(folder / "stopped", data, threads=2)
    assert same(run.model, straight.model)

    def fail(event: dict) -> None:
        raise KeyError(event["event"])

    expect(KeyError, "step", lambda: fasttrain.train(RECIPE, data, progress=fail))

    def press(event: dict) -> None:
        if event["event"] == "epoch":
            signal.raise_signal(signal.SIGINT)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run = fasttrain.train(RECIPE, data, progress=press)
    assert run.ended_by == "interrupted" and "interrupted after 1 epoch" in str(caught[-1].message)


def same(one: fasttrain.Model, other: fasttrain.Model) -> bool:
    mine, theirs = one.parameters, other.parameters
    return mine.keys() == theirs.keys() and all(np.array_equal(mine[name], theirs[name]) for name in mine)


def check_arrays() -> None:
    """Arrays are used in place, and let go with their data set."""
    x, y = points(200)
    before = len(datasets._held)
    data = fasttrain.Dataset(x, y, x_test=x[:50], y_test=y[:50])
    held = list(datasets._held.values())
    assert any(array is x for arrays in held for array in arrays), "the features were copied"
    assert data.classes == ["other", "same"] and (data.train_rows, data.test_rows) == (200, 50)
    run = fasttrain.train({"hidden": [16], "epochs": 60, "learning_rate": 0.02}, data)
    assert run.test["accuracy"] > 0.9, run.test
    assert set(run.model.predict(x)) == {"other", "same"}
    del data
    assert len(datasets._held) == before, "arrays are still held"

    y = np.stack([x[:, 0] - 2 * x[:, 2], x[:, 1]], axis=1).astype(np.float64)
    data = fasttrain.Dataset(x.astype(np.float64), y, targets=["a", "b"], weights=np.ones(200))
    run = fasttrain.train(
        {"hidden": [], "epochs": 200, "learning_rate": 0.02, "batch_size": 20, "validation": 0.2}, data)
    assert run.validation["r2"] > 0.999, run.validation
    assert np.abs(run.model.predict(x) - y).max() < 0.05
    images = np.zeros((20, 4, 4), dtype=np.uint8)
    images[::2] = 255
    data = fasttrain.Dataset(images, np.arange(20) % 2)
    assert data.feature_shape == (4, 4) and data.classes == ["0", "1"]
    run = fasttrain.train({"hidden": [4], "epochs": 100, "batch_size": 5, "validation": 0}, data)
    assert list(run.model.predict(images[:4])) == ["0", "1", "0", "1"]


def check_models() -> None:
    x, y = points(100)
    run = fasttrain.train(
        {"hidden": [8, 6], "activation": ["gelu", "relu"], "normalization": "batch", "dropout": [0.2], "epochs": 2},
        fasttrain.Dataset(x, y))
    model = run.model
    assert same(pickle.loads(pickle.dumps(model)), model)
    values = model.predict_values(x)
    assert values.shape == (100, 2) and np.abs(values.sum(axis=1) - 1).max() < 1e-6
    assert np.array_equal(values, model.predict_values(x.astype(np.float64), threads=2))
    assert model.predict_values(x[:0]).shape == (0, 2)
    try:
        import torch
    except ImportError:
        print("SKIPPED: models as modules of PyTorch, which is not installed")
    else:
        found = torch.softmax(model.to_torch()(torch.from_numpy(x)), dim=1).detach().numpy()
        assert np.abs(found - values).max() < 1e-5
    try:
        import pandas
    except ImportError:
        print("SKIPPED: the history as a DataFrame of pandas, which is not installed")
    else:
        frame = run.history_frame()
        assert isinstance(frame, pandas.DataFrame) and list(frame.index) == [1, 2]


def expect(kind: type, text: str, call) -> None:
    try:
        call()
    except kind as error:
        assert text in str(error), f"expected '{text}' in '{error}'"
    else:
        raise AssertionError(f"expected {kind.__name__} with '{text}'")


def check_errors() -> None:
    x, y = points(40)
    data = fasttrain.Dataset(x, y)
    expect(fasttrain.UsageError, "batch_size: expected a number from 1", lambda: fasttrain.train({"batch_size": 0}, data))
    expect(ValueError, "threads: expected", lambda: fasttrain.train({}, data, threads=-1))
    expect(fasttrain.BadDataError, "'layers'", lambda: fasttrain.train({"layers": [3]}, data))
    expect(fasttrain.UsageError, "y: expected 40 rows as in x, found 39", lambda: fasttrain.Dataset(x, y[1:]))
    expect(fasttrain.UsageError, "x: expected numbers", lambda: fasttrain.Dataset(x.astype(str), y))
    expect(fasttrain.UsageError, "rows of 3 features", lambda: fasttrain.train({"epochs": 1}, data).model.predict(x[:, 1:]))
    expect(OSError, "nothing", lambda: fasttrain.load("nothing"))
    broken = x.copy()
    broken[3, 1] = np.nan
    before = len(datasets._held)
    expect(fasttrain.BadDataError, "row 3", lambda: fasttrain.Dataset(broken, y))
    assert len(datasets._held) == before, "arrays are held after an error"
    expect(
        fasttrain.DivergedError, "diverged",
        lambda: fasttrain.train({"learning_rate": 1e30, "optimizer": "sgd", "loss": "squared-error"}, data))


def train_in_child(_: int) -> float:
    return fasttrain.train({"hidden": [8], "epochs": 2}, fasttrain.Dataset.sample(), threads=2).test["accuracy"]


def check_fork() -> None:
    """A process that has trained can fork others that train."""
    expected = train_in_child(0)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(train_in_child, range(4)) == [expected] * 4


if __name__ == "__main__":
    main()
