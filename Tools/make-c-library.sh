#!/bin/bash
# Links the C interface to a shared library with Swift's libraries inside, beside the programs that `make build` left.
# SwiftPM's own dynamic libraries need those of Swift where they are used.
# Usage: make-c-library.sh BUILD_FOLDER
set -euo pipefail
build=$(realpath "$1")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# One object of all, because `-static-stdlib` exports nothing of archives.
ld -r --whole-archive "$build/libFastTrainC.a" -o "$work/all.o"
# Only the functions of the interface are exported, and the names inside clash with nobody's.
objcopy --wildcard --keep-global-symbol='fasttrain_*' "$work/all.o"
echo '{ global: fasttrain_*; local: *; };' >"$work/exports"
"${SWIFTC:-swiftc}" -emit-library -static-stdlib -use-ld=lld "$work/all.o" -o "$build/libfasttrain.so.1" \
    -Xlinker --version-script="$work/exports" -Xlinker --gc-sections -Xlinker --strip-all \
    -Xlinker -soname=libfasttrain.so.1 -lomp5 -lz -l:libyaml.a
ln -sf libfasttrain.so.1 "$build/libfasttrain.so"
