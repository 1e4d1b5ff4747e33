#!/usr/bin/env python3
"""Compare fasttrain-data's conversion of tables with pandas and scikit-learn.

    python3 check_tables.py FASTTRAIN_DATA

Writes the data sets of scikit-learn as CSV files, and a table of difficult content (quotes, missing numbers and texts,
weights, both scales). Columns, labels and numbers must agree to single precision. Needs requirements-tables.txt.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd
from safetensors import safe_open
from sklearn import datasets
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder, MinMaxScaler, OneHotEncoder, StandardScaler


def close(found, expected, what):
    """Round to single precision, for numbers of a scale around 1."""
    assert found.dtype == np.float32, f"{what}: {found.dtype}"
    assert found.shape == expected.shape, f"{what}: {found.shape}, expected {expected.shape}"
    error = np.abs(found.astype(np.float64) - expected) / np.maximum(1, np.abs(expected))
    assert error.max() < 1e-7, f"{what}: off by {error.max()}"


class Converter:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def path(self, name):
        return str(self.folder / name)

    def run(self, *arguments):
        """Return the tensors and the metadata of the file that the command writes."""
        output = self.path("out.safetensors")
        subprocess.run([self.program, *arguments, "-o", output], check=True, stdout=subprocess.DEVNULL)
        with safe_open(output, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()


def check_known(converter, name, targets, task):
    """Convert a data set of scikit-learn's that was split by its train_test_split."""
    frame = getattr(datasets, "load_" + name)(as_frame=True).frame
    bunch = getattr(datasets, "load_" + name)(as_frame=True)
    if task == "classification":
        frame[targets[0]] = [str(bunch.target_names[label]) for label in bunch.target]
    train, test = train_test_split(frame, test_size=0.25, random_state=0)
    train.to_csv(converter.path("train.csv"), index=False)
    test[test.columns[::-1]].to_csv(converter.path("test.csv"), index=False)
    tensors, metadata = converter.run(
        "csv", converter.path("train.csv"), "--test-file", converter.path("test.csv"), "--target", ",".join(targets),
        "--task", task)
    features = [column for column in frame.columns if column not in targets]
    assert [c["name"] for c in json.loads(metadata["preprocessing"])["columns"]] == features
    scaler = StandardScaler().fit(train[features])
    for split, rows in [("train", train), ("test", test)]:
        close(tensors[split + ".x"], scaler.transform(rows[features]), f"{name} {split}.x")
    if task == "classification":
        encoder = LabelEncoder().fit(train[targets[0]])
        assert json.loads(metadata["classes"]) == list(encoder.classes_)
        for split, rows in [("train", train), ("test", test)]:
            assert (tensors[split + ".y"] == encoder.transform(rows[targets[0]])).all(), name
    else:
        scaler = StandardScaler().fit(train[targets])
        for split, rows in [("train", train), ("test", test)]:
            close(tensors[split + ".y"], scaler.transform(rows[targets]), f"{name} {split}.y")
    print(f"{name}: {len(train)} training and {len(test)} test rows as scikit-learn has them")


def check_share(converter):
    """Split off a share for testing: each row appears once, and each class has the same share."""
    frame = datasets.load_wine(as_frame=True).frame
    frame.to_csv(converter.path("wine.csv"), index=False)
    tensors, _ = converter.run(
        "csv", converter.path("wine.csv"), "--target", "target", "--task", "classification", "--scale", "none", "--test",
        "0.25")
    rows = np.column_stack([
        np.vstack([tensors["train.x"], tensors["test.x"]]), np.concatenate([tensors["train.y"], tensors["test.y"]])])
    expected = frame.to_numpy(np.float32)
    assert (rows[np.lexsort(rows.T)] == expected[np.lexsort(expected.T)]).all()
    for label, count in frame["target"].value_counts().items():
        assert abs((tensors["test.y"] == label).sum() - count / 4) < 1, label
    print("a share for testing: each row once, of each class alike")


