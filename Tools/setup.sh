#!/bin/sh
# Installs the system libraries that building fasttrain requires, if they are missing: OpenMP's runtime, zlib and
# libyaml.
set -eu

missing=""
for package in libomp-dev zlib1g-dev libyaml-dev; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

echo "installing$missing"
as_root=""
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update -qq
# shellcheck disable=SC2086 # a list of words
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
