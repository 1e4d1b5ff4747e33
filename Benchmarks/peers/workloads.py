"""Define what every peer trains: the reference workloads, the data, the order of the rows, and the first weights."""

from collections.abc import Iterator

import numpy as np
from reference_workloads import MOMENTUM, WORKLOADS, Workload  # noqa: F401, the peers have them from here
from safetensors import safe_open


def load(path: str) -> tuple[np.ndarray, np.ndarray]:
    """Load the training rows of a fasttrain dataset: float32 in 0...1 [n, features], int64 labels [n]."""
    with safe_open(path, framework="np") as file:
        scale = np.float32((file.metadata() or {}).get("x_scale", 1))
        x, y = file.get_tensor("train.x"), file.get_tensor("train.y")
    return x.reshape(len(x), -1).astype(np.float32) * scale, y.astype(np.int64)


def shuffled(workload: Workload, rows: int) -> Iterator[np.ndarray]:
    """Yield the row numbers [steps, batch size] of the next call forever, from a new permutation each epoch.

    The rest of an epoch that no longer fills a call is skipped, so that every call has the same shape.
    """
    random = np.random.default_rng(1)
    steps = workload.steps_per_call(rows)
    size = steps * workload.batch_size
    if size > rows:
        raise ValueError(f"{rows} rows do not fill a minibatch of {workload.batch_size}")
    while True:
        order = random.permutation(rows).astype(np.int32)
        for start in range(0, rows - size + 1, size):
            yield order[start : start + size].reshape(steps, workload.batch_size)


def initial_weights(workload: Workload) -> list[tuple[np.ndarray, np.ndarray]]:
    """Draw He-normal weights [inputs, units] and zero biases [units] in float32 for each layer."""
    random = np.random.default_rng(1)
    weights = []
    for inputs, units in zip(workload.layers, workload.layers[1:]):
        weight = np.sqrt(2 / inputs) * random.normal(size=(inputs, units))
        weights.append((weight.astype(np.float32), np.zeros(units, np.float32)))
    return weights
