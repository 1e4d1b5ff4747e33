#!/usr/bin/env python3
"""Write the reference files beside this script: results of PyTorch, for our tests to compare with.

    python3 -m venv venv && venv/bin/pip install scipy -r Tests/Python/requirements.txt
    venv/bin/python Tests/References/make_references.py

The files are committed, so the tests need neither Python nor PyTorch. The same version of PyTorch writes the same
bytes. All numbers are PyTorch's own float32, on one thread.

training-<optimizer>[-decay]-<loss>.safetensors: one training run of a network 6-8-5-outputs. 50 rows are taken in file
order in minibatches of 16, so that each epoch ends in a minibatch of 2: 50 epochs are 200 steps.
    train.x         [50, 6]
    train.y         [50] I64 labels of 4 classes (cross-entropy), or [50, 2] (squared-error)
    initial.<name>  the initial weights, named as in nn.Sequential: 0.weight [8, 6], 0.bias [8], 2.weight ...
    losses          [200], the loss of each step's minibatch before the update
    final.<name>    the final weights
    metadata        the recipe, as strings: optimizer, learning_rate, momentum, nesterov, weight_decay, loss,
                    activation, batch_size, epochs, hidden, optional normalization; and seed, torch

gradients.safetensors: one minibatch of 16 rows, every activation with every loss.
    x [16, 6]; cross-entropy.y [16] I64; squared-error.y [16, 2]
    <loss>.initial.<name>                 the weights
    <loss>.<activation>.loss              [1]
    <loss>.<activation>.gradient.<name>   dloss/dweight

losses.safetensors: one minibatch of 16 rows, every other loss and weighting, for a network with ReLU.
    x [16, 6]; w [16] row weights
    <case>.y [16] I64 of 2 classes (one output) or of 4; or [16, 2]
    <case>.initial.<name>   the weights
    <case>.loss             [1]; with weights, the sum of w * loss divided by the sum of w
    <case>.gradient.<name>  dloss/dweight
    The last part of a case's name: "rows" (row weights w), "given" (class weights: CLASS_WEIGHTS), "balanced" (class
    weights from scikit-learn's compute_class_weight), "both" (w times the class weights).

training-<normalization>-<loss>.safetensors: the same with momentum, and a batch or layer normalization before each
hidden layer's activation.

training-<regularization>-<loss>.safetensors: the same with an entry of REGULARIZATIONS, which is also in the metadata.

lbfgs-<name>.safetensors: the minimum found by SciPy's L-BFGS-B in float64, starting from initial.<name>. The objective
is the loss over 50 rows plus half the weight decay times the squared norm of all parameters; its value is `objective`
in the metadata.

schedules.safetensors: the learning rate of each of 200 steps, at most 0.1.
    cosine          [200], CosineAnnealingLR to 0 after the last step
    one-cycle       [200], OneCycleLR by default (pct_start 0.3, div_factor 25, final_div_factor 1e4, cosine)
    step            [200], StepLR(7, 0.5), stepped after each epoch of 4
    exponential     [200], ExponentialLR(0.95), likewise
    plateau         [200], ReduceLROnPlateau(factor 0.3, patience 2), likewise, by the losses
    plateau.losses  [50], of each epoch

A run is useful as a reference only if it is robust to rounding: another order of summation must not change its course
(at the kink of a ReLU, or where a loss approaches zero). So each run is repeated in float64, and the seed is the first
whose two runs agree to MAX_LOSS_ERROR (relative) and MAX_WEIGHT_ERROR.
"""

import numpy as np
import reference_file
import scipy.optimize
import torch
from torch import nn

