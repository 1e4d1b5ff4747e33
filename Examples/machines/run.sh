#!/bin/bash
# A table with categories and gaps: what will become of each machine.
set -euo pipefail
. "$(dirname "$0")/../programs.sh"

fasttrain-data csv machines.csv --target outcome --ignore id --missing mean -o out/machines.safetensors
fasttrain --data out/machines.safetensors --hidden 32 --epochs 60 --learning-rate 0.005 --checkpoint-every 100 \
    --quiet --output out/run
fasttrain predict out/run --data new.csv --top 2
