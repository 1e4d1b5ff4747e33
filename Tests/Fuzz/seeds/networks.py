"""Make seeds of models, checkpoints, and the files of runs and searches."""

import json

from .binaries import DIGEST, FLOATS, assembly
from .formats import text
from .tables import CITY, KIND, RATE


RECIPE = {
    "hidden": [2], "activation": "relu", "leaky_slope": 0.01, "normalization": "none", "loss": "cross-entropy",
    "huber_delta": 1, "class_weight": None, "label_smoothing": 0, "optimizer": "adam", "learning_rate": 0.002,
    "momentum": 0.9, "nesterov": False, "dropout": [], "input_dropout": 0, "weight_decay": 0, "alpha": 0, "l1": 0,
    "clip_value": None, "clip_norm": None, "max_norm": None, "ema": None, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
    "history_size": 10, "gradient_tolerance": 1e-5, "schedule": "cosine", "gamma": None, "decay_epochs": 10, "power": 0.5,
    "warmup": 0, "batch_size": 2, "epochs": 3, "seed": 1, "validation": 0.1, "monitor": "validation-loss",
    "patience": None, "min_delta": 0, "tol": None, "n_iter_no_change": None, "shuffle": True, "shards": 2,
    "precision": "f32",
}
RECORDS_OF_EPOCHS = [
    {"epoch": n, "step": 4 * n, "train_loss": 1.5 / n, "validation_loss": 1.25 / n, "validation_accuracy": 0.5,
     "learning_rate": 0.002, "samples_per_second": 1000.5, "seconds": 0.25 * n} for n in (1, 2)
]
LAYERS = "{0}0.weight{1} F32 2 3\n{0}0.bias{1} F32 2\n{0}{2}.weight{1} F32 2 2\n{0}{2}.bias{1} F32 2\n"
NORMALIZED = LAYERS.format("", "", 3) + "1.weight F32 2\n1.bias F32 2\n"
RUNNING = "1.running_mean F32 2\n1.running_var F32 2\n1.num_batches_tracked I64\n"


def network(kind: str, entries: dict, tensors: str) -> bytes:
    entries = {"recipe": RECIPE, "task": "classification", "classes": ["a", "b"], "feature_shape": [3]} | entries
    return assembly({"format": f"fasttrain.{kind}.v1", "digest": DIGEST} | entries, tensors, FLOATS)


def checkpoint(recipe: dict, entries: dict, tensors: str) -> bytes:
    progress = {
        "recipe": RECIPE | recipe, "fingerprint": "0123456789abcdef", "step": "9", "epoch": "2",
        "loss_sum": "3ff0000000000000", "seconds": "0.5", "history": RECORDS_OF_EPOCHS,
    }
    return network("checkpoint", progress | entries, tensors)


