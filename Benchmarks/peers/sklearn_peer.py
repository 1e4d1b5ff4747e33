"""scikit-learn's MLPClassifier in float32. partial_fit is one shuffled pass over the given rows."""

from collections.abc import Callable

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

import workloads


class Peer:
    version = sklearn.__version__

    def __init__(self, x: np.ndarray, y: np.ndarray, threads: int):
        self.x, self.y = x, y

    def training(self, workload: workloads.Workload) -> Callable[[], int]:
        """Return calls that train an epoch of a small network, or a few minibatches of a large one, in place."""
        x, y = self.x, self.y
        net = MLPClassifier(
            hidden_layer_sizes=workload.layers[1:-1],
            activation="relu",
            solver=workload.optimizer,
            alpha=0,
            batch_size=workload.batch_size,
            learning_rate_init=workload.learning_rate,
            momentum=workloads.MOMENTUM,
            nesterovs_momentum=False,
            random_state=1,
        )
        classes = np.unique(y)
        rows = workload.steps_per_call(len(x)) * workload.batch_size
        start = 0

        def call() -> int:
            nonlocal start
            if start + rows > len(x):
                start = 0
            net.partial_fit(x[start : start + rows], y[start : start + rows], classes=classes)
            start += rows
            return rows

        return call