def awkward(rows=400):
    generator = np.random.default_rng(3)
    numbers = generator.normal(size=rows) * 10.0 ** generator.integers(-3, 4, rows)
    gaps = np.where(generator.random(rows) < 0.1, np.nan, generator.exponential(50, rows))
    cities = generator.choice(["Rome, IT", 'the "Hague"', "São Paulo", "two\nlines", "Oslo"], rows).astype(object)
    cities[generator.random(rows) < 0.05] = None
    return pd.DataFrame({
        "plain": numbers, "with gaps": gaps, "city, town": cities, "grade": generator.integers(8, 12, rows),
        "constant": 0.1, "large": 1.6e6 + generator.normal(size=rows), "weight": generator.integers(0, 3, rows),
        "label": generator.choice(["b", "a", "Z", "ä"], rows)})


def check_awkward(converter, scale, fill, **csv):
    frame = awkward()
    path = converter.path("awkward.csv")
    frame.to_csv(path, index=False, **csv)
    read = pd.read_csv(path, sep=csv.get("sep", ","), encoding=csv.get("encoding", "utf-8"))
    tensors, metadata = converter.run(
        "csv", path, "--target", "label", "--categorical", "grade", "--weights", "weight", "--missing", fill, "--scale",
        scale, "--test", "0", "--delimiter", csv.get("sep", ","))
    scaler = {"standard": StandardScaler(), "min-max": MinMaxScaler()}[scale]
    numeric = ["plain", "with gaps", "constant", "large"]
    filled = SimpleImputer(strategy=fill).fit_transform(read[["with gaps"]])
    scaler.fit(read[numeric])
    values = read[numeric].copy()
    values["with gaps"] = filled
    scaled = pd.DataFrame(scaler.transform(values), columns=numeric)
    hot = OneHotEncoder(sparse_output=False)
    cities = read["city, town"].fillna("\U0010FFFF")  # missing values come last
    expected = np.column_stack([
        scaled["plain"], scaled["with gaps"], MissingIndicator().fit_transform(read[["with gaps"]]),
        hot.fit_transform(cities.to_frame()), hot.fit_transform(read[["grade"]]), scaled["constant"], scaled["large"]])
    close(tensors["train.x"], expected, f"awkward, {scale}, {fill}")
    encoder = LabelEncoder().fit(read["label"])
    assert json.loads(metadata["classes"]) == list(encoder.classes_)
    assert (tensors["train.y"] == encoder.transform(read["label"])).all()
    assert (tensors["train.w"] == read["weight"].to_numpy(np.float32)).all()
    print(f"an awkward table, {scale}, {fill}, {csv}: as scikit-learn has it")


def check_numbers(converter):
    """Check that doubles of all sizes that fit into single precision become the same floats as in NumPy."""
    generator = np.random.default_rng(5)
    values = generator.normal(size=200_000) * 10.0 ** generator.uniform(-44, 38, 200_000)
    values = values[np.abs(values) < 3e38]
    with open(converter.path("numbers.csv"), "w") as file:
        file.write("x,y\n" + "".join(f"{value!r},0.5\n" for value in values.tolist()))
    tensors, _ = converter.run(
        "csv", converter.path("numbers.csv"), "--target", "y", "--scale", "none", "--scale-target", "none", "--test", "0")
    assert (tensors["train.x"][:, 0].view(np.uint32) == values.astype(np.float32).view(np.uint32)).all()
    print(f"{len(values):,} numbers, to the bit")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        converter = Converter(sys.argv[1], pathlib.Path(folder))
        for name in ["iris", "wine", "breast_cancer"]:
            check_known(converter, name, ["target"], "classification")
        check_known(converter, "diabetes", ["target"], "regression")
        check_known(converter, "linnerud", ["Weight", "Waist", "Pulse"], "regression")
        check_share(converter)
        check_awkward(converter, "standard", "mean")
        check_awkward(converter, "min-max", "median", sep=";", lineterminator="\r\n", encoding="utf-8-sig")
        check_awkward(converter, "standard", "median", quoting=1)
        check_numbers(converter)


if __name__ == "__main__":
    main()
