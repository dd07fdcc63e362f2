#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What no compiler checks: licence lines, opening comments, banned calls, the length of lines, files and functions,
# formatting, unclear phrases (words.txt), file names in comments (file_names.awk), what a room may include (arrows.sh),
# the numbers of migrations, and that the documentation names files and links that are there. Reads the tree only; run
# by CTest and by hand:
#
#   tests/tidy/tidy_test.sh [SOURCE_ROOT [CHECK...]]      all checks or these, which are functions below
#
# Prints every finding as file: what; exits with 1 when there was any, and with 2 when a check itself failed:
# one that did not look has not found nothing.
set -euo pipefail
shopt -s inherit_errexit
cd "${1:-$(dirname "$0")/../..}"
is_done=
trap '[ -n "$is_done" ] || { echo "tests/tidy: a check itself failed, or looked at too little" >&2; exit 2; }' EXIT

mapfile -t sources < <(find common agent server tests -type f \( -name '*.cpp' -o -name '*.h' \) | sort)
mapfile -t programs < <(printf '%s\n' "${sources[@]}" | grep -v '^tests/')
mapfile -t headers < <(printf '%s\n' "${sources[@]}" | grep '\.h$')
mapfile -t scripts < <(find CMakeLists.txt common agent server tests packaging .ci -type f \
  \( -name '*.sh' -o -name '*.awk' -o -name '*.bash' -o -name CMakeLists.txt -o -name '*.cmake' -o -path .ci/run \
  -o -path 'packaging/deb/*/p*' -o -path 'packaging/completion/*' \) | sort)
mapfile -t pages < <(find docs -type f -name '*.md' | sort; printf '%s\n' README.md CONTRIBUTING.md CHANGELOG.md)
mapfile -t migrations < <(find server/store/migrations -type f -name '*.sql' | sort)
mapfile -t texts < <(find packaging/man packaging/config packaging/systemd -type f | sort
  printf '%s\n' server/api/openapi/openapi.yaml)
# What the examples of docs/adding-*.md would make.
examples='/kernel_modules(_test)?\.(h|cpp)$|/0003_ticket_priority\.sql$|/corpus/modules\.tar$'

findings=0
say() { printf '%s\n' "$1"; findings=$((findings + 1)); }

# tell COMMAND...: each line that it prints is a finding.
tell() {
  local lines line
  lines=$("$@")
  while IFS= read -r line; do [ -z "$line" ] || say "$line"; done <<< "$lines"
}

# tell_counted LEAST WHAT COMMAND...: its last line is WHAT and how many it looked at; fewer than LEAST cannot be right.
looked_at=()
tell_counted() {
  local least=$1 what=$2 lines line count
  shift 2
  lines=$("$@")
  line=$(tail -n 1 <<< "$lines")
  count=${line##*[^0-9]}
  if [[ $line != "$what"[[:space:]]* ]] || [ "${count:-0}" -lt "$least" ]; then
    echo "tests/tidy: $* looked at ${count:-no} $what, and there are at least $least" >&2
    exit 2
  fi
  looked_at+=("$count $what")
  while IFS= read -r line; do [ -z "$line" ] || say "$line"; done < <(head -n -1 <<< "$lines")
}

# grep, for which finding nothing is no error.
matches() { grep "$@" || [ $? -eq 1 ]; }

# --- licence, and headers open with what they are ---------------------------------------------------------------------
licences() {
  local file first
  for file in "${sources[@]}"; do
    IFS= read -r first < "$file" || true
    [ "$first" = "// SPDX-License-Identifier: Apache-2.0" ] || echo "$file: does not begin with the SPDX line"
  done
  for file in "${scripts[@]}"; do
    head -n 2 "$file" | grep -qx '# SPDX-License-Identifier: Apache-2.0' \
      || echo "$file: has no SPDX line among its first two"
  done
}

openings() {
  awk 'FNR == 2 && !/^\/\/ ./ {
    print FILENAME ": no comment that says what it is follows the SPDX line" }' "${headers[@]}"
  matches -LxF '#pragma once' "${headers[@]}" | sed 's/$/: no #pragma once/'
}