PLAIN = LAYERS.format("", "", 2)
ADAM = LAYERS.format("optimizer.", ".exp_avg", 2) + LAYERS.format("optimizer.", ".exp_avg_sq", 2)
MODELS = {
    "model": network("model", {}, PLAIN),
    "images": network("model", {"feature_shape": [3, 1], "x_scale": "0.00392"}, PLAIN),
    "regression": network(
        "model", {"recipe": RECIPE | {"loss": "huber"}, "task": "regression", "targets": ["s", "t"]}, PLAIN),
    "table": network("model", {"preprocessing": {"columns": [CITY, RATE], "targets": [KIND]}}, PLAIN),
    "layer-normalization": network("model", {"recipe": RECIPE | {"normalization": "layer"}}, NORMALIZED),
    "batch-normalization": network("model", {"recipe": RECIPE | {"normalization": "batch"}}, NORMALIZED + RUNNING),
    "linear": network("model", {"recipe": RECIPE | {"hidden": []}}, "0.weight F32 2 3\n0.bias F32 2\n"),
    "class-twice": network("model", {"classes": ["a", "a"]}, PLAIN),
    "checkpoint": checkpoint({}, {}, PLAIN + ADAM),
    "checkpoint-best": checkpoint({}, {"best_epoch": "1"}, PLAIN + ADAM + LAYERS.format("best.", "", 2)),
    "checkpoint-average": checkpoint({"ema": 0.9}, {}, PLAIN + ADAM + LAYERS.format("ema.", "", 2)),
    "checkpoint-sgd": checkpoint({"optimizer": "sgd"}, {}, PLAIN + LAYERS.format("optimizer.", ".momentum", 2)),
    "checkpoint-start": checkpoint({"optimizer": "sgd", "momentum": 0}, {"step": "0", "epoch": "0", "history": []}, PLAIN),
    "checkpoint-lbfgs": checkpoint({"optimizer": "lbfgs", "history_size": 1}, {"converged": "true"}, PLAIN),
}
PARAMETERS = {
    "linear": assembly({}, "0.weight F32 2 2\n0.bias F32 2\n", FLOATS),
    "hidden": assembly({}, "0.weight F32 3 2\n0.bias F32 3\n2.weight F32 2 3\n2.bias F32 2\n", FLOATS),
    "batch": assembly(
        {}, "0.weight F32 3 2\n0.bias F32 3\n3.weight F32 2 3\n3.bias F32 2\n1.weight F32 3\n1.bias F32 3\n"
        "1.running_mean F32 3\n1.running_var F32 3\n1.num_batches_tracked I64\n"),
    "layer": assembly(
        {"digest": DIGEST}, "0.weight F32 2 2\n0.bias F32 2\n1.weight F32 2\n1.bias F32 2\n3.weight F32 2 2\n3.bias F32 2\n"
        "4.weight F32 2\n4.bias F32 2\n6.weight F32 2 2\n6.bias F32 2\n", FLOATS),
    "others": assembly({}, "encoder.weight F32 2\n1000000.weight F32 2 2\n00.weight F32 1\n0.weight F16 2 2\n"),
}

CONFIGS = {
    "yaml": "hidden: [256, 128]\nactivation: relu\nlearning-rate: 2e-3\noptimizer: adamw\nweight_decay: 0.01\nepochs: 20\n",
    "recipe": text(RECIPE | {"data": None, "fingerprint": "0123456789abcdef", "checkpoint_every": None,
                             "from_parameters": False}),
    "single-values": "hidden: 64\ndropout: 0.1\nclass_weight: balanced\nseed: 18446744073709551615\n",
    "weights": "class_weight: [1, 2.5]\nmonitor: train-loss\nvalidation: 0\n",
    "lbfgs": "optimizer: lbfgs\nhistory_size: 20\nschedule: constant\nprecision: f32\n",
    "adaptive": "schedule: adaptive\ntol: 1e-4\nn_iter_no_change: 5\ngamma: 0.5\n",
    "mistyped": "learning_rat: 1\n",
    "twice": "batch-size: 1\nbatch_size: 2\n",
    "out-of-range": "epochs: 0\nmomentum: 1\n",
    "no-setting": "- 1\n",
    "empty": "",
}
SPACES = {
    "lists": "hidden: [[64], [128], [256, 128]]\nactivation: [relu, tanh]\noptimizer: [adam, adamw]\n",
    "ranges": "learning_rate: {low: 1e-4, high: 1e-2, log: true}\nbatch_size: {low: 16, high: 256, log: true, int: true}\n"
              "dropout: {low: 0, high: 0.5}\nweight-decay: {low: 0, high: 0.1}\n",
    "whole-numbers": "shards: {low: 1, high: 8}\nl1: {low: 0, high: 9007199254740992, int: true}\n",
    "huge": "batch_size: {low: 1e300, high: 1e301}\n",
    "single": "hidden: 64\n",
    "fixed": "epochs: [1, 2]\n",
    "none": "hidden: []\n",
    "reversed": "alpha: {low: 1, high: 0}\n",
    "json": text({"momentum": [0, 0.9], "nesterov": [True, False], "patience": [None, 3], "class_weight": ["balanced", [1, 2]]}),
}
RUN = RECIPE | {"data": "mnist.safetensors", "fingerprint": "0123456789abcdef", "checkpoint_every": 100,
                "from_parameters": False}
