#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# repeat.sh BUILD [TARGET...]: does the quick form of run.sh do the same thing each time? Runs it twice and compares
# what libFuzzer tells of each step: every new input with the coverage and the size of the corpus after it, and the
# number of runs. Only times, memory and addresses may differ.
set -euo pipefail
build=$(cd "$1" && pwd)
shift
here=$(cd "$(dirname "$0")" && pwd)
targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <(sed -n 's/^\([a-z][a-z0-9_]*\).*/\1/p' "$here/targets.txt")

steps() {
  grep -aE '^#[0-9]+.(INITED|NEW|REDUCE|DONE)|^stat::(number_of_executed_units|new_units_added)' "$1" |
    sed -E 's/ exec\/s: [0-9]+//; s/ rss: [0-9]+Mb//'
}
for round in 1 2; do
  bash "$here/run.sh" "$build" quick "${targets[@]}" > "$build/fuzz/repeat.log" ||
    { cat "$build/fuzz/repeat.log"; exit 1; }
  ! grep '^STOPPED' "$build/fuzz/repeat.log" || exit 1
  for name in "${targets[@]}"; do
    steps "$build/fuzz/$name.log" > "$build/fuzz/$name.steps$round"
  done
done
failed=0
for name in "${targets[@]}"; do
  cmp -s "$build/fuzz/$name.steps1" "$build/fuzz/$name.steps2" && continue
  echo "$name does not repeat itself; the first difference:"
  diff "$build/fuzz/$name.steps1" "$build/fuzz/$name.steps2" | head -4 || true
  failed=1
done
[ "$failed" -ne 0 ] || echo "all ${#targets[@]} fuzz targets did the same twice"
exit $failed