# --- calls that are not to be made -----------------------------------------------------------------------------------
calls() {
  {
    matches -nHE '\bstd::(stoi|stol|stoll|stoul|stoull|stod|stof)\b|\b(atoi|atol|atoll|strtol|strtoul)\(' \
      "${programs[@]}" | sed 's/$/   <- use parse_integer (common\/support\/text.h): the whole text, no exceptions/'
    matches -nHE '(^|[^_[:alnum:].>])(popen|system|execvp?e?|execlp?e?|posix_spawnp?|vfork)\(' "${programs[@]}" \
      | sed 's/$/   <- neither program starts another one/'
    matches -nHE '\b(strcpy|strcat|sprintf|gets|tmpnam|mktemp)\(' "${programs[@]}" \
      | sed 's/$/   <- not bounded/'
    matches -nHE 'catch *\(\.\.\.\) *\{ *\}' "${sources[@]}" | sed 's/$/   <- an error is swallowed/'
    matches -nHF 'nlohmann/json.hpp' "${sources[@]}" | matches -v '^common/json/read.cpp:' \
      | sed 's/$/   <- only common\/json\/read.cpp includes it/'
    matches -nHE '\b(TODO|FIXME|XXX|HACK)\b' "${sources[@]}" "${scripts[@]}" | matches -v '^tests/tidy/' \
      | sed 's/$/   <- finish it or open an issue/'
  } | matches -vE '^[^:]+:[0-9]+: *//'
}

# --- long: lines of more than 100 columns, in scripts 120; files of more than 400 lines, functions of more than 70 ----
long_lines() {
  awk -v most=100 'length > most { print FILENAME ":" FNR ": longer than " most " columns" }' "${programs[@]}"
  awk -v most=120 'length > most { print FILENAME ":" FNR ": longer than " most " columns" }' "${scripts[@]}"
}

