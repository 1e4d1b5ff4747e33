#!/bin/bash
# Makes the documentation of the library, a DocC archive for any static web server, from the modules that `make build`
# left. Fails if there is a warning, such as a link to a symbol that does not exist, or if Swift code in an article does
# not compile.
#
# The toolchain's own tools do it in seconds. The SwiftPM plugin of DocC would build the whole library once more, and
# users would have to fetch it.
# Usage: make-documentation.sh BUILD_FOLDER ARCHIVE
set -euo pipefail
build=$(realpath "$1")
archive=$2
mkdir -p "$(dirname "$archive")"
archive=$(realpath "$archive")
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}
catalog=Sources/FastTrain/FastTrain.docc
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

modules=(-I "$build/Modules")
while IFS= read -r map; do
    modules+=(-Xcc "-fmodule-map-file=$map")
done < <(find Sources "$build"/C*.build -name module.modulemap)

# FastTrain re-exports the two modules below it, so their symbols are documented as its own.
"$swift" symbolgraph-extract -module-name FastTrain "${modules[@]}" -target "$(uname -m)-unknown-linux-gnu" \
    -output-dir "$scratch" -minimum-access-level public -skip-inherited-docs -skip-synthesized-members \
    -experimental-allowed-reexported-modules=FastTrainData,FastTrainSupport
docc convert "$catalog" --additional-symbol-graph-dir "$scratch" --output-path "$archive" --warnings-as-errors \
    --fallback-display-name FastTrain --fallback-bundle-identifier FastTrain

for article in "$catalog"/*.md; do
    code=$scratch/$(basename "$article" .md)/main.swift
    mkdir "${code%/*}"
    sed -n '/^```swift$/,/^```$/ { /^```/!p }' "$article" >"$code"
    if ! "${swift}c" -typecheck -swift-version 6 "${modules[@]}" "$code"; then
        echo "$article: its code does not compile"
        exit 1
    fi
done
echo "$(find "$archive/data" -name '*.json' | wc -l) pages in $archive, no warnings"
