"""PyTorch: rows are taken from a tensor in memory, without DataLoader; fused optimizer; eager, compiled, or in bf16."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

import workloads


class Peer:
    version = torch.__version__

    def __init__(self, x: np.ndarray, y: np.ndarray, threads: int, form: str = "eager"):
        torch.set_num_threads(threads)
        self.x, self.y = torch.from_numpy(x), torch.from_numpy(y)
        self.form = form

    def training(self, workload: workloads.Workload) -> Callable[[], int]:
        x, y = self.x, self.y
        layers = []
        for inputs, units in zip(workload.layers, workload.layers[1:]):
            layers += [nn.Linear(inputs, units), nn.ReLU()]
        net = nn.Sequential(*layers[:-1])
        if workload.optimizer == "sgd":
            optimizer = torch.optim.SGD(
                net.parameters(), lr=workload.learning_rate, momentum=workloads.MOMENTUM, fused=True
            )
        else:
            optimizer = torch.optim.Adam(net.parameters(), lr=workload.learning_rate, fused=True)
        calls = workloads.shuffled(workload, len(x))

        def loss_of(rows: torch.Tensor) -> torch.Tensor:
            with torch.autocast("cpu", torch.bfloat16, enabled="bf16" in self.form):
                return nn.functional.cross_entropy(net(x.index_select(0, rows)), y.index_select(0, rows))

        if "compile" in self.form:
            loss_of = torch.compile(loss_of)

        def call() -> int:
            rows = torch.from_numpy(next(calls))
            for minibatch in rows:
                loss = loss_of(minibatch)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
            return rows.numel()

        return call
