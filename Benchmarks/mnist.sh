#!/bin/bash
# Prints where MNIST lies as a data set of fasttrain's: DATA, or the folder with the four IDX files that FASTTRAIN_MNIST
# names, converted once.
# Usage: mnist.sh
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${DATA:-}" ]; then
    DATA=.build-benchmarks/mnist.safetensors
    if [ ! -e "$DATA" ]; then
        : "${FASTTRAIN_MNIST:?give DATA=FILE, or FASTTRAIN_MNIST: the folder with the four IDX files of MNIST}"
        mkdir -p .build-benchmarks
        .build/release/fasttrain-data mnist "$FASTTRAIN_MNIST" -o "$DATA" >&2
    fi
fi
echo "$DATA"
