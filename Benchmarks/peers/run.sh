#!/bin/bash
# Installs the pinned peers into a virtual environment of its own and measures them beside fasttrain; arguments go on to
# peers.py. MNIST: see mnist.sh.
# Usage: run.sh [--threads N]… [--rounds N] …
set -euo pipefail
cd "$(dirname "$0")/../.."
data=$(Benchmarks/mnist.sh)
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
exec "$python" Benchmarks/peers/peers.py --fasttrain .build/release/fasttrain --data "$data" "$@"
