# Sourced by the examples' run.sh: changes to the folder of the example, finds the programs, and empties the folder `out`.
cd "$(dirname "$0")"
PATH="$PWD/../../.build/release:$PATH"
if ! command -v fasttrain >/dev/null || ! command -v fasttrain-data >/dev/null; then
    echo "cannot find fasttrain and fasttrain-data: run 'make build', or put them on the PATH" >&2
    exit 1
fi
rm -rf out
mkdir out
