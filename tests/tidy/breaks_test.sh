#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tidy_test.sh finds what it is for: a copy of the tree is broken in one way after the other, and each has to be told.
#
#   tests/tidy/breaks_test.sh SOURCE_ROOT
set -euo pipefail
root=$(cd "$1" && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cd "$root"
tar -cf - --exclude='*/node_modules' --exclude=tests/fuzz/corpus --exclude=tests/data .clang-format .ci CMakeLists.txt CMakePresets.json \
  README.md CONTRIBUTING.md CHANGELOG.md LICENSE common agent server docs packaging tests | tar -xf - -C "$copy"

failures=0
# FILE, what is put at its end, and what must be said of it.
finds() {
  local file=$copy/$1 text=$2 told=$3 kept
  kept=$(mktemp)
  cp "$file" "$kept"
  printf '%s\n' "$text" >> "$file"
  said+=("$told")
  broken+=("$file" "$kept")
}
said=()
broken=()
finds server/cmdb/items.cpp '#include "server/desk/links.h"' 'includes server/desk/links.h of muster_desk, which is against the arrows'
finds server/facts/changes.cpp '// The lock was not to be had.' 'changes.cpp:[0-9]*: says'
finds docs/operate.md 'See `server/cmdb/no_such_file.h`.' 'docs/operate.md: names server/cmdb/no_such_file.h, which is not there'
finds server/query/lexer.cpp 'int  spaced( ) { return 1; }' 'lexer.cpp:[0-9]*: not as clang-format writes it'
finds server/query/parser.cpp "$(printf 'int long_one(int n) {\n'; for i in $(seq 75); do printf '  n += %s;\n' "$i"; done; printf '  return n;\n}')" \
  'parser.cpp:[0-9]*: long_one has 76 lines'
finds server/desk/notes.cpp "// $(printf 'word %.0s' $(seq 25))" 'notes.cpp:[0-9]*: longer than 100 columns'

if out=$(bash "$copy/tests/tidy/tidy_test.sh" "$copy" 2>&1); then
  echo "a broken tree was called tidy"
  exit 1
fi
for told in "${said[@]}"; do
  grep -qE -- "$told" <<< "$out" || { echo "not told: $told"; failures=$((failures + 1)); }
done
if [ "$failures" -gt 0 ]; then
  printf '%s\n' "$out"
  exit 1
fi
for ((i = 0; i < ${#broken[@]}; i += 2)); do mv "${broken[i + 1]}" "${broken[i]}"; done
out=$(bash "$copy/tests/tidy/tidy_test.sh" "$copy" 2>&1) || { printf "the copy itself is not tidy:\n%s\n" "$out"; exit 1; }
echo "each of ${#said[@]} breaks was told"
