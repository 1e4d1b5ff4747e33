#!/bin/bash
# Installs into a temporary folder with `make install`, and checks that the programs run there, that every command has a
# manual page that `man` reads without a complaint, and that the shells read the completions; then that `make uninstall`
# removes all.
# Usage: test-install.sh
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
fail() { echo "installation: $*"; exit 1; }

if ! make --no-print-directory install PREFIX=/usr DESTDIR="$root" >"$work/log" 2>&1; then
    cat "$work/log"
    fail "make install failed"
fi
share=$root/usr/share
version=$("$root/usr/bin/fasttrain" --version)
cmp "$root/usr/bin/fasttrain-data" .build/release/fasttrain-data

# The names of the commands with their subcommands, as the programs themselves list them.
commands() {
    "$root/usr/bin/$1" --help | awk -v name="$1" '
        BEGIN { print name }
        /^SUBCOMMANDS:/ { listed = 1; next }
        listed && /^  [a-z]/ { print name "." $1 }
        listed && /^$/ { exit }'
}
pages=0
for command in $(commands fasttrain; commands fasttrain-data); do
    page=$share/man/man1/$command.1
    [ -s "$page" ] || fail "$command has no manual page"
    pages=$((pages + 1))
    if command -v man >/dev/null; then
        complaints=$(man --warnings -l "$page" 2>&1 >"$work/page" || true)
        [ -z "$complaints" ] || fail "$command.1: $complaints"
        grep -q "${command%%.*}" "$work/page" || fail "$command.1 does not show its name"
    fi
done
command -v man >/dev/null || echo "SKIPPED: reading the manual pages, as there is no man"

for shell in bash zsh fish; do
    for name in fasttrain fasttrain-data; do
        case $shell in
            bash) file=bash-completion/completions/$name ;;
            zsh) file=zsh/site-functions/_$name ;;
            fish) file=fish/vendor_completions.d/$name.fish ;;
        esac
        [ -s "$share/$file" ] || fail "no $file"
        if command -v "$shell" >/dev/null; then "$shell" -n "$share/$file" || fail "$shell does not read $file"; fi
    done
    command -v "$shell" >/dev/null || echo "SKIPPED: reading the completions for $shell, which is not installed"
done
# shellcheck disable=SC1090 # the file that was installed
offered=$(. "$share/bash-completion/completions/fasttrain" && COMP_WORDS=(fasttrain ev) COMP_CWORD=1 &&
    _fasttrain fasttrain ev fasttrain 2>/dev/null; echo "${COMPREPLY[*]:-}")
[ "$offered" = evaluate ] || fail "bash completes 'fasttrain ev' by '$offered'"
cmp LICENSE "$share/doc/fasttrain/LICENSE" && cmp NOTICE "$share/doc/fasttrain/NOTICE"

make --no-print-directory uninstall PREFIX=/usr DESTDIR="$root" >/dev/null
left=$(find "$root" -type f)
[ -z "$left" ] || fail "make uninstall leaves $left"
echo "installation: 2 programs, version $version, $pages manual pages, completions for 3 shells, all removed again"
