#!/bin/bash
# Installs the programs with their manual pages and completions under PREFIX, or removes them.
# Usage: install.sh FOLDER_OF_THE_PROGRAMS SHARE PREFIX, with SHARE made by make-manual.sh
#        install.sh --remove PREFIX
set -euo pipefail
programs=(fasttrain fasttrain-data)

if [ "$1" = --remove ]; then
    prefix=$2
    for name in "${programs[@]}"; do
        rm -f "$prefix/bin/$name" "$prefix/share/man/man1/$name".{1,*.1} \
            "$prefix/share/bash-completion/completions/$name" "$prefix/share/zsh/site-functions/_$name" \
            "$prefix/share/fish/vendor_completions.d/$name.fish"
    done
    rm -f "$prefix/lib/libfasttrain"{-mpi.so,.so,.so.1} "$prefix/include/fasttrain.h"
    rm -rf "${prefix:?}/share/doc/fasttrain"
    exit
fi

source=$1 share=$2 prefix=$3
for name in "${programs[@]}"; do
    install -D -m 755 "$source/$name" "$prefix/bin/$name"
done
# The shim of `make mpi`, if it was built.
if [ -e "$source/libfasttrain-mpi.so" ]; then
    install -D -m 644 "$source/libfasttrain-mpi.so" "$prefix/lib/libfasttrain-mpi.so"
fi
# The C interface of `make c-library`, if it was built.
if [ -e "$source/libfasttrain.so.1" ]; then
    install -D -m 644 "$source/libfasttrain.so.1" "$prefix/lib/libfasttrain.so.1"
    ln -sf libfasttrain.so.1 "$prefix/lib/libfasttrain.so"
    install -D -m 644 "$(dirname "$0")/../Sources/CFastTrain/include/fasttrain.h" "$prefix/include/fasttrain.h"
fi
(cd "$share" && find . -type f -printf '%P\0') | while IFS= read -r -d '' file; do
    install -D -m 644 "$share/$file" "$prefix/share/$file"
done
