#!/bin/bash
# Predicts weight, waist and pulse from exercises at the gym.
set -euo pipefail
. "$(dirname "$0")/../programs.sh"

fasttrain-data csv linnerud.csv --target Weight,Waist,Pulse --test 0.25 -o out/linnerud.safetensors
fasttrain --data out/linnerud.safetensors --validation 0 --hidden 8 --activation tanh --learning-rate 0.01 \
    --weight-decay 0.01 --batch-size 15 --epochs 200 --checkpoint-every 100 --quiet --output out/run
fasttrain predict out/run --data linnerud.csv -o out/predictions.csv
paste -d, linnerud.csv out/predictions.csv | head -6
