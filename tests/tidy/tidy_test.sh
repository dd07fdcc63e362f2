#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What no compiler checks: licence lines, opening comments, banned calls, the length of files and functions, formatting,
# unclear phrases (words.txt), what a room may include (arrows.sh), the numbers of migrations, and that the documentation
# names files and links that are there. Reads the tree only; run by CTest and
# by hand:
#
#   tests/tidy/tidy_test.sh [SOURCE_ROOT]
#
# Prints every finding as file: what; exits with 1 when there was any.
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

findings=0
say() { printf '%s\n' "$1"; findings=$((findings + 1)); }

mapfile -t sources < <(find common agent server tests -type f \( -name '*.cpp' -o -name '*.h' \) | sort)
mapfile -t scripts < <(find common agent server tests packaging .ci -type f \
  \( -name '*.sh' -o -name CMakeLists.txt -o -name '*.cmake' -o -path .ci/run \) | sort)
mapfile -t pages < <(find docs -type f -name '*.md' | sort; printf '%s\n' README.md CONTRIBUTING.md CHANGELOG.md)
# What the examples of docs/adding-*.md would make.
examples='/kernel_modules(_test)?\.(h|cpp)$|/0003_ticket_priority\.sql$|/corpus/modules\.tar$'

# --- licence ---------------------------------------------------------------------------------------------------------
for file in "${sources[@]}"; do
  IFS= read -r first < "$file" || true
  [ "$first" = "// SPDX-License-Identifier: Apache-2.0" ] || say "$file: does not begin with the SPDX line"
done
for file in "${scripts[@]}"; do
  head -n 2 "$file" | grep -qx '# SPDX-License-Identifier: Apache-2.0' \
    || say "$file: has no SPDX line among its first two"
done

# --- headers open with what they are ---------------------------------------------------------------------------------
for file in "${sources[@]}"; do
  [[ $file == *.h ]] || continue
  second=$(sed -n 2p "$file")
  [[ $second == "// "?* ]] || say "$file: no comment that says what it is follows the SPDX line"
  grep -qx '#pragma once' "$file" || say "$file: no #pragma once"
done

# --- pages that comments name are there ------------------------------------------------------------------------------
while IFS=: read -r file line page; do
  [ -e "docs/$page" ] || [ -e "$page" ] || say "$file:$line: names $page, which is not there"
done < <(grep -noHE '[A-Za-z0-9_/-]+\.md\b' "${sources[@]}" || true)

