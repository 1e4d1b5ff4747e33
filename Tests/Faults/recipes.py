"""Draw data sets and recipes at random: all can be trained, few are sensible."""

import json
import math
import random
import struct
from pathlib import Path

ACTIVATIONS = [
    "identity", "relu", "leaky-relu", "elu", "sigmoid", "tanh", "gelu", "gelu-tanh", "silu", "softplus", "mish"]
OPTIMIZERS = ["sgd", "adam", "adamw", "rmsprop", "adagrad", "lion", "lbfgs"]
SCHEDULES = ["constant", "step", "exponential", "inverse-scaling", "plateau", "adaptive", "cosine", "one-cycle"]
LOSSES = {
    "classes": ["cross-entropy", "binary-cross-entropy", "squared-error", "absolute-error", "huber"],
    "numbers": ["squared-error", "absolute-error", "huber"],
    "labels": ["binary-cross-entropy", "squared-error"],
    "counts": ["poisson", "huber"],
}


def write_safetensors(path: Path, tensors: dict[str, tuple[str, list[int], bytes]]) -> None:
    header, at = {}, 0
    for name, (kind, shape, content) in tensors.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [at, at + len(content)]}
        at += len(content)
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(content for _, _, content in tensors.values()))


def floats(values: list[float]) -> bytes:
    return struct.pack(f"<{len(values)}f", *values)


