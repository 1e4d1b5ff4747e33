#!/usr/bin/env python3
"""Train scikit-learn's MLPClassifier on the data set that run.sh made, with the same network, over ten seeds.

    pip install scikit-learn safetensors
    ./run.sh && python3 compare.py
"""

import statistics
import warnings

from safetensors.numpy import load_file
from sklearn.neural_network import MLPClassifier

data = load_file("out/penguins.safetensors")
warnings.simplefilter("ignore")  # some fits end before they have converged
scores = []
for seed in range(10):
    model = MLPClassifier((16,), learning_rate_init=0.01, batch_size=32, max_iter=60, random_state=seed)
    model.fit(data["train.x"], data["train.y"])
    scores.append(model.score(data["test.x"], data["test.y"]))
print(f"scikit-learn: {statistics.median(scores):.2%} of the test rows, {min(scores):.2%} to {max(scores):.2%}")
