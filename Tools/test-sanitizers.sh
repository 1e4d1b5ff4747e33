#!/bin/bash
# Runs the tests under AddressSanitizer, or the program under ThreadSanitizer with options that cover everything its
# threads share. Each sanitizer has a build folder of its own.
# Usage: test-sanitizers.sh address [ARG of swift test …] | thread
set -euo pipefail
cd "$(dirname "$0")/.."
sanitizer=$1
shift
swift=${SWIFT:-swift}
build=(-c release --sanitize "$sanitizer" --scratch-path ".build-$sanitizer")

if [ "$sanitizer" = address ]; then
    # Undefined behavior in the C sources traps as well, as it does in Swift.
    build+=(-Xswiftc -enable-testing -Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined)
    "$swift" build "${build[@]}" --build-tests
    # Memory that lives as long as the program, such as that of libomp's threads, would be reported as leaked.
    ASAN_OPTIONS="detect_leaks=0:${ASAN_OPTIONS:-}" Tools/test.sh "$swift" test --skip-build "${build[@]}" "$@"
    exit
fi

"$swift" build "${build[@]}" --product fasttrain
export TSAN_OPTIONS="halt_on_error=1:suppressions=$PWD/Tools/thread-sanitizer.txt:${TSAN_OPTIONS:-}"
# ThreadSanitizer does not see accesses of more than 16 bytes; the scalar kernels have none (movesByLanes).
export FASTTRAIN_ISA=scalar
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0

# Without address space randomization, which may occupy addresses that ThreadSanitizer needs.
run() {
    if setarch "$(uname -m)" -R ".build-$sanitizer/release/fasttrain" "$@" >"$folder/output" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "failed: fasttrain $*"
        grep -m 5 -E 'SUMMARY|error' "$folder/output" || true
    fi
}
# Small minibatches bring accesses close together in time, which makes it likely that a race is seen.
train() { run train --epochs 1 --batch-size 100 "$@"; }

train --hidden 64,32 --threads 3
train --hidden 128 --threads 2
train --hidden 512,512 --threads 2
train --hidden 256,256 --threads 4 --shards 3
train --hidden 64,32 --threads 4 --normalization batch
train --hidden 64,32 --threads 4 --normalization layer
run train --epochs 2 --hidden 20 --threads 3 --optimizer lbfgs --alpha 0.1
train --hidden 64 --threads 3 --clip-norm 1
train --hidden 64 --threads 3 --max-norm 2 --ema 0.9 --l1 1e-5
train --hidden 64,64 --threads 3 --dropout 0.2 --input-dropout 0.1
train --hidden 64,64 --threads 5 --shards 8 --optimizer sgd --learning-rate 0.1 --class-weight balanced
train --hidden 1500,1500 --threads 3 --batch-size 2000 --activation tanh,relu
train --hidden 64,64 --threads 3 --precision bf16
train --hidden 128 --threads 2 --precision bf16 --activation gelu
train --hidden 32 --threads 3 --output "$folder/run" --checkpoint-every 3
run resume "$folder/run" --epochs 2 --threads 2
run find-rate --threads 2
run search --trials 3 --epochs 3 --threads 3 --output "$folder/search"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
