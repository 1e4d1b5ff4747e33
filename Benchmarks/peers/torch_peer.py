"""PyTorch, fp32, eager: rows taken from a tensor in memory, no DataLoader, the fused optimizer."""

import torch
from torch import nn

import workloads

options = workloads.arguments(__doc__)
workload = workloads.WORKLOADS[options.workload]
torch.set_num_threads(options.threads)

x, y = map(torch.from_numpy, workloads.load(options.data))
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


def call() -> int:
    for rows in torch.from_numpy(next(calls)):
        loss = nn.functional.cross_entropy(net(x.index_select(0, rows)), y.index_select(0, rows))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    return rows.numel() * workload.steps_per_call(len(x))


workloads.measure("torch", torch.__version__, options, call)
