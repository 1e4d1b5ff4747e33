#!/bin/bash
# Checks the wheel of the Python package, installed into a new environment: first with NumPy alone, then beside
# scikit-learn and pandas, and its types with mypy.
# Usage: test-wheel.sh FOLDER_OF_THE_WHEEL FASTTRAIN
set -euo pipefail
wheels=$(realpath "$1")
fasttrain=$(realpath "$2")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
install() { "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
python() { (cd "$work" && ./venv/bin/python "$@"); }
tests=$PWD/Tests/Python

install "$wheels"/*.whl
python "$tests/check_package.py" "$fasttrain"
python "$tests/check_estimators.py"
install -r Tests/Python/requirements-package.txt
python "$tests/check_package.py" "$fasttrain"
python "$tests/check_estimators.py"
(cd Python && "$work/venv/bin/mypy" --cache-dir "$work/mypy")
