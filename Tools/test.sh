#!/bin/bash
# Runs a test command and shows its output, without the lines about tests that pass. The last line is "N passed, N
# failed".
# Usage: test.sh COMMAND [ARG ...]
set -uo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT

"$@" 2>&1 | tee "$log" | grep --line-buffered -vE '^(◇|✔ Test |✔ Suite )'
status=${PIPESTATUS[0]}

skipped=$(grep -c 'SKIPPED' "$log")
[ "$skipped" = 0 ] || { echo "skipped:"; grep 'SKIPPED' "$log" | sort -u; }
failed=$(grep -E '^✘ Test .* failed after' "$log" | grep -vc '^✘ Test run with')
total=$(sed -nE 's/.*Test run with ([0-9]+) tests? .*/\1/p' "$log" | awk '{ sum += $1 } END { print sum + 0 }')
# A run that ends before its summary has crashed, which is a failure whatever was counted.
if [ "$total" = 0 ] || { [ "$status" != 0 ] && [ "$failed" = 0 ]; }; then
    echo "the test run ended before its summary (status $status)"
    exit 1
fi
echo "$((total - failed)) passed, $failed failed"
exit "$status"