# --- calls that are not to be made -----------------------------------------------------------------------------------
programs=()
for file in "${sources[@]}"; do [[ $file == tests/* ]] || programs+=("$file"); done
while IFS= read -r line; do say "$line"; done < <(
  {
    grep -nHE '\bstd::(stoi|stol|stoll|stoul|stoull|stod|stof)\b|\b(atoi|atol|atoll|strtol|strtoul)\(' "${programs[@]}" \
      | sed 's/$/   <- use parse_integer (common\/support\/text.h): the whole text, no exceptions/'
    grep -nHE '(^|[^_[:alnum:].>])(popen|system|execvp?e?|execlp?e?|posix_spawnp?|vfork)\(' "${programs[@]}" \
      | sed 's/$/   <- neither program starts another one/'
    grep -nHE '\b(strcpy|strcat|sprintf|gets|tmpnam|mktemp)\(' "${programs[@]}" \
      | sed 's/$/   <- not bounded/'
    grep -nHE 'catch *\(\.\.\.\) *\{ *\}' "${sources[@]}" | sed 's/$/   <- an error is swallowed/'
    grep -nHF 'nlohmann/json.hpp' "${sources[@]}" | grep -v '^common/json/read.cpp:' \
      | sed 's/$/   <- only common\/json\/read.cpp includes it/'
    grep -nHE '\b(TODO|FIXME|XXX|HACK)\b' "${sources[@]}" "${scripts[@]}" | grep -v '^tests/tidy/' \
      | sed 's/$/   <- finish it or open an issue/'
  } | grep -vE '^[^:]+:[0-9]+: *//' || true
)

# --- long files: more than 400 lines need a reason -------------------------------------------------------------------
allow=tests/tidy/long_files.txt
for file in "${sources[@]}"; do
  lines=$(wc -l < "$file")
  if [ "$lines" -gt 400 ]; then
    grep -qE "^$file  ?[^ ]" "$allow" || say "$file: $lines lines; split it, or give the reason in $allow"
  fi
done
while IFS= read -r line; do
  [[ -z $line || $line == '#'* ]] && continue
  file=${line%% *}
  [ -f "$file" ] || { say "$allow: $file is not there any more"; continue; }
  [ "$(wc -l < "$file")" -gt 400 ] || say "$allow: $file has 400 lines or fewer; take it off the list"
done < "$allow"

# --- how sources are written: as clang-format writes them, in functions of at most 70 lines ---------------------------
# Tables are functions, too, and may be longer: long_functions.txt has each with its reason.
if command -v clang-format-14 > /dev/null; then
  while IFS= read -r line; do say "$line"; done < <(
    printf '%s\0' "${sources[@]}" | xargs -0 -P "$(nproc)" -n 40 clang-format-14 --dry-run 2>&1 |
      sed -nE 's/^([^ :]+:[0-9]+):[0-9]+: (warning|error): .*/\1: not as clang-format writes it/p' | sort -u)
else
  say "clang-format-14 is not there: packaging/install-build-packages.sh --tests installs it"
fi
while IFS=: read -r file line; do say "$file:$line: longer than 100 columns"; done < <(
  awk 'length > 100 { print FILENAME ":" FNR }' "${programs[@]}")
allow=tests/tidy/long_functions.txt
while read -r place function lines; do
  grep -qF "${place%:*} $function  " "$allow" ||
    say "$place: $function has $lines lines; split it, or give the reason in $allow"
done < <(awk -f tests/tidy/functions.awk "${sources[@]}" | awk '$3 > 70')

# --- words: plain, and those of the field ----------------------------------------------------------------------------
while IFS=$'\t' read -r phrase instead; do
  [[ -z $phrase || $phrase == '#'* ]] && continue
  while IFS=: read -r file line _; do say "$file:$line: says \"$phrase\"; better: $instead"; done < <(
    grep -nHiE -- "$phrase" "${sources[@]}" "${scripts[@]}" "${pages[@]}" server/api/openapi/openapi.yaml | grep -v "^tests/tidy/" || true)
done < tests/tidy/words.txt

# --- arrows: what a room may include ---------------------------------------------------------------------------------
while IFS= read -r line; do say "$line"; done < <(bash tests/tidy/arrows.sh)

# --- migrations: numbered without a hole, each told of in docs -------------------------------------------------------
number=0
for file in server/store/migrations/*; do
  number=$((number + 1))
  name=$(basename "$file")
  [[ $name == "$(printf '%04d' "$number")"_*.sql ]] || say "$file: the next migration is number $(printf '%04d' "$number")"
  grep -qF "$name" docs/adding-a-migration.md || say "$file: is not in the list of docs/adding-a-migration.md"
done

# --- links and file names in the documentation -----------------------------------------------------------------------
for page in "${pages[@]}"; do
  [ -f "$page" ] || { say "$page: is not there"; continue; }
  folder=$(dirname "$page")
  # Blocks between ``` are examples; what they show need not be there.
  text=$(awk '/^ *```/ { inside = !inside; next } !inside' "$page")
  while IFS= read -r target; do
    [[ -z $target || $target =~ ^[a-z]+: || $target == '#'* ]] && continue
    [ -e "$folder/${target%%#*}" ] || say "$page: the link $target leads nowhere"
  done < <(grep -oE '\]\([^) ]+\)' <<< "$text" | sed -E 's/^\]\(//; s/\)$//' || true)
  # `server/query/lexer.h`: a path from the root. A word in capitals or <...>, * stands for something else.
  while IFS= read -r path; do
    [[ $path =~ [*\<\>{}A-Z\$] && ! -e $path ]] && [[ ! $path =~ (README|CMakeLists|LICENSE) ]] && continue
    [[ $page == docs/adding-* && $path =~ $examples ]] && continue
    [ -e "$path" ] || say "$page: names $path, which is not there"
  done < <(grep -oE '`(common|agent|server|tests|packaging|docs)/[^` ]*`' <<< "$text" | tr -d '`' | sed -E 's/:[0-9]+$//' | sort -u || true)
done
for page in docs/*.md docs/decisions/*.md; do
  [ "$page" = docs/README.md ] && continue
  grep -qF "(${page#docs/})" docs/README.md docs/decisions/README.md 2>/dev/null \
    || grep -qF "($(basename "$page"))" docs/README.md docs/decisions/README.md \
    || say "$page: no index leads to it"
done

if [ "$findings" -gt 0 ]; then
  echo "$findings findings" >&2
  exit 1
fi
echo "tidy: ${#sources[@]} sources, ${#scripts[@]} scripts, ${#pages[@]} pages, $number migrations"
