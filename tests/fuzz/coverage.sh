#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# coverage.sh BUILD [TARGET...]: replays the kept corpora of the fuzz targets built in BUILD and prints for each target
# how many lines of the files that it is for they reach (clang's source-based coverage, compiled into the libraries).
# Fails where a file is below 85 %. Each target counts alone: what another one reaches is no help.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "$1" && pwd)
shift
. "$here/corpora.sh"
least=85
[ -w /dev/shm ] && export TMPDIR=/dev/shm
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
profiles=$build/fuzz/profiles
mkdir -p "$profiles"

failed=0
printf '%-24s %7s %7s %7s  %s\n' target lines missed percent file
while read -r name _ _ files; do
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  [ -n "$files" ] || continue
  program=$build/fuzz/fuzz_$name
  LLVM_PROFILE_FILE=$profiles/$name.profraw "$program" -runs=0 -rss_limit_mb=4096 \
    "$(kept_corpus "$build" "$name")" \
    > "$profiles/$name.log" 2>&1 || { echo "$name does not replay its corpus"; tail -20 "$profiles/$name.log"; exit 1; }
  llvm-profdata-14 merge -o "$profiles/$name.profdata" "$profiles/$name.profraw"
  rm "$profiles/$name.profraw"
  llvm-cov-14 report "$program" -instr-profile="$profiles/$name.profdata" > "$profiles/$name.report"
  for file in $files; do
    # Names are shown without the folders that all have in common, or, where a compiler cache gave objects of another
    # checkout, with folders of it; columns 8 and 9 are lines and those missed.
    read -r lines missed < <(awk -v file="/$file" '
      function ends(text, with) { return substr(text, length(text) - length(with) + 1) == with }
      { name = "/" $1; sub("^//", "/", name) }
      ends(name, file) { found = $8 " " $9; exit }
      ends(file, name) && length(name) > best { best = length(name); found = $8 " " $9 }
      END { print found }' "$profiles/$name.report") || true
    [ "${lines:-0}" -gt 0 ] || { echo "$name has no counts of $file"; failed=1; continue; }
    percent=$(((lines - missed) * 1000 / lines))
    mark=
    if [ "$percent" -lt $((least * 10)) ]; then
      mark="  BELOW $least %"
      failed=1
    fi
    printf '%-24s %7d %7d %5d.%d  %s%s\n' "$name" "$lines" "$missed" $((percent / 10)) $((percent % 10)) "$file" "$mark"
  done
done < <(grep '^[a-z]' "$here/targets.txt")
[ "$failed" -ne 0 ] || echo "every parser is covered to $least % of its lines by the corpus of its own target"
exit $failed
