#!/bin/bash
# Tests the C interface: the header in C and C++, what the library exports and needs, a program that uses all of it,
# also under valgrind if there is one, the example in C, and the Python code of docs/C.md. Usage: run.sh BUILD_FOLDER,
# with the library that make-c-library.sh left there
set -euo pipefail
build=$(realpath "$1")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
include=Sources/CFastTrain/include
warnings=(-Wall -Wextra -Wpedantic -Werror)
cp "$build/libfasttrain.so.1" "$work"

# compile SOURCE PROGRAM
compile() {
    "${CC:-cc}" -std=c11 "${warnings[@]}" -I $include "$1" "$work/libfasttrain.so.1" -Wl,-rpath,"$work" -lm -o "$2"
}
compile Tests/C/test.c "$work/test"
compile Examples/c/digits.c "$work/digits"
"${CXX:-c++}" -x c++ -std=c++17 "${warnings[@]}" -fsyntax-only $include/fasttrain.h

declared=$(grep -oE '\bfasttrain_[a-z_]+\(' $include/fasttrain.h | tr -d '(' | sort -u)
exported=$(nm -D --defined-only "$build/libfasttrain.so" | awk '{ print $3 }' | sort -u)
if [ "$declared" != "$exported" ]; then
    echo "expected the library to export what fasttrain.h declares:"
    diff <(echo "$declared") <(echo "$exported")
    exit 1
fi
if ldd "$build/libfasttrain.so" | grep -i swift; then
    echo "expected a library without Swift's"
    exit 1
fi

mkdir "$work/plain" "$work/checked"
# scikit-learn sets the variable, which keeps OpenMP's runtime from preparing forks.
output=$(KMP_INIT_AT_FORK=FALSE "$work/test" "$work/plain" 2>&1) || { echo "$output"; exit 1; }
# Nothing is printed but by the test itself.
if [ "$(wc -l <<<"$output")" != 1 ]; then
    echo "expected one line, found:"
    echo "$output"
    exit 1
fi
echo "C interface: $output"

line=$(cd "$work" && ./digits 2>digits.log | tail -1) || { cat "$work/digits.log"; exit 1; }
if [[ "$line" != "a vertical line is a 1 with a probability of "* ]] || [ ! -s "$work/digits.safetensors" ]; then
    echo "expected Examples/c/digits.c to recognize a 1 and to save a model, found: $line"
    exit 1
fi
echo "C interface: Examples/c: $line"
accuracy=$(awk '/^```python/ { on = 1; next } /^```/ { on = 0 } on' docs/C.md |
    sed "s|libfasttrain.so|$work/libfasttrain.so.1|" | python3 -)
if [[ "$accuracy" != 0.9* ]]; then
    echo "expected the Python code of docs/C.md to reach an accuracy of 0.9, found: $accuracy"
    exit 1
fi
echo "C interface: Python code of docs/C.md: accuracy $accuracy"

if ! command -v valgrind >/dev/null; then
    echo "C interface: SKIPPED under valgrind, which is not installed"
    exit
fi
# Valgrind does not know AVX-512. Swift's metadata lasts until the process ends; some of it counts as possibly lost.
FASTTRAIN_ISA=avx2 valgrind --quiet --error-exitcode=1 --leak-check=full --show-leak-kinds=definite \
    --errors-for-leak-kinds=definite --suppressions=Tests/C/valgrind.supp "$work/test" "$work/checked"
echo "C interface: clean under valgrind"
