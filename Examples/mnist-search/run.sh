#!/bin/bash
# Finds a good architecture on validation data, predicts the test data, and makes a confusion matrix.
# DATA=mnist.safetensors uses all of MNIST instead of the 5,000 built-in digits; the arguments go to `fasttrain search`:
#     DATA=mnist.safetensors ./run.sh --time 10m
set -euo pipefail
data=${DATA:+$(realpath "$DATA")}
. "$(dirname "$0")/../programs.sh"

fasttrain search ${data:+--data "$data"} --trials 12 --epochs 9 --output out/found "$@"
fasttrain predict out/found ${data:+--data "$data"} -o out/predictions.csv
