#!/bin/bash
# Proves that no code of one instruction set can be linked in place of another's:
# 1. the kernels' object files share no weak symbol (of which the linker would keep one, perhaps the AVX-512 one);
# 2. in the linked program, wide registers are used in the kernels of that width alone (and in the C all-reduce, whose
#    versions the C library chooses between at load time).
# Usage: check-symbols.sh BUILD_FOLDER
set -euo pipefail
build=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# A constant that marks the version of Swift's metadata; the same in every object file.
sets=(Scalar AVX2 AVX512 AVX512BF16)
for set in "${sets[@]}"; do
    objects=("$build/Kernels$set.build"/*.o)
    [ -e "${objects[0]}" ] || { echo "no object files of Kernels$set in $build"; exit 1; }
    nm --format=posix "${objects[@]}" | awk '$2 ~ /^[VvWwu]$/ { print $1 }' | grep -v '^__swift_reflection_version$' \
        | sort -u >"$scratch/$set" || true
done
for one in "${sets[@]}"; do
    for other in "${sets[@]}"; do
        shared=$([[ "$one" < "$other" ]] && comm -12 "$scratch/$one" "$scratch/$other" || true)
        if [ -n "$shared" ]; then
            printf 'weak symbols in both Kernels%s and Kernels%s:\n%s\n' "$one" "$other" "$shared"
            failed=1
        fi
    done
done

objdump -d --no-show-raw-insn "$build/fasttrain" | awk '
    /^[0-9a-f]+ <.*>:$/ { name = $2; next }
    /%zmm/ && name !~ /KernelsAVX512|avx512f/ { bad["zmm in " name]++ }
    /%ymm/ && name !~ /KernelsAVX2|KernelsAVX512|avx2|avx512f/ { bad["ymm in " name]++ }
    /dpbf16ps|cvtne2?ps2bf16/ && name !~ /KernelsAVX512BF16/ { bad["bf16 in " name]++ }
    END { for (b in bad) print b }' | sort >"$scratch/wide"
if [ -s "$scratch/wide" ]; then
    echo "wide registers outside the kernels of that width:"
    cat "$scratch/wide"
    failed=1
fi
[ "$failed" = 0 ] && echo "no weak symbol is shared between instruction sets; no wide register is used outside them"
exit "$failed"
