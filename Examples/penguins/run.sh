#!/bin/bash
# Tells the species of penguins from a table with categories and gaps.
set -euo pipefail
. "$(dirname "$0")/../programs.sh"

fasttrain-data csv penguins.csv --target species --ignore year --missing mean -o out/penguins.safetensors
fasttrain --data out/penguins.safetensors --hidden 16 --batch-size 32 --epochs 60 --learning-rate 0.01 \
    --checkpoint-every 1000 --quiet --output out/run
fasttrain predict out/run --data new.csv --top 2
