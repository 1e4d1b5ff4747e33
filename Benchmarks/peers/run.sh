#!/bin/bash
# Installs the pinned peers into a virtual environment of its own and measures them beside fasttrain; arguments go on to
# peers.py. Without --data, the MNIST in the folder that FASTTRAIN_MNIST names is converted first.
# Usage: run.sh [--data FILE] [--threads N]… [--rounds N] …
set -euo pipefail
cd "$(dirname "$0")/../.."
requirements=Benchmarks/peers/requirements.txt
python=.build-peers/bin/python
[ -x "$python" ] || python3 -m venv .build-peers
install() { "$python" -m pip install --quiet --disable-pip-version-check "$@"; }
# All at once, so that they agree on what they share; if that cannot be, each that can.
if ! install -r "$requirements"; then
    grep -v '^#' "$requirements" | while read -r requirement; do
        install "$requirement" || echo "not installed, its cells stay empty: $requirement" >&2
    done
fi
data=()
if [[ " $* " != *" --data"* ]]; then
    : "${FASTTRAIN_MNIST:?give --data FILE, or FASTTRAIN_MNIST: the folder with the four IDX files of MNIST}"
    .build/release/fasttrain-data mnist "$FASTTRAIN_MNIST" -o .build-peers/mnist.safetensors
    data=(--data .build-peers/mnist.safetensors)
fi
exec "$python" Benchmarks/peers/peers.py --fasttrain .build/release/fasttrain "${data[@]}" "$@"
