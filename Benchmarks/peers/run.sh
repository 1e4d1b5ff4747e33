#!/bin/bash
# Installs the pinned peers into a virtual environment of its own and measures them beside fasttrain; arguments go on to
# peers.py. Without --data, the MNIST in the folder that FASTTRAIN_MNIST names is converted first.
# Usage: run.sh [--data FILE] [--threads N] …
set -euo pipefail
cd "$(dirname "$0")/../.."
python=.build-peers/bin/python
[ -x "$python" ] || python3 -m venv .build-peers
"$python" -m pip install --quiet --disable-pip-version-check -r Benchmarks/peers/requirements.txt
data=()
if [[ " $* " != *" --data"* ]]; then
    : "${FASTTRAIN_MNIST:?give --data FILE, or FASTTRAIN_MNIST: the folder with the four IDX files of MNIST}"
    .build/release/fasttrain-data mnist "$FASTTRAIN_MNIST" -o .build-peers/mnist.safetensors
    data=(--data .build-peers/mnist.safetensors)
fi
exec "$python" Benchmarks/peers/peers.py --fasttrain .build/release/fasttrain "${data[@]}" "$@"