RECIPES = {
    "run": json.dumps(RUN, indent=2),
    "sample": text(RUN | {"data": None, "checkpoint_every": None, "from_parameters": True}),
    "large-seed": text(RUN | {"seed": "18446744073709551615", "class_weight": [1, 2]}),
    "earlier": text({key: RUN[key] for key in RUN if key not in ("precision", "alpha", "tol", "monitor", "dropout")}),
    "one-for-each": text(RUN | {"hidden": [2, 3], "activation": ["relu", "gelu"], "dropout": [0.1, 0.2]}),
    "tiles": text(RUN | {"precision": "bf16", "accumulation": "tiles"}),
    "wrong": text(RUN | {"epochs": 0}),
    "more": text(RUN | {"more": 1}),
    "controls": text(RUN | {"data": "a\x7f\x85\ufeff.safetensors"}),
}
LINES = [text(record) for record in RECORDS_OF_EPOCHS]
HISTORIES = {
    "two": "\n".join(LINES) + "\n",
    "cut": LINES[0] + "\n" + LINES[1][:20],
    "bare": text({key: RECORDS_OF_EPOCHS[0][key] for key in ("epoch", "step", "train_loss", "learning_rate", "samples_per_second", "seconds")}),
    "not-finite": text(RECORDS_OF_EPOCHS[0] | {"train_loss": "NaN", "validation_loss": "-Infinity"}) + "\n",
    "r2": text({key.replace("accuracy", "r2"): value for key, value in RECORDS_OF_EPOCHS[1].items()}) + "\n",
    "empty-line": LINES[0] + "\n\n" + LINES[1] + "\n",
    "windows": LINES[0] + "\r\n" + LINES[1] + "\r\n",
    "empty": "",
}
SEARCH = {
    "method": "hyperband", "trials": 9, "folds": None, "final_epochs": None,
    "space": {"hidden": [[2], [3]], "learning_rate": {"low": 1e-4, "high": 1e-2, "log": True}},
    "starts_with_recipe": True, "recipe": RECIPE, "data": None, "fingerprint": "0123456789abcdef",
}
SEARCHES = {
    "hyperband": text(SEARCH),
    "grid": text(SEARCH | {"method": "grid", "trials": 2, "space": {"hidden": [[2], [3]]}, "starts_with_recipe": False}),
    "random": text(SEARCH | {"method": "random", "folds": 5, "final_epochs": 100, "data": "x.safetensors"}),
    "many": text(SEARCH | {"trials": 1000, "recipe": RECIPE | {"epochs": 100000}}),
    "no-validation": text(SEARCH | {"recipe": RECIPE | {"validation": 0, "monitor": "train-loss"}}),
    "huge-range": text(SEARCH | {"space": {"shards": {"low": 1e300, "high": 1e301}}}),
}


def trial(number: int, **changes) -> dict:
    return {
        "trial": number, "bracket": 0, "rung": 0, "epochs": 1, "settings": {"hidden": [2]}, "validation_loss": 1.5 - number / 9,
        "validation_accuracy": 0.5, "best_epoch": 1, "diverged": None, "seconds": 0.5,
    } | changes


def trial_lines(*results: dict, end: str = "\n") -> str:
    return "".join(text(result) + end for result in results)


ALL_OF_A_RUNG = [trial(number) for number in range(9)]
TRIALS = {
    "one": trial_lines(trial(0)),
    "a-rung": trial_lines(*ALL_OF_A_RUNG),
    "next-rung": trial_lines(*ALL_OF_A_RUNG, trial(8, rung=1, epochs=3), trial(7, rung=1, epochs=3)),
    "diverged": trial_lines(trial(0, validation_loss=None, validation_accuracy=None, best_epoch=None, diverged="loss")),
    "cut": trial_lines(trial(0)) + text(trial(1))[:30],
    "windows": trial_lines(trial(0), trial(1), end="\r\n"),
    "rung-below-zero": trial_lines(trial(0, rung=-1)),
    "huge-rung": trial_lines(trial(0, rung=(1 << 62))),
    "other-settings": trial_lines(trial(0, settings={"hidden": [3]})),
    "no-trial": trial_lines(trial(99)),
    "not-finite": trial_lines(trial(0, validation_loss="NaN"), trial(1, validation_loss="Infinity")),
    "empty": "",
}
