#!/bin/bash
# Find a good architecture with validation data, predict the test data, make a confusion matrix.
# DATA=mnist.safetensors takes all of MNIST instead of the 5,000 digits that are built in; more arguments are `search`'s:
#     DATA=mnist.safetensors ./run.sh --time 10m
set -euo pipefail
data=${DATA:+$(realpath "$DATA")}
. "$(dirname "$0")/../programs.sh"

fasttrain search ${data:+--data "$data"} --trials 12 --epochs 9 --output out/found "$@"
fasttrain predict out/found ${data:+--data "$data"} -o out/predictions.csv
