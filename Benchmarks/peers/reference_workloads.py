"""Define the reference workloads, without any package."""

from dataclasses import dataclass

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