ROWS, FEATURES, HIDDEN, BATCH_SIZE, EPOCHS = 50, 6, [8, 5], 16, 50
STEPS = EPOCHS * -(-ROWS // BATCH_SIZE)
OUTPUTS = {"cross-entropy": 4, "squared-error": 2}
ACTIVATIONS = {
    "identity": nn.Identity,
    "relu": nn.ReLU,
    "leaky-relu": lambda: nn.LeakyReLU(0.01),
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "gelu-tanh": lambda: nn.GELU(approximate="tanh"),
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "mish": nn.Mish,
}
OPTIMIZERS = {  # name in the file: (kind, learning rate, momentum, nesterov, the nonzero weight decay)
    "sgd": ("sgd", 0.05, 0.0, False, 0.01),
    "momentum": ("sgd", 0.02, 0.9, False, 0.01),
    "nesterov": ("sgd", 0.02, 0.9, True, 0.01),
    "adam": ("adam", 0.01, 0.0, False, 0.01),
    # So that 1 - rate * decay is exact in float32: otherwise its rounding error, times 200 steps, would dominate the
    # difference from float64.
    "adamw": ("adamw", 0.0078125, 0.0, False, 0.125),
    "rmsprop": ("rmsprop", 0.005, 0.0, False, 0.01),
    "adagrad": ("adagrad", 0.05, 0.0, False, 0.01),
    "lion": ("lion", 0.0009765625, 0.0, False, 0.125),
}
REGULARIZATIONS = {  # name in the file: (optimizer, weight decay, regularization)
    "l1": ("momentum", 0.0, {"l1": 0.01}),
    "clip-value": ("momentum", 0.01, {"clip_value": 0.05}),
    "l1-clip-value": ("adam", 0.0, {"l1": 0.02, "clip_value": 0.03}),
    "clip-norm": ("momentum", 0.01, {"clip_norm": 0.5}),
    "max-norm": ("momentum", 0.0, {"max_norm": 1.5}),
    "l1-norms": ("adam", 0.0, {"l1": 0.01, "clip_norm": 0.25, "max_norm": 1.25}),
    "ema": ("adam", 0.0, {"ema": 0.95}),
    "batch-ema": ("momentum", 0.0, {"ema": 0.99, "normalization": "batch"}),
}
EPSILON = 1e-8  # also for Adagrad, whose default in PyTorch is 1e-10
OTHER_ACTIVATION = {  # the others use ReLU
    "training-sgd-decay-squared-error": "identity",
    "training-momentum-cross-entropy": "sigmoid",
    "training-nesterov-decay-squared-error": "leaky-relu",
    "training-adam-decay-cross-entropy": "tanh",
    "training-adamw-squared-error": "sigmoid",
}
NORMALIZATIONS = {"none": None, "batch": nn.BatchNorm1d, "layer": nn.LayerNorm}
MAX_LOSS_ERROR = 1e-6
MAX_WEIGHT_ERROR = 2e-6


def network(activation: str, outputs: int, normalization: str = "none") -> nn.Sequential:
    layers = []
    widths = [FEATURES, *HIDDEN]
    for inputs, units in zip(widths, widths[1:]):
        kind = NORMALIZATIONS[normalization]
        layers += [nn.Linear(inputs, units), *([kind(units)] if kind else []), ACTIVATIONS[activation]()]
    return nn.Sequential(*layers, nn.Linear(widths[-1], outputs))


def loss_of(outputs: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return the cross-entropy of labels, or the squared error of targets, summed over the outputs and averaged over
    the rows."""
    if y.dtype == torch.int64:
        return nn.functional.cross_entropy(outputs, y)
    return (y - outputs).square().sum(1).mean()


def problem(seed: int, rows: int, loss: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw features and noisy targets that depend on them: the noise keeps the loss away from zero."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, FEATURES))
    y = np.tanh(x @ random.normal(size=(FEATURES, OUTPUTS[loss]))) + 0.5 * random.normal(size=(rows, OUTPUTS[loss]))
    target = torch.from_numpy(y.argmax(1)) if loss == "cross-entropy" else torch.from_numpy(y.astype(np.float32))
    return torch.from_numpy(x.astype(np.float32)), target


def initial_weights(seed: int, outputs: int, normalization: str = "none") -> dict[str, torch.Tensor]:
    """Initialize with He-normal weights and nonzero biases; normalizations keep their defaults."""
    random = np.random.default_rng([seed, 1])
    weights = {}
    net = network("relu", outputs, normalization)
    for name, value in net.state_dict().items():
        if not isinstance(net[int(name.split(".")[0])], nn.Linear):
            weights[name] = value.clone()
            continue
        scale = np.sqrt(2 / value.shape[1]) if name.endswith("weight") else 0.1
        weights[name] = torch.from_numpy((scale * random.normal(size=value.shape)).astype(np.float32))
    return weights


class Lion(torch.optim.Optimizer):
    """Lion by algorithm 2 of Chen et al., "Symbolic Discovery of Optimization Algorithms" (2023), which PyTorch
    lacks."""

    def __init__(self, parameters, lr: float, weight_decay: float, betas: tuple[float, float] = (0.9, 0.99)):
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay, "betas": betas})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            first, second = group["betas"]
            for weight in group["params"]:
                mean = self.state[weight].setdefault("exp_avg", torch.zeros_like(weight))
                update = (first * mean + (1 - first) * weight.grad).sign()
                weight -= group["lr"] * (update + group["weight_decay"] * weight)
                mean.mul_(second).add_(weight.grad, alpha=1 - second)


def optimizer_of(net: nn.Module, kind: str, rate: float, momentum: float, nesterov: bool, decay: float):
    if kind == "sgd":
        return torch.optim.SGD(net.parameters(), lr=rate, momentum=momentum, nesterov=nesterov, weight_decay=decay)
    options = {"lr": rate, "weight_decay": decay}
    if kind == "lion":
        return Lion(net.parameters(), **options)
    return {
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
    }[kind](net.parameters(), eps=EPSILON, **options)


def train(x, y, initial, activation: str, normalization: str, recipe: tuple, dtype: torch.dtype, regularization={}):
    """Return the loss of each step without penalties, and the final weights or their average over the steps."""
    outputs = next(reversed(initial.values())).shape[0]
    net = network(activation, outputs, normalization).to(dtype)
    net.load_state_dict(initial)
    optimizer = optimizer_of(net, *recipe)
    x = x.to(dtype)
    y = y if y.dtype == torch.int64 else y.to(dtype)
    # Average the steps with PyTorch's own bookkeeping, with weights that grow and are normalized by their sum.
    decay = regularization.get("ema", 0)
    average = torch.optim.swa_utils.AveragedModel(
        net,
        avg_fn=lambda mean, newest, steps: mean + (1 - decay) / (1 - decay ** (int(steps) + 1)) * (newest - mean),
        use_buffers=True,
    )
    losses = []
    for _ in range(EPOCHS):
        for start in range(0, ROWS, BATCH_SIZE):
            loss = loss_of(net(x[start : start + BATCH_SIZE]), y[start : start + BATCH_SIZE])
            optimizer.zero_grad()
            penalty = sum(layer.weight.abs().sum() for layer in net if isinstance(layer, nn.Linear))
            (loss + regularization["l1"] * penalty if "l1" in regularization else loss).backward()
            if "clip_value" in regularization:
                nn.utils.clip_grad_value_(net.parameters(), regularization["clip_value"])
            if "clip_norm" in regularization:
                nn.utils.clip_grad_norm_(net.parameters(), regularization["clip_norm"])
            optimizer.step()
            if "max_norm" in regularization:
                for layer in net:
                    if isinstance(layer, nn.Linear):
                        layer.weight.data = torch.renorm(layer.weight.data, 2, 0, regularization["max_norm"])
            average.update_parameters(net)
            losses.append(loss.detach())
    result = average.module if decay else net
    return torch.stack(losses), {name: value.clone() for name, value in result.state_dict().items()}


def training_reference(name: str, loss: str, recipe: tuple, normalization: str = "none", regularization={}) -> None:
    activation = OTHER_ACTIVATION.get(name, "relu")
    for seed in range(1, 1000):
        x, y = problem(seed, ROWS, loss)
        initial = initial_weights(seed, OUTPUTS[loss], normalization)
        losses, final = train(x, y, initial, activation, normalization, recipe, torch.float32, regularization)
        exact_losses, exact_final = train(x, y, initial, activation, normalization, recipe, torch.float64, regularization)
        loss_error = ((losses - exact_losses) / exact_losses).abs().max().item()
        weight_error = max((final[key] - exact_final[key]).abs().max().item() for key in final)
        if loss_error <= MAX_LOSS_ERROR and weight_error <= MAX_WEIGHT_ERROR:
            break
    else:
        raise SystemExit(f"{name}: no seed gives a run that forgives rounding")
    print(
        f"{name:42} {activation:10} seed {seed:3}  loss {losses[:4].mean():.3f} to {losses[-4:].mean():.3f}"
        f"  float32 - float64: losses {loss_error:.1e} relative, weights {weight_error:.1e}"
    )
    kind, rate, momentum, nesterov, decay = recipe
    metadata = {
        "optimizer": kind,
        "learning_rate": str(rate),
        "momentum": str(momentum),
        "nesterov": str(nesterov).lower(),
        "weight_decay": str(decay),
        "loss": loss,
        "activation": activation,
        "batch_size": str(BATCH_SIZE),
        "epochs": str(EPOCHS),
        "hidden": ",".join(map(str, HIDDEN)),
        "seed": str(seed),
    }
    if normalization != "none":
        metadata["normalization"] = normalization
    metadata |= {key: str(value) for key, value in regularization.items()}
    tensors = {"train.x": x, "train.y": y}
    tensors |= {f"initial.{key}": value for key, value in initial.items()}
    tensors["losses"] = losses
    tensors |= {f"final.{key}": value for key, value in final.items()}
    write(name, tensors, metadata)


def gradient_references() -> None:
    seed, rows = 1, BATCH_SIZE
    x, _ = problem(seed, rows, "squared-error")
    tensors = {"x": x}
    worst = 0.0
    for loss, outputs in OUTPUTS.items():
        _, y = problem(seed, rows, loss)
        initial = initial_weights(seed, outputs)
        tensors[f"{loss}.y"] = y
        tensors |= {f"{loss}.initial.{key}": value for key, value in initial.items()}
        for activation in ACTIVATIONS:
            gradients = []
            for dtype in (torch.float32, torch.float64):
                net = network(activation, outputs).to(dtype)
                net.load_state_dict(initial)
                value = loss_of(net(x.to(dtype)), y if loss == "cross-entropy" else y.to(dtype))
                value.backward()
                gradients.append({"loss": value.detach().reshape(1)})
                gradients[-1] |= {f"gradient.{key}": weight.grad for key, weight in net.named_parameters()}
            single, exact = gradients
            worst = max(worst, *((single[key] - exact[key]).abs().max().item() for key in single))
            tensors |= {f"{loss}.{activation}.{key}": value for key, value in single.items()}
    print(f"{'gradients':42} float32 - float64: {worst:.1e}")
    write("gradients", tensors, {})


CLASS_WEIGHTS = [1.0, 0.5, 2.0, 3.0]
HUBER_DELTA = 0.75
LOSSES = {  # per output
    "binary-cross-entropy": lambda z, y: nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none"),
    "huber": lambda z, y: nn.functional.huber_loss(z, y, reduction="none", delta=HUBER_DELTA),
    "absolute-error": lambda z, y: nn.functional.l1_loss(z, y, reduction="none"),
    "poisson": lambda z, y: nn.functional.poisson_nll_loss(z, y, reduction="none"),
    "squared-error": lambda z, y: nn.functional.mse_loss(z, y, reduction="none"),
}


def loss_references() -> None:
    seed, rows = 1, BATCH_SIZE
    x, labels = problem(seed, rows, "cross-entropy")
    _, values = problem(seed, rows, "squared-error")
    w = torch.from_numpy(np.random.default_rng([seed, 2]).uniform(0, 2, rows).astype(np.float32))
    w[3] = 0
    counts = labels.bincount(minlength=4)
    balanced = rows / (4 * counts)
    targets = {
        "binary-cross-entropy": torch.sigmoid(3 * values),
        "huber": values,
        "absolute-error": values,
        "poisson": (2 * values).exp().round(),
        "squared-error": values,
    }
    cases = {f"{loss}.{kind}": (loss, y, w if kind == "rows" else None)
             for loss, y in targets.items() for kind in ("plain", "rows")}
    two = labels % 2
    cases |= {
        "binary-cross-entropy.classes": ("binary-cross-entropy", two, None),
        "binary-cross-entropy.given": ("binary-cross-entropy", two, torch.tensor(CLASS_WEIGHTS)[two]),
        "cross-entropy.rows": ("cross-entropy", labels, w),
        "cross-entropy.given": ("cross-entropy", labels, torch.tensor(CLASS_WEIGHTS)[labels]),
        "cross-entropy.balanced": ("cross-entropy", labels, balanced[labels]),
        "cross-entropy.both": ("cross-entropy", labels, w * balanced[labels]),
    }
    tensors = {"x": x, "w": w}
    worst = 0.0
    for name, (loss, y, weights) in cases.items():
        outputs = 4 if loss == "cross-entropy" else 1 if y is two else 2
        initial = initial_weights(seed, outputs)
        results = []
        for dtype in (torch.float32, torch.float64):
            net = network("relu", outputs).to(dtype)
            net.load_state_dict(initial)
            z = net(x.to(dtype))
            if loss == "cross-entropy":
                each = nn.functional.cross_entropy(z, y, reduction="none")
            else:
                each = LOSSES[loss](z, (y.reshape(-1, 1) if y is two else y).to(dtype)).sum(1)
            value = each.mean() if weights is None else (weights.to(dtype) * each).sum() / weights.to(dtype).sum()
            value.backward()
            results.append({"loss": value.detach().reshape(1)})
            results[-1] |= {f"gradient.{key}": weight.grad for key, weight in net.named_parameters()}
        single, exact = results
        worst = max(worst, *((single[key] - exact[key]).abs().max().item() for key in single))
        tensors[f"{name}.y"] = y
        tensors |= {f"{name}.initial.{key}": value for key, value in initial.items()}
        tensors |= {f"{name}.{key}": value for key, value in single.items()}
    print(f"{'losses':42} float32 - float64: {worst:.1e}")
    write("losses", tensors, {"huber_delta": str(HUBER_DELTA), "class_weights": ",".join(map(str, CLASS_WEIGHTS))})


def schedule_references() -> None:
    tensors = {}
    for name, schedule in {
        "cosine": lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS),
        "one-cycle": lambda optimizer: torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=0.1, total_steps=STEPS, cycle_momentum=False
        ),
    }.items():
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
        scheduler = schedule(optimizer)
        rates = []
        for _ in range(STEPS):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        tensors[name] = torch.tensor(rates, dtype=torch.float32)
    # Decreasing, with noise that makes plateaus.
    losses = 1 / np.arange(1, EPOCHS + 1) + 0.05 * np.random.default_rng(1).random(EPOCHS)
    tensors["plateau.losses"] = torch.from_numpy(losses.astype(np.float32))
    for name, schedule in {
        "step": lambda optimizer: torch.optim.lr_scheduler.StepLR(optimizer, 7, 0.5),
        "exponential": lambda optimizer: torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.95),
        "plateau": lambda optimizer: torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.3, patience=2),
    }.items():
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
        scheduler = schedule(optimizer)
        rates = []
        for loss in tensors["plateau.losses"]:
            rates += [optimizer.param_groups[0]["lr"]] * (STEPS // EPOCHS)
            optimizer.step()
            scheduler.step(*[float(loss)] * (name == "plateau"))
        tensors[name] = torch.tensor(rates, dtype=torch.float32)
    write("schedules", tensors, {"max_learning_rate": "0.1", "steps": str(STEPS)})


def lbfgs_references() -> None:
    """Check that PyTorch's LBFGS reaches the same minimum, so that there is no other one nearby, and that the path has
    no plateaus at which SciPy would stop by its default tolerances."""
    for name, hidden, activation, loss, decay in [
        ("softmax", [], "relu", "cross-entropy", 0.01),
        ("linear", [], "relu", "squared-error", 0.01),
        ("tanh", [8], "tanh", "cross-entropy", 0.02),
    ]:
        for seed in range(1, 1000):
            x, y = problem(seed, ROWS, loss)
            widths = [FEATURES, *hidden, OUTPUTS[loss]]
            layers = [nn.Linear(widths[0], widths[1])]
            for inputs, units in zip(widths[1:], widths[2:]):
                layers += [ACTIVATIONS[activation](), nn.Linear(inputs, units)]
            net = nn.Sequential(*layers).double()
            random = np.random.default_rng([seed, 1])
            for value in net.parameters():
                scale = np.sqrt(2 / value.shape[1]) if value.dim() > 1 else 0.1
                value.data = torch.from_numpy((scale * random.normal(size=value.shape)).astype(np.float32)).double()
            initial = {key: value.clone() for key, value in net.state_dict().items()}
            start = nn.utils.parameters_to_vector(net.parameters()).detach()
            target = y if loss == "cross-entropy" else y.double()

            def objective() -> torch.Tensor:
                penalty = decay / 2 * sum(value.square().sum() for value in net.parameters())
                return loss_of(net(x.double()), target) + penalty

            def value_and_gradient(at: np.ndarray) -> tuple[float, np.ndarray]:
                nn.utils.vector_to_parameters(torch.from_numpy(at), net.parameters())
                net.zero_grad()
                value = objective()
                value.backward()
                return value.item(), nn.utils.parameters_to_vector(p.grad for p in net.parameters()).numpy()

            options = {"maxiter": 10_000, "maxfun": 100_000, "gtol": 1e-9, "ftol": 0}
            found = scipy.optimize.minimize(
                value_and_gradient, start.numpy(), jac=True, method="L-BFGS-B", options=options
            )
            nn.utils.vector_to_parameters(torch.from_numpy(found.x), net.parameters())
            final = {key: value.clone() for key, value in net.state_dict().items()}
            usual = scipy.optimize.minimize(
                value_and_gradient, start.numpy(), jac=True, method="L-BFGS-B", options={"maxiter": 10_000}
            )
            nn.utils.vector_to_parameters(start.clone(), net.parameters())
            optimizer = torch.optim.LBFGS(
                net.parameters(), max_iter=10_000, history_size=10, tolerance_grad=1e-9, tolerance_change=0,
                line_search_fn="strong_wolfe",
            )

            def closure() -> torch.Tensor:
                optimizer.zero_grad()
                value = objective()
                value.backward()
                return value

            optimizer.step(closure)
            difference = max((final[key] - value).abs().max().item() for key, value in net.state_dict().items())
            if difference < 1e-5 and usual.fun - found.fun < 1e-6 * found.fun:
                break
        else:
            raise SystemExit(f"lbfgs-{name}: no seed gives one minimum")
        print(f"lbfgs-{name:36} {activation:10} seed {seed:3}  objective {found.fun:.6f} after {found.nit} iterations")
        tensors = {"train.x": x, "train.y": y}
        tensors |= {f"initial.{key}": value.float() for key, value in initial.items()}
        tensors |= {f"final.{key}": value.float() for key, value in final.items()}
        metadata = {"loss": loss, "activation": activation, "hidden": ",".join(map(str, hidden)), "seed": str(seed)}
        metadata |= {"weight_decay": str(decay), "objective": repr(float(found.fun)), "iterations": str(found.nit)}
        write(f"lbfgs-{name}", tensors, metadata | {"scipy": scipy.__version__})


def write(name: str, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    arrays = {key: value.contiguous().numpy() for key, value in tensors.items()}
    reference_file.write(name, arrays, metadata | {"torch": torch.__version__.split("+")[0]})


def main() -> None:
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for loss in OUTPUTS:
        for optimizer, (*recipe, decay) in OPTIMIZERS.items():
            training_reference(f"training-{optimizer}-{loss}", loss, (*recipe, 0.0))
            training_reference(f"training-{optimizer}-decay-{loss}", loss, (*recipe, decay))
        for normalization in ["batch", "layer"]:
            # Before a batch normalization, the gradient of a bias is nothing but rounding error, which Adam would turn
            # into steps.
            *recipe, _ = OPTIMIZERS["momentum"]
            training_reference(f"training-{normalization}-{loss}", loss, (*recipe, 0.0), normalization)
        for name, (optimizer, decay, regularization) in REGULARIZATIONS.items():
            *recipe, _ = OPTIMIZERS[optimizer]
            training_reference(f"training-{name}-{loss}", loss, (*recipe, decay), regularization=regularization,
                normalization=regularization.get("normalization", "none"))
    gradient_references()
    loss_references()
    schedule_references()
    lbfgs_references()


if __name__ == "__main__":
    main()
