#!/bin/bash
# Makes what `make install` puts under share: a manual page for each command, completions for bash, zsh and fish, and
# the license. All come from the declarations of the programs' options: the pages by swift-argument-parser's own tool,
# which is built at the first call, the completions by the programs themselves.
# Usage: make-manual.sh FOLDER_OF_THE_PROGRAMS SHARE
set -euo pipefail
programs=$(realpath "$1")
mkdir -p "$2"
share=$(realpath "$2")
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}
tool=(--package-path .build/checkouts/swift-argument-parser --scratch-path "$PWD/.build-manual/tool")

rm -rf "${share:?}"/*
mkdir -p "$share"/{man/man1,bash-completion/completions,zsh/site-functions,fish/vendor_completions.d,doc/fasttrain}
"$swift" build "${tool[@]}" --quiet --product generate-manual -Xswiftc -suppress-warnings
for name in fasttrain fasttrain-data; do
    program=$programs/$name
    .build-manual/tool/debug/generate-manual "$program" --multi-page --output-directory "$share/man/man1"
    # The tool also makes pages for hidden commands and for `help`.
    listed=$("$program" --help | sed -n '/^SUBCOMMANDS:/,/^$/ s/^  \([a-z][a-z-]*\) .*/\1/p')
    for page in "$share/man/man1/$name".*.1; do
        title=$(basename "$page" .1)
        if ! grep -qx -e "${title#"$name".}" <<<"$listed"; then
            rm "$page"
            sed -i "/^\.Xr $title 1/d" "$share/man/man1/$name.1"
        fi
    done
    "$program" --generate-completion-script bash >"$share/bash-completion/completions/$name"
    "$program" --generate-completion-script zsh >"$share/zsh/site-functions/_$name"
    "$program" --generate-completion-script fish >"$share/fish/vendor_completions.d/$name.fish"
done
# The tool leaves lines of text that mean something else to troff: a quotation mark at the start is a command, and an
# empty line is no paragraph.
sed -i -e "s/^'/\\\\\&'/" -e 's/^$/.Pp/' "$share"/man/man1/*.1
cp LICENSE NOTICE "$share/doc/fasttrain"
