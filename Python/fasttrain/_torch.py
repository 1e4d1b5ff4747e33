"""Models as modules of PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def sequential(recipe: dict[str, Any], parameters: dict[str, NDArray[np.float32]]) -> Any:
    """Return the torch.nn.Sequential of a recipe, with parameters."""
    import torch
    from torch import nn

    activations = {
        "identity": nn.Identity,
        "relu": nn.ReLU,
        "leaky-relu": lambda: nn.LeakyReLU(recipe["leaky_slope"]),
        "elu": nn.ELU,
        "sigmoid": nn.Sigmoid,
        "tanh": nn.Tanh,
        "gelu": nn.GELU,
        "gelu-tanh": lambda: nn.GELU(approximate="tanh"),
        "silu": nn.SiLU,
        "softplus": nn.Softplus,
        "mish": nn.Mish,
    }
    names = recipe["activation"] if isinstance(recipe["activation"], list) else [recipe["activation"]]
    rates = recipe["dropout"] if isinstance(recipe["dropout"], list) else [recipe["dropout"]]
    weights = [values for name, values in parameters.items() if name.endswith(".weight") and values.ndim == 2]
    modules: list[Any] = []
    if recipe["input_dropout"]:
        modules.append(nn.Dropout(recipe["input_dropout"]))
    for layer, weight in enumerate(weights):
        outputs, inputs = weight.shape
        modules.append(nn.Linear(inputs, outputs))
        if layer == len(weights) - 1:
            break
        if recipe["normalization"] == "batch":
            modules.append(nn.BatchNorm1d(outputs))
        if recipe["normalization"] == "layer":
            modules.append(nn.LayerNorm(outputs))
        modules.append(activations[names[layer if len(names) > 1 else 0]]())
        rate = rates[layer if len(rates) > 1 else 0] if rates else 0
        if rate:
            modules.append(nn.Dropout(rate))
    network = nn.Sequential(*modules)
    state = {name: torch.from_numpy(values) for name, values in parameters.items()}
    missing, unexpected = network.load_state_dict(state, strict=False)
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise RuntimeError(f"the parameters do not fit the network: missing {missing}, unexpected {unexpected}")
    return network.eval()
