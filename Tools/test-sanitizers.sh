#!/bin/bash
# The tests under AddressSanitizer or ThreadSanitizer, each built in a folder of its own.
# Usage: test-sanitizers.sh address|thread [ARG of swift test ...]
set -euo pipefail
cd "$(dirname "$0")/.."
sanitizer=$1
shift
build=(-c release -Xswiftc -enable-testing --sanitize "$sanitizer" --scratch-path ".build-$sanitizer")
"${SWIFT:-swift}" build "${build[@]}" --build-tests
# libomp's pool of threads, and what Swift keeps for the life of the program, are no leaks.
export ASAN_OPTIONS="detect_leaks=0:${ASAN_OPTIONS:-}"
export TSAN_OPTIONS="halt_on_error=1:suppressions=$PWD/Tools/thread-sanitizer.txt:${TSAN_OPTIONS:-}"
Tools/test.sh "${SWIFT:-swift}" test --skip-build "${build[@]}" "$@"
