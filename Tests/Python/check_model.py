#!/usr/bin/env python3
"""Check that PyTorch loads our model as an nn.Sequential and makes the same predictions.

    python3 check_model.py MODEL.safetensors DATASET.safetensors PREDICTIONS.csv

PREDICTIONS.csv is written by `fasttrain predict MODEL --data DATASET --split test -o PREDICTIONS.csv`. At most one row
in 10,000 may get another class: PyTorch sums in another order, which may break a tie differently. Needs
requirements.txt.
"""

import argparse
import csv
import json
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import nn

ACTIVATIONS = {
    "identity": lambda recipe: nn.Identity(),
    "relu": lambda recipe: nn.ReLU(),
    "leaky-relu": lambda recipe: nn.LeakyReLU(recipe["leaky_slope"]),
    "sigmoid": lambda recipe: nn.Sigmoid(),
    "tanh": lambda recipe: nn.Tanh(),
    "elu": lambda recipe: nn.ELU(),
    "gelu": lambda recipe: nn.GELU(),
    "gelu-tanh": lambda recipe: nn.GELU(approximate="tanh"),
    "silu": lambda recipe: nn.SiLU(),
    "softplus": lambda recipe: nn.Softplus(),
    "mish": lambda recipe: nn.Mish(),
}
NORMALIZATIONS = {
    "none": lambda units: [],
    "batch": lambda units: [nn.BatchNorm1d(units)],
    "layer": lambda units: [nn.LayerNorm(units)],
}
ROWS_PER_ALLOWED_DIFFERENCE = 10_000


def network(inputs: int, recipe: dict, outputs: int) -> nn.Sequential:
    rates = recipe["dropout"]
    if len(rates) != len(recipe["hidden"]):
        rates = (rates or [0]) * len(recipe["hidden"])
    activations = recipe["activation"]
    if isinstance(activations, str):
        activations = [activations] * len(recipe["hidden"])
    layers = [nn.Dropout(recipe["input_dropout"])] if recipe["input_dropout"] > 0 else []
    for units, rate, activation in zip(recipe["hidden"], rates, activations):
        layers += [nn.Linear(inputs, units), *NORMALIZATIONS[recipe["normalization"]](units)]
        layers += [ACTIVATIONS[activation](recipe)]
        layers += [nn.Dropout(rate)] if rate > 0 else []
        inputs = units
    return nn.Sequential(*layers, nn.Linear(inputs, outputs)).eval()


def predicted_by_pytorch(model: str, dataset: str) -> list[str]:
    """Return the name of the class of each test row."""
    with safe_open(model, framework="pt") as file:
        metadata = file.metadata()
    classes = json.loads(metadata["classes"])
    with safe_open(dataset, framework="pt") as file:
        x = file.get_tensor("test.x")
    feature_shape = json.loads(metadata["feature_shape"])
    if list(x.shape[1:]) != feature_shape:
        sys.exit(f"{dataset}: rows of test.x have shape {list(x.shape[1:])}, the model expects {feature_shape}")
    x = x.flatten(1).float() * float(metadata["x_scale"])
    net = network(x.shape[1], json.loads(metadata["recipe"]), len(classes))
    net.load_state_dict(load_file(model))
    with torch.no_grad():
        return [classes[index] for index in net(x).argmax(1).tolist()]


def predicted_by_fasttrain(path: str) -> list[str]:
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    for expected, row in enumerate(rows):
        if row["row"] != str(expected):
            sys.exit(f"{path}: line {expected + 2}: expected row {expected}, found {row['row']}")
    return [row["class"] for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("dataset")
    parser.add_argument("predictions")
    arguments = parser.parse_args()
    theirs = predicted_by_pytorch(arguments.model, arguments.dataset)
    ours = predicted_by_fasttrain(arguments.predictions)
    if len(ours) != len(theirs):
        sys.exit(f"{arguments.predictions}: expected {len(theirs)} rows, found {len(ours)}")
    different = sum(mine != other for mine, other in zip(ours, theirs))
    print(f"{different} of {len(ours)} predictions differ from PyTorch's")
    sys.exit(different > len(ours) // ROWS_PER_ALLOWED_DIFFERENCE)


if __name__ == "__main__":
    main()
