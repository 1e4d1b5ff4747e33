#!/usr/bin/env python3
"""Measure the latency of predicting one row on one thread: fasttrain, numpy, PyTorch and scikit-learn in one run.

The tools take turns over some rounds; the median over all predictions of the median round counts. Everything runs on
one CPU. PyTorch's outputs are probabilities, computed without gradients; numpy's are computed by
`maximum(x @ w + b, 0)` and a softmax, scikit-learn's by `predict_proba`. Requirements: numpy, scikit-learn, torch
(requirements.txt).

Usage: predict.py [--fasttrain PROGRAM] [--rounds N] [--seconds S]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import warnings

os.environ |= {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
import numpy as np

SHAPES = ((4, 50, 3), (784, 256, 128, 10), (784, 1024, 1024, 10))
ROWS = 256


def numpy_peer(weights, biases):
    def predict(x):
        for w, b in zip(weights[:-1], biases[:-1]):
            x = np.maximum(x @ w + b, 0)
        z = x @ weights[-1] + biases[-1]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    return predict


def torch_peer(weights, biases, form):
    import torch

    torch.set_num_threads(1)
    layers = []
    for w, b in zip(weights, biases):
        linear = torch.nn.Linear(*w.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(w.T.copy()))
            linear.bias.copy_(torch.from_numpy(b))
        layers += [linear, torch.nn.ReLU()]
    net = torch.nn.Sequential(*layers[:-1], torch.nn.Softmax(dim=1)).eval()
    if form == "jit":
        net = torch.jit.freeze(torch.jit.script(net))
    if form == "compile":
        net = torch.compile(net)

    def predict(x):
        with torch.inference_mode():
            return net(torch.from_numpy(x)).numpy()

    return predict


def sklearn_peer(weights, biases):
    from sklearn.neural_network import MLPClassifier

    shape = [len(w) for w in weights] + [len(biases[-1])]
    net = MLPClassifier(hidden_layer_sizes=shape[1:-1], max_iter=1)
    x = np.random.default_rng(0).random((2 * shape[-1], shape[0]), np.float32)
    net.fit(x, np.arange(len(x)) % shape[-1])
    net.coefs_, net.intercepts_ = list(weights), list(biases)
    return net.predict_proba


PEERS = {
    "numpy": numpy_peer,
    "PyTorch": lambda w, b: torch_peer(w, b, "eager"),
    "PyTorch, torch.jit": lambda w, b: torch_peer(w, b, "jit"),
    "PyTorch compiled": lambda w, b: torch_peer(w, b, "compile"),
    "scikit-learn": sklearn_peer,
}


def median_microseconds(predict, rows, seconds):
    for row in range(32):
        predict(rows[row : row + 1])
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        row = len(times) % len(rows)
        x = rows[row : row + 1]
        begin = time.perf_counter()
        predict(x)
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e6


def fasttrain_medians(program, seconds):
    done = subprocess.run(
        [program, "benchmark", "--predict", "--json", "--seconds", str(seconds)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)["predictions"]
    return {(result["network"], result["rows"]): result["median_microseconds"] for result in found}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fasttrain", default=".build/release/fasttrain")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1, help="seconds per tool, network and round")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    random = np.random.default_rng(1)
    names = ["-".join(map(str, shape)) for shape in SHAPES]
    rows, peers = {}, {}
    for shape, name in zip(SHAPES, names):
        rows[name] = random.random((ROWS, shape[0]), np.float32) - np.float32(0.5)
        weights = [random.normal(0, (2 / i) ** 0.5, (i, o)).astype(np.float32) for i, o in zip(shape, shape[1:])]
        biases = [np.zeros(o, np.float32) for o in shape[1:]]
        expected = numpy_peer(weights, biases)(rows[name][:8])
        for peer, make in PEERS.items():
            try:
                predict = make(weights, biases)
                if not np.allclose(predict(rows[name][:8]), expected, atol=1e-4):
                    raise ValueError("other predictions than numpy's")
                peers[peer, name] = predict
            except Exception as error:  # a peer that fails leaves an empty cell and its reason
                print(f"{peer}, {name}: {type(error).__name__}: {str(error).splitlines()[0]}", file=sys.stderr)
    found = {}
    for _ in range(options.rounds):
        for (name, kind), median in fasttrain_medians(options.fasttrain, options.seconds).items():
            found.setdefault((f"fasttrain, {kind} rows", name), []).append(median)
        for (peer, name), predict in peers.items():
            found.setdefault((peer, name), []).append(median_microseconds(predict, rows[name], options.seconds))
    print("| µs for one row, one thread | " + " | ".join(names) + " |")
    print("|---|" + "--:|" * len(names))
    for tool in dict.fromkeys(tool for tool, _ in found):
        cells = [f"{statistics.median(found[tool, name]):.3g}" if (tool, name) in found else "" for name in names]
        print(f"| {tool} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
