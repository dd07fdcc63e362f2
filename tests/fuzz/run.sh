#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh BUILD SECONDS: replays the kept corpus of every fuzz target and then fuzzes each for SECONDS. A finding is
# written to BUILD/fuzz/findings and fails the run. Memory is bounded; new inputs stay in BUILD.
set -euo pipefail
build=$1
seconds=$2
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$build/fuzz/findings"
count=0
for program in "$build"/fuzz/fuzz_*; do
  [ -x "$program" ] || continue
  name=$(basename "$program")
  new=$build/fuzz/corpus/$name
  mkdir -p "$new"
  corpora=("$new")
  [ -d "$here/corpus/${name#fuzz_}" ] && corpora+=("$here/corpus/${name#fuzz_}")
  if ! "$program" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
    -artifact_prefix="$build/fuzz/findings/$name-" "${corpora[@]}" > "$build/fuzz/$name.log" 2>&1; then
    echo "FAILED $name; the input is in $build/fuzz/findings"
    tail -40 "$build/fuzz/$name.log"
    exit 1
  fi
  echo "ok $name $(grep -o 'number_of_executed_units: *[0-9]*' "$build/fuzz/$name.log" | tr -s ' ')"
  count=$((count + 1))
done
[ "$count" -gt 0 ] || { echo "no fuzz target was built in $build"; exit 1; }
