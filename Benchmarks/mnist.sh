#!/bin/bash
# Prints the path of MNIST as a fasttrain data set: $DATA if it is set, or else the four IDX files in the folder
# $FASTTRAIN_MNIST, converted at the first call.
# Usage: mnist.sh
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${DATA:-}" ]; then
    if [ -z "${FASTTRAIN_MNIST:-}" ]; then
        echo "MNIST not found: set FASTTRAIN_MNIST to the folder with its four IDX files, or DATA to the file that" \
            "'.build/release/fasttrain-data download mnist -o mnist.safetensors' makes" >&2
        exit 1
    fi
    DATA=.build-benchmarks/mnist.safetensors
    if [ ! -e "$DATA" ]; then
        mkdir -p .build-benchmarks
        .build/release/fasttrain-data mnist "$FASTTRAIN_MNIST" -o "$DATA" >&2
    fi
fi
echo "$DATA"