def draw_data(random: random.Random, path: Path) -> tuple[str, int]:
    """Write a small data set. Returns the task, which is a key of `LOSSES`, and the number of training rows."""
    kind = random.choice(list(LOSSES))
    rows, width = random.randrange(60, 500), random.randrange(1, 60)
    outputs = random.randrange(2, 7) if kind == "classes" else random.randrange(1, 4)
    has_bytes, zeros = random.random() < 0.5, random.choice([0, 0, 0.5, 0.9])
    weighted = random.random() < 0.3
    # An unsigned byte fits behind the largest alignment of safetensors: 8-byte elements come first.
    label = random.choice([("I64", "q"), ("U16", "H"), ("U8", "B")])
    tensors = {}
    for part, count in (("train", rows), ("test", random.choice([0, 30]))):
        if not count:
            continue
        features = [
            [0 if random.random() < zeros else random.randrange(256) for _ in range(width)] for _ in range(count)]
        sums = [sum(value * (1 + column % 3) for column, value in enumerate(row)) for row in features]
        if kind == "classes":
            # Make sure that every class occurs.
            answers = [row % outputs if row < 2 * outputs else total // 50 % outputs for row, total in enumerate(sums)]
            tensors[f"{part}.y"] = (label[0], [count], struct.pack(f"<{count}{label[1]}", *answers))
        else:
            values = [math.sin(total / 100 + output) for total in sums for output in range(outputs)]
            if kind == "labels":
                values = [float(value > 0) for value in values]
            elif kind == "counts":
                values = [float(round(3 + 3 * value)) for value in values]
            tensors[f"{part}.y"] = ("F32", [count, outputs], floats(values))
        if has_bytes:
            tensors[f"{part}.x"] = ("U8", [count, width], bytes(value for row in features for value in row))
        else:
            tensors[f"{part}.x"] = ("F32", [count, width], floats([value / 255 for row in features for value in row]))
        if weighted:
            tensors[f"{part}.w"] = ("F32", [count], floats([random.choice([0.5, 1, 2]) for _ in range(count)]))
    # Put large elements first, so that each is aligned to its size.
    sizes = {"I64": 8, "F32": 4, "U16": 2, "U8": 1}
    write_safetensors(path, dict(sorted(tensors.items(), key=lambda entry: -sizes[entry[1][0]])))
    return kind, rows


def draw_recipe(random: random.Random, kind: str, rows: int) -> list[str]:
    """Return the options of a run that takes a fraction of a second. `kind` is a result of `draw_data`."""

    def maybe(share: float, *option: object) -> list[object]:
        return list(option) if random.random() < share else []

    def some(low: float, high: float) -> str:
        return f"{math.exp(random.uniform(math.log(low), math.log(high))):.3g}"

    layers = random.randrange(4)
    each = 1 if layers == 0 or random.random() < 0.7 else layers
    optimizer, loss = random.choice(OPTIMIZERS), random.choice(LOSSES[kind])
    is_full_batch = optimizer == "lbfgs"
    validation, epochs = random.choice([0, 0.1, 0.3]), random.randrange(2, 8) * (3 if is_full_batch else 1)
    options: list[object] = [
        "--hidden", ",".join(str(random.randrange(1, 70)) for _ in range(layers)) or "none",
        "--activation", ",".join(random.choice(ACTIVATIONS) for _ in range(each)),
        "--optimizer", optimizer, "--loss", loss, "--epochs", epochs, "--seed", random.randrange(2**32),
        "--shards", random.choice([1, 2, 2, 3, 5]),
    ]
    options += maybe(0.4, "--normalization", "layer" if is_full_batch else random.choice(["batch", "layer"]))
    options += maybe(0.3, "--weight-decay", some(1e-5, 0.1))
    options += maybe(0.2, "--alpha", some(1e-5, 0.1)) if optimizer != "lion" else []
    options += maybe(0.3, "--label-smoothing", 0.1) if loss == "cross-entropy" else []
    options += maybe(0.5, "--huber-delta", some(0.1, 10)) if loss == "huber" else []
    options += maybe(0.2, "--class-weight", "balanced") if kind == "classes" else []
    options += maybe(0.5, "--checkpoint-every", random.randrange(1, 30))
    options += maybe(0.2, "--tol", some(1e-4, 0.1), "--n-iter-no-change", random.randrange(1, 4))
    if is_full_batch:
        options += maybe(0.3, "--history-size", random.randrange(1, 20))
    else:
        schedule = random.choice([name for name in SCHEDULES if name != "plateau" or validation > 0])
        batch = random.choice([16, 32, 33, 100, 1000] + ([1, 7] if rows < 150 else []))
        # One in ten goes wrong: it diverges, or its outputs and losses come close to the largest floats.
        rate = some(0.03, 1e15) if random.random() < 0.1 else some(1e-4, 0.03)
        options += ["--learning-rate", rate, "--schedule", schedule, "--batch-size", batch]
        options += maybe(0.5, "--gamma", 0.5) if schedule in ("step", "exponential", "plateau") else []
        options += ["--decay-epochs", 1] if schedule in ("step", "plateau") else []
        options += maybe(0.5, "--power", 0.25) if schedule == "inverse-scaling" else []
        options += maybe(0.3, "--warmup", random.choice([0.5, 1, 2]))
        options += maybe(0.2, "--no-shuffle")
        options += maybe(0.7, "--momentum", random.choice([0, 0.5, 0.9])) if optimizer == "sgd" else []
        options += maybe(0.4, "--dropout", random.choice([0.1, 0.5])) if layers > 0 else []
        options += maybe(0.2, "--input-dropout", 0.1)
        options += maybe(0.3, "--ema", random.choice([0.5, 0.99]))
        options += maybe(0.2, "--l1", some(1e-5, 1e-2))
        options += random.choice([maybe(0.4, "--clip-norm", some(0.1, 10)), maybe(0.4, "--clip-value", some(0.01, 1))])
        options += maybe(0.2, "--max-norm", some(0.5, 5))
        if random.random() < 0.3:
            options += ["--precision", "bf16"] + maybe(0.6, "--accumulation", random.choice(["pairs", "tiles"]))
    if validation > 0:
        options += maybe(0.3, "--monitor", random.choice(["validation-loss", "validation-score"]))
        options += maybe(0.2, "--patience", random.randrange(1, 4))
    options += ["--validation", validation]
    return [str(option) for option in options]


def draw_search(random: random.Random, kind: str, space: Path) -> list[str]:
    """Return the options of a search that takes a second. Its search space, unless it is the default, goes to
    `space`."""
    loss = random.choice(LOSSES[kind])
    method = random.choice(["hyperband", "hyperband", "random", "grid"])
    options: list[object] = [
        "--loss", loss, "--epochs", random.randrange(1, 10), "--seed",
        random.randrange(2**32), "--shards", random.choice([1, 2, 3]), "--method", method,
    ]
    options += random.choice([["--folds", random.randrange(2, 5)], ["--validation", random.choice([0.1, 0.3])]])
    options += ["--trials", random.randrange(2, 12)] if method != "grid" else []
    options += ["--final-epochs", random.randrange(1, 6)] if random.random() < 0.3 else []
    options += ["--monitor", random.choice(["validation-loss", "validation-score"])] if random.random() < 0.4 else []
    options += ["--patience", random.randrange(1, 4)] if random.random() < 0.2 else []
    options += ["--normalization", random.choice(["batch", "layer"])] if random.random() < 0.3 else []
    names: list[str] = []
    if method == "grid" or random.random() < 0.6:
        # In one of four, some or all trials go wrong.
        highest = random.choice([0.01, 0.03, 0.1, 1e10])
        varied: dict[str, object] = {
            "optimizer": random.sample(["sgd", "adam", "adamw", "rmsprop", "adagrad", "lion"], 2),
            "hidden": random.sample([[], [3], [20], [8, 4], [5, 5, 5]], 2),
            "learning_rate": [0.001, highest] if method == "grid" else {"low": 1e-4, "high": highest, "log": True},
            "batch_size": [16, 50],
        }
        names = random.sample(list(varied), random.randrange(1, 4))
        space.write_text(json.dumps({name: varied[name] for name in names}))
        options += ["--space", space]
    if "hidden" not in names:
        options += ["--hidden", random.choice(["7", "16,5"] if not names else ["none", "7", "16,5"])]
    return [str(option) for option in options]