# excused LIST LONG: what is long and not in the list, and what is in the list and not long. LONG has lines of three:
# the name as in the list, where it is, what is said of it; with tabs between.
excused() {
  local list=$1 long=$2
  awk -F '\t' -v list="$list" '
    FILENAME == list {
      if ($0 == "" || /^#/) next
      if (!match($0, /  +[^ ].*$/)) { print list ": no reason stands behind two spaces: " $0; next }
      excuse[substr($0, 1, RSTART - 1)] = 1
      next
    }
    $1 in excuse { used[$1] = 1; next }
    NF == 3 { print $2 ": " $3 "; split it, or give the reason in " list }
    END { for (name in excuse) if (!(name in used)) print list ": " name " is not so long any more; take it off" }
  ' "$list" - <<< "$long"
}

long_files() {
  local long
  long=$(awk '
    FNR == 1 && file != "" { tell() }
    { file = FILENAME; lines = FNR }
    END { tell() }
    function tell() { if (lines > 400) printf "%s\t%s\t%d lines\n", file, file, lines }' "${sources[@]}")
  excused tests/tidy/long_files.txt "$long"
}

long_functions() {
  local functions long
  functions=$(awk -f tests/tidy/functions.awk "${sources[@]}")
  long=$(awk -F '\t' '$3 > 70 {
    file = $1
    sub(/:.*/, "", file)
    printf "%s %s\t%s\t%s has %d lines\n", file, $2, $1, $2, $3 }' <<< "$functions")
  excused tests/tidy/long_functions.txt "$long"
  tail -n 1 <<< "$functions"
}

# --- sources are as clang-format writes them -------------------------------------------------------------------------
formatting() {
  if ! command -v clang-format-14 > /dev/null; then
    echo "clang-format-14 is not there: packaging/install-build-packages.sh --tests installs it"
    return
  fi
  printf '%s\0' "${sources[@]}" | xargs -0 -P "$(nproc)" -n 40 clang-format-14 --dry-run 2>&1 |
    sed -nE 's/^([^ :]+:[0-9]+):[0-9]+: (warning|error): .*/\1: not as clang-format writes it/p' | sort -u
}

# --- words: plain, and those of the field ----------------------------------------------------------------------------
words() {
  local phrase instead phrases=0
  while IFS=$'\t' read -r phrase instead; do
    [[ -z $phrase || $phrase == '#'* ]] && continue
    phrases=$((phrases + 1))
    matches -noHiP -- "$phrase" "${sources[@]}" "${scripts[@]}" "${pages[@]}" "${migrations[@]}" "${texts[@]}" |
      matches -v '^tests/tidy/' | sed -E 's/^([^:]+:[0-9]+):(.*)/\1: says "\2"/' |
      instead=$instead awk '{ print $0 "; better: " ENVIRON["instead"] }'
  done < tests/tidy/words.txt
  echo "phrases $phrases"
}

# --- files that comments name are there ------------------------------------------------------------------------------
file_names() {
  find . \( -path ./build -o -path ./.git \) -prune -o -print | sed 's|^\./||' |
    awk -f tests/tidy/file_names.awk input=tree - input=foreign tests/tidy/foreign_files.txt \
      input=files "${sources[@]}" "${migrations[@]}" "${scripts[@]}"
}

# Pages also in messages.
page_names() {
  local file line page
  matches -noHE '[A-Za-z0-9_/-]+\.md\b' "${sources[@]}" | while IFS=: read -r file line page; do
    [ -e "docs/$page" ] || [ -e "$page" ] || echo "$file:$line: names $page, which is not there"
  done
}

# --- migrations: numbered without a hole, each told of in docs -------------------------------------------------------
numbers() {
  local number=0 file name
  for file in server/store/migrations/*; do
    number=$((number + 1))
    name=$(basename "$file")
    [[ $name == "$(printf '%04d' "$number")"_*.sql ]] ||
      echo "$file: the next migration is number $(printf '%04d' "$number")"
    grep -qF "$name" docs/adding-a-migration.md || echo "$file: is not in the list of docs/adding-a-migration.md"
  done
}

# --- links and file names in the documentation -----------------------------------------------------------------------
links() {
  local page folder text targets target paths path names=0
  for page in "${pages[@]}"; do
    [ -f "$page" ] || { echo "$page: is not there"; continue; }
    folder=$(dirname "$page")
    # Blocks between ``` are examples; what they show need not be there.
    text=$(awk '/^ *```/ { inside = !inside; next } !inside' "$page")
    targets=$(matches -oE '\]\([^) ]+\)' <<< "$text" | sed -E 's/^\]\(//; s/\)$//')
    while IFS= read -r target; do
      [ -n "$target" ] || continue
      names=$((names + 1))
      [[ $target =~ ^[a-z]+: || $target == '#'* ]] && continue
      [ -e "$folder/${target%%#*}" ] || echo "$page: the link $target leads nowhere"
    done <<< "$targets"
    # `server/query/lexer.h`: a path from the root. A word in capitals or <...>, * stands for something else.
    paths=$(matches -oE '`(common|agent|server|tests|packaging|docs)/[^` ]*`' <<< "$text" | tr -d '`' |
      sed -E 's/:[0-9]+$//' | sort -u)
    while IFS= read -r path; do
      [ -n "$path" ] || continue
      names=$((names + 1))
      [[ $path =~ [*\<\>{}A-Z\$] && ! -e $path ]] && [[ ! $path =~ (README|CMakeLists|LICENSE) ]] && continue
      [[ $page == docs/adding-* && $path =~ $examples ]] && continue
      [ -e "$path" ] || echo "$page: names $path, which is not there"
    done <<< "$paths"
  done
  echo "links $names"
}

indexes() {
  local page
  for page in docs/*.md docs/decisions/*.md; do
    [ "$page" = docs/README.md ] && continue
    grep -qF -e "(${page#docs/})" -e "($(basename "$page"))" docs/README.md docs/decisions/README.md ||
      echo "$page: no index leads to it"
  done
}

if [ "${#programs[@]}" -lt 200 ] || [ "${#scripts[@]}" -lt 20 ] || [ "${#migrations[@]}" -eq 0 ]; then
  echo "tests/tidy: where are the sources? ${#programs[@]} files, ${#scripts[@]} scripts" >&2
  exit 2
fi
all=(licences openings calls long_lines long_files long_functions formatting words file_names page_names includes
  numbers links indexes)
checks=("${@:2}")
[ ${#checks[@]} -gt 0 ] || checks=("${all[@]}")
for check in "${checks[@]}"; do
  if [[ " ${all[*]} " != *" $check "* ]]; then
    echo "tests/tidy: there is no check '$check'; there are ${all[*]}" >&2
    exit 2
  fi
  case $check in
    # More than one function a file, more than one include: the least that can be.
    long_functions) tell_counted "${#sources[@]}" functions long_functions ;;
    includes) tell_counted "${#programs[@]}" includes bash tests/tidy/arrows.sh ;;
    file_names) tell_counted 100 names file_names ;;
    words) tell_counted 10 phrases words ;;
    links) tell_counted "${#pages[@]}" links links ;;
    *) tell "$check" ;;
  esac
done

is_done=1
if [ "$findings" -gt 0 ]; then
  echo "$findings findings" >&2
  exit 1
fi
printf 'tidy: %s sources, %s scripts, %s pages, %s migrations' \
  "${#sources[@]}" "${#scripts[@]}" "${#pages[@]}" "${#migrations[@]}"
printf ', %s' "${looked_at[@]}"
echo
