# For the examples' run.sh: goes to the example's folder, finds the programs, and makes a new folder `out`.
cd "$(dirname "$0")"
PATH="$PWD/../../.build/release:$PATH"
if ! command -v fasttrain >/dev/null || ! command -v fasttrain-data >/dev/null; then
    echo "fasttrain and fasttrain-data are neither built (make build) nor on the PATH" >&2
    exit 1
fi
rm -rf out
mkdir out
