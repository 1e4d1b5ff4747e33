#!/bin/bash
# Proves that code for one instruction set cannot be linked in place of code for another:
# 1. The object files of different instruction sets share no weak symbol. Of such a symbol the linker would keep only
#    one definition, perhaps the one for AVX-512.
# 2. In the linked program, only the kernels of a register width use registers of that width. The all-reduce in C may
#    use them too, since the C library chooses among its versions when the program is loaded.
# Usage: check-symbols.sh BUILD_FOLDER
set -euo pipefail
build=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# Except for data that is the same in every object file: the version of Swift's metadata, and the address of the protocol
# KernelSet, which each set of kernels conforms to.
constants='__swift_reflection_version
got.$s11KernelTypes0A3SetMp'
sets=(Scalar AVX2 AVX512 AVX512BF16 AVX512AMX)
for set in "${sets[@]}"; do
    objects=("$build/Kernels$set.build"/*.o)
    [ -e "${objects[0]}" ] || { echo "there are no object files of Kernels$set in $build"; exit 1; }
    nm --format=posix "${objects[@]}" | awk '$2 ~ /^[VvWwu]$/ { print $1 }' | grep -vFx "$constants" \
        | sort -u >"$scratch/$set" || true
done
for one in "${sets[@]}"; do
    for other in "${sets[@]}"; do
        shared=$([[ "$one" < "$other" ]] && comm -12 "$scratch/$one" "$scratch/$other" || true)
        if [ -n "$shared" ]; then
            printf 'weak symbols shared by Kernels%s and Kernels%s:\n%s\n' "$one" "$other" "$shared"
            failed=1
        fi
    done
done

objdump -d --no-show-raw-insn "$build/fasttrain" | awk '
    /^[0-9a-f]+ <.*>:$/ { name = $2; next }
    /%zmm/ && name !~ /KernelsAVX512|avx512f/ { bad["zmm in " name]++ }
    /%ymm/ && name !~ /KernelsAVX2|KernelsAVX512|avx2|avx512f/ { bad["ymm in " name]++ }
    /tdpbf16ps|tileload|ldtilecfg/ && name !~ /KernelsAVX512AMX/ { bad["tiles in " name]++ }
    /dpbf16ps|cvtne2?ps2bf16/ && name !~ /KernelsAVX512(BF16|AMX)/ { bad["bf16 in " name]++ }
    END { for (b in bad) print b }' | sort >"$scratch/wide"
if [ -s "$scratch/wide" ]; then
    echo "wide registers outside the kernels for that width:"
    cat "$scratch/wide"
    failed=1
fi
[ "$failed" = 0 ] && echo "no weak symbol is shared between instruction sets; no wide register is used outside them"
exit "$failed"
