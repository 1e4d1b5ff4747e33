#!/bin/bash
# Checks fasttrain's files with Python packages: data sets with `safetensors` (all of MNIST, if FASTTRAIN_MNIST names
# its folder), tables with pandas and scikit-learn, event files with TensorBoard, reports with Chromium, and trained
# models with PyTorch, where an nn.Sequential must predict the same classes. Downloads come from a server on this
# machine.
# Usage: test-python.sh FASTTRAIN FASTTRAIN_DATA
set -euo pipefail
fasttrain=$1
converter=$2
cd "$(dirname "$0")/.."
python=.build-python/bin/python
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -x "$python" ] || python3 -m venv .build-python
install() { "$python" -m pip install --quiet --disable-pip-version-check -r "Tests/Python/$1"; }
install requirements.txt
torch=yes
install requirements-torch.txt 2>/dev/null || torch=no

data=Sources/CSample/mnist-sample.safetensors
if [ -n "${FASTTRAIN_MNIST:-}" ]; then
    data=$work/mnist.safetensors
    "$converter" mnist "$FASTTRAIN_MNIST" -o "$data"
    "$python" Tests/Python/check_dataset.py "$data" "$FASTTRAIN_MNIST"
else
    echo "SKIPPED: the check of MNIST as a data set, as FASTTRAIN_MNIST is not set"
fi

"$python" Tests/Python/check_download.py "$converter" ${FASTTRAIN_MNIST:+"$FASTTRAIN_MNIST"}

python3 Tests/Python/check_report.py "$fasttrain" "$converter"

if install requirements-tables.txt 2>/dev/null; then
    "$python" Tests/Python/check_tables.py "$converter"
else
    echo "SKIPPED: the check of tables against scikit-learn, which cannot be installed here"
fi

if install requirements-tensorboard.txt 2>/dev/null; then
    "$python" Tests/Python/check_tensorboard.py "$fasttrain"
else
    echo "SKIPPED: the check of event files by TensorBoard, which cannot be installed here"
fi

if [ "$torch" = yes ]; then
    for options in "--activation relu" "--activation tanh" "--activation gelu" "--activation mish,relu" \
        "--normalization batch --dropout 0.1" "--normalization layer" "--dropout 0.2,0 --input-dropout 0.1" \
        "--dropout 0.1"; do
        run=$work/${options// /}
        # shellcheck disable=SC2086 # words
        "$fasttrain" --data "$data" --hidden 64,32 $options --epochs 1 --quiet --output "$run" >/dev/null
        "$fasttrain" predict "$run" --data "$data" -o "$run.csv"
        "$python" Tests/Python/check_model.py "$run/model.safetensors" "$data" "$run.csv"
    done
else
    echo "SKIPPED: the check of models in PyTorch, whose build for CPUs cannot be installed here"
fi
