#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy-14 with the checks of .clang-tidy over the product's sources, as BUILD compiles them. That has to be one of
# clang, whose flags are the right ones: build/asan, configured (nothing needs to have been built). Several files are
# read as one there, which takes a third of the time.
#
#   tests/clang_tidy.sh BUILD --list         the libraries and programs
#   tests/clang_tidy.sh BUILD [LIBRARY...]   all or these
#
# Prints what it finds, headers included, and then exits with 1. MUSTER_JOBS: how many at once (else: processors).
set -euo pipefail
build=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."

# Library and file of everything that is compiled of the product.
units() {
  sed -nE 's/^.* -o (common|agent|server)\/CMakeFiles\/([^ /]+)\.dir\/[^ ]+ -c ([^ "]+)".*$/\2 \3/p' \
    "$build/compile_commands.json"
}
if [ "${1:-}" = --list ]; then
  units | cut -d' ' -f1 | uniq
  exit
fi

look_at() {
  local build=$1 unit=$2 out status=0
  out=$(clang-tidy-14 -p "$build" --quiet "$unit" 2>&1) || status=$?
  [ "$status" -eq 0 ] || grep -v ' warnings\{0,1\} generated\.$\|^Suppressed ' <<< "$out"
  return "$status"
}
export -f look_at

command -v clang-tidy-14 > /dev/null ||
  { echo "clang-tidy-14 is not there: packaging/install-build-packages.sh --tests installs it" >&2; exit 2; }
# What finds nothing here finds nothing anywhere.
control=$(mktemp -d)
trap 'rm -rf "$control"' EXIT
echo 'bool is_same(int a) { return a == a; }' > "$control/control.cpp"
if clang-tidy-14 --quiet --config-file=.clang-tidy "$control/control.cpp" -- -std=c++20 > "$control/log" 2>&1 ||
  ! grep -q 'error: .*misc-redundant-expression' "$control/log"; then
  echo "clang-tidy does not find a comparison of a number with itself:" >&2
  cat "$control/log" >&2
  exit 1
fi
mapfile -t chosen < <(units | while read -r library unit; do
  [ $# -eq 0 ] || [[ " $* " == *" $library "* ]] || continue
  printf '%s\n' "$unit"
done)
[ "${#chosen[@]}" -ge $(($# > 0 ? $# : 50)) ] ||
  { echo "$build compiles only ${#chosen[@]} files of ${*:-the product}; is that its name?" >&2; exit 2; }
printf '%s\0' "${chosen[@]}" |
  xargs -0 -P "${MUSTER_JOBS:-$(nproc)}" -n 1 bash -c 'look_at "$0" "$1"' "$build" ||
  { echo "clang-tidy found something, or failed" >&2; exit 1; }
echo "clang-tidy: ${#chosen[@]} files (some hold several) of ${*:-the product}, nothing found"
