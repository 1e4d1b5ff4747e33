#!/bin/bash
# Runs the examples in a copy of their folder, and looks at what comes out. The Swift package is compiled against the modules
# that `make build` left; with FASTTRAIN_LONG it is built from the start, as a user does, which takes minutes.
# Usage: test-examples.sh FOLDER_OF_THE_PROGRAMS
set -euo pipefail
programs=$(realpath "$1")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r Examples "$work"
export PATH="$programs:$PATH"

# What an example prints must have a line, and it must leave a file.
run() {
    local example=$1 line=$2 file=$3
    shift 3
    if ! "$work/Examples/$example/run.sh" "$@" >"$work/log" 2>&1; then
        cat "$work/log"
        echo "example $example failed"
        exit 1
    fi
    if ! grep -qE "$line" "$work/log"; then
        cat "$work/log"
        echo "example $example: expected a line '$line'"
        exit 1
    fi
    if [ ! -s "$work/Examples/$example/out/$file" ]; then
        echo "example $example: expected the file out/$file"
        exit 1
    fi
    echo "example $example: $(grep -E "$line" "$work/log" | tail -1)"
}

# The same bits on every machine.
run xor '^3,no,0\.9978302,0\.002169799$' boundary.png
answers=$(awk -F, '/^row,class,no,yes$/ { found = 1; next } found { printf "%s ", $2 }' "$work/log")
[ "$answers" = "no yes yes no " ] || { echo "example xor: expected no yes yes no, found $answers"; exit 1; }

run closing-prices '^ *forecasts +0\.[0-9]+$' forecasts.csv
ours=$(awk '$1 == "forecasts" { print $2 }' "$work/log")
naive=$(awk '/as today/ { print $NF }' "$work/log")
awk "BEGIN { exit !($ours < $naive) }" ||
    { echo "example closing-prices: the forecasts, $ours, are no better than 'as today', $naive"; exit 1; }

run linnerud '^5,162,60,191,36,50,0,1[0-9.]+,[0-9.]+,[0-9.]+$' predictions.csv
run machines '^2,serviced,0\.' run/report.html
run mnist-search '^test +0\.[0-9]+ +9[0-9.]+%$' found/best/report.html --trials 6 --epochs 3

# The synthetic tables are what their scripts make.
python3 Examples/closing-prices/make-prices.py | cmp - Examples/closing-prices/prices.csv
python3 Examples/machines/make-machines.py | cmp - Examples/machines/machines.csv

swift=${SWIFT:-swift}
if [ -n "${FASTTRAIN_LONG:-}" ]; then
    xor=("$swift" run --package-path Examples/library -c release --scratch-path .build-examples xor)
else
    "$swift" package --package-path Examples/library --scratch-path "$work/build" describe >/dev/null
    # What the program is linked of, but for what it alone needs: in the folders there may be more, of files that are gone.
    mapfile -t objects < <(xargs -n 1 <"$programs/fasttrain.product/Objects.LinkFileList" |
        grep -vE '/(FastTrainCLI|ArgumentParser[A-Za-z]*|ProgramSupport|CProgram)\.build/')
    "${swift}c" -O -swift-version 6 -static-stdlib -I "$programs/Modules" \
        $(find Sources "$programs"/{CSample,CFiles}.build -name module.modulemap -printf '-Xcc -fmodule-map-file=%p ') \
        Examples/library/Sources/xor/main.swift "${objects[@]}" -lomp5 -lz -l:libyaml.a -o "$work/xor"
    xor=("$work/xor")
fi
"${xor[@]}" "$work/xor.safetensors" | tee "$work/log"
[ "$(grep -c -E '^(0.0 xor 0.0: no|0.0 xor 1.0: yes|1.0 xor 0.0: yes|1.0 xor 1.0: no)$' "$work/log")" = 4 ] ||
    { echo "example library: XOR was not learnt"; exit 1; }
"$programs/fasttrain" inspect "$work/xor.safetensors" >/dev/null
echo "example library: XOR learnt, the model saved"
