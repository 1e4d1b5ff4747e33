"""Define what every peer trains: the reference workloads, the data, and the order of the rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from safetensors import safe_open

OPERATIONS_PER_CALL = 5e10  # a quarter to half a second on two cores, where an epoch of mnist-deep takes half a minute
MOMENTUM = 0.9


@dataclass(frozen=True)
class Workload:
    layers: tuple[int, ...]
    batch_size: int
    optimizer: str  # "sgd", with momentum 0.9, or "adam"
    learning_rate: float

    @property
    def operations_per_sample(self) -> int:
        """Count forward, backward and weight gradients; the first layer needs no gradient of its inputs."""
        weights = [inputs * units for inputs, units in zip(self.layers, self.layers[1:])]
        return 6 * sum(weights) - 2 * weights[0]

    def steps_per_call(self, rows: int) -> int:
        """Return the minibatches between two readings of the clock: an epoch of a small network, a few steps of a large
        one."""
        wanted = OPERATIONS_PER_CALL / (self.operations_per_sample * self.batch_size)
        return max(1, min(round(wanted), rows // self.batch_size))


WORKLOADS = {
    "mnist-small": Workload((784, 128, 10), 64, "sgd", 0.05),
    "mnist-medium": Workload((784, 512, 512, 10), 128, "adam", 0.001),
    "mnist-wide": Workload((784, 2048, 2048, 10), 512, "sgd", 0.05),
    "mnist-deep": Workload((784, 2500, 2000, 1500, 1000, 500, 10), 1000, "sgd", 0.05),
}


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
