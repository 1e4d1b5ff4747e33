#!/bin/bash
# Makes the wheel of the Python package from the shared library that make-c-library.sh left. OpenMP's runtime goes into
# the wheel under a name of its own.
# Usage: make-wheel.sh BUILD_FOLDER OUTPUT_FOLDER
set -euo pipefail
build=$(realpath "$1")
mkdir -p "$2"
output=$(realpath "$2")
cd "$(dirname "$0")/.."
python=.build-python/bin/python
[ -x "$python" ] || python3 -m venv .build-python
"$python" -m pip install --quiet --disable-pip-version-check -r Tests/Python/requirements-wheel.txt
python=$(realpath -s "$python")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp -r Python "$work/package"
cp LICENSE "$work/package"
cp "$build/libfasttrain.so.1" "$work/package/fasttrain"
sed -n 's/.*fasttrainVersion = "\(.*\)"/\1/p' Sources/FastTrainSupport/Version.swift >"$work/package/VERSION"
(cd "$work/package" &&
    "$python" -m pip wheel . --quiet --disable-pip-version-check --no-deps --no-build-isolation \
        --wheel-dir "$work/plain" --config-settings=--build-option=--plat-name=linux_x86_64)
# It also chooses the oldest system that the wheel runs on, by the symbols of the C library that it needs.
PATH="$(dirname "$python"):$PATH" "$python" -m auditwheel repair --wheel-dir "$output" "$work"/plain/*.whl
