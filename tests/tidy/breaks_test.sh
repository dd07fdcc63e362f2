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
tar -cf - --exclude='*/node_modules' --exclude='tests/fuzz/corpus/*' --exclude=tests/data .clang-format .ci \
  CMakeLists.txt CMakePresets.json README.md CONTRIBUTING.md CHANGELOG.md LICENSE common agent server docs packaging \
  tests | tar -xf - -C "$copy"

# tidy [CHECK...]
tidy() { bash "$copy/tests/tidy/tidy_test.sh" "$copy" "$@" 2>&1; }

failures=0
# FILE, what is put at its end, and what must be said of it.
finds() {
  local file=$copy/$1 text=$2 told=$3 kept
  kept=$(mktemp -p "$copy")
  cp "$file" "$kept"
  printf '%s\n' "$text" >> "$file"
  said+=("$told")
  broken+=("$file" "$kept")
}
said=()
broken=()
# In pieces, so that no check finds it here.
missing=no_such_file
finds server/cmdb/items.cpp '#include "server/desk/links.h"' \
  'includes server/desk/links.h of muster_desk, which is against the arrows'
finds server/facts/changes.cpp '// The lock was not to be had.' 'changes.cpp:[0-9]*: says'
finds server/desk/tickets.cpp '// Of a ticket the number.' 'tickets.cpp:[0-9]*: says "// Of a'
finds docs/operate.md "See \`server/cmdb/$missing.h\`." \
  "docs/operate.md: names server/cmdb/$missing.h, which is not there"
finds server/desk/links.cpp "int noted;  // Told in cmdb/$missing.h." \
  "links.cpp:[0-9]*: names cmdb/$missing.h, which is not there"
finds server/store/migrations/0001_spine.sql "-- see $missing.sql" "0001_spine.sql:[0-9]*: names $missing.sql"
finds tests/load/run.sh "true  # as tests/load/$missing does" "run.sh:[0-9]*: names tests/load/$missing, which"
finds tests/tidy/foreign_files.txt 'nobody_names.h  Linux' 'no comment names nobody_names.h'
finds server/query/lexer.cpp 'int  spaced( ) { return 1; }' 'lexer.cpp:[0-9]*: not as clang-format writes it'
long_body=$(for i in $(seq 75); do printf '  n += %s;\n' "$i"; done)
finds server/query/parser.cpp "int long_one(int n) {"$'\n'"$long_body"$'\n  return n;\n}' \
  'parser.cpp:[0-9]*: long_one has 76 lines'
# Beside one in the same file that has an excuse.
finds tests/server/query/semantics_test.cpp $'TEST_CASE("a long one") {\n  int n = 0;\n'"$long_body"$'\n}' \
  'semantics_test.cpp:[0-9]*: "a long one" has 76 lines'
finds tests/tidy/long_functions.txt 'tests/load/main.cpp main  no reason' 'load/main.cpp main is not so long any more'
finds tests/tidy/long_files.txt 'server/query/lexer.cpp  no reason' 'server/query/lexer.cpp is not so long any more'
finds tests/tidy/long_files.txt 'server/query/lexer.h' 'no reason stands behind two spaces: server/query/lexer.h'
finds server/desk/notes.cpp "// $(printf 'word %.0s' $(seq 25))" 'notes.cpp:[0-9]*: longer than 100 columns'
finds tests/fuzz/run.sh "# $(printf 'word %.0s' $(seq 25))" 'run.sh:[0-9]*: longer than 120 columns'

if out=$(tidy); then
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
# The last one first: a file may be broken more than once.
for ((i = ${#broken[@]} - 2; i >= 0; i -= 2)); do mv "${broken[i + 1]}" "${broken[i]}"; done

# A check that does not work is not one that finds nothing. CHECK, a FILE of it, what stands in that instead, and what
# must be said.
fails() {
  local check=$1 file=$copy/$2 text=$3 told=$4 status=0
  cp "$file" "$copy/kept"
  printf '%s\n' "$text" > "$file"
  out=$(tidy "$check") || status=$?
  mv "$copy/kept" "$file"
  grep -qE -- "$told" <<< "$out" && [ "$status" -eq 2 ] && return
  printf 'with a broken %s the exit status is %s, and it says:\n%s\n' "$2" "$status" "$out"
  exit 1
}
looked_at_too_little='looked at (0|no) '
fails long_functions tests/tidy/functions.awk '{ print' 'a check itself failed'
fails long_functions tests/tidy/functions.awk 'END { print "functions", 0 }' "$looked_at_too_little"functions
fails includes tests/tidy/arrows.sh 'exit 1' 'a check itself failed'
fails includes tests/tidy/arrows.sh 'exit 0' "$looked_at_too_little"includes
fails file_names tests/tidy/file_names.awk '/x/ { next }' "$looked_at_too_little"names
fails words tests/tidy/words.txt '(never closed	nothing' 'a check itself failed'

out=$(tidy) || { printf "the copy itself is not tidy:\n%s\n" "$out"; exit 1; }
echo "each of $((${#said[@]} + 6)) breaks was told"
