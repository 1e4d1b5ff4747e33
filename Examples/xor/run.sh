#!/bin/bash
# Learns XOR from its four rows, and draws the decision boundary.
set -euo pipefail
. "$(dirname "$0")/../programs.sh"

fasttrain-data csv xor.csv --target y --test 0 --scale none -o out/xor.safetensors
fasttrain --data out/xor.safetensors --validation 0 --hidden 8,8,8 --weight-decay 1e-5 --learning-rate 0.01 \
    --batch-size 4 --epochs 400 --checkpoint-every 400 --quiet --output out/run
fasttrain predict out/run --data xor.csv --probabilities
fasttrain boundary out/run --x-range -0.5,1.5 --y-range -0.5,1.5 -o out/boundary.png
