#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh BUILD SECONDS [TARGET...]: replays the kept corpus of every fuzz target (or of those named) and then fuzzes each
# for SECONDS, as many at once as there are processors. A finding is written to BUILD/fuzz/findings and fails the run; new
# inputs stay in BUILD/fuzz/corpus. Without names it also checks that the table is whole and the planted bounds apply;
# with MUSTER_TEST_FULL=1 it measures coverage (coverage.sh) and finds the planted bounds (planted.sh).
set -euo pipefail
build=$(cd "$1" && pwd)
seconds=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
# What a target keeps on disk is made anew for each run: memory is quick enough and nothing is worn out.
[ -w /dev/shm ] && export TMPDIR=/dev/shm
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1}:allocator_may_return_null=1
mkdir -p "$build/fuzz/findings"

fuzz_one() {
  local name=$1 build=$2 here=$3 seconds=$4
  local program=$build/fuzz/fuzz_$name log=$build/fuzz/$name.log
  # The short runs of CI find again what they found before and nothing by luck; whole ones begin anywhere.
  local seed=1
  [ "${MUSTER_TEST_FULL:-0}" = 1 ] && seed=0
  local options=(-seed="$seed" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=30 -print_final_stats=1)
  local corpora=("$build/fuzz/corpus/$name")
  mkdir -p "${corpora[0]}"
  [ -f "$here/dictionaries/$name.dict" ] && options+=(-dict="$here/dictionaries/$name.dict")
  [ -d "$here/corpus/$name" ] && corpora+=("$here/corpus/$name")
  # The real tables are large and stay where they are.
  local data=${MUSTER_TEST_DATA:-$here/../../../shared/data}
  [ "$name" = smbios ] && [ -d "$data/smbios" ] && corpora+=("$data/smbios")
  [ "$name" = dpkg ] && [ -d "$data/packages/dpkg" ] && corpora+=("$data/packages/dpkg")
  if ! "$program" "${options[@]}" -artifact_prefix="$build/fuzz/findings/$name-" "${corpora[@]}" > "$log" 2>&1; then
    echo "FAILED $name; the input is in $build/fuzz/findings"
    tail -40 "$log"
    return 1
  fi
  echo "ok $name: $(find "${corpora[@]:1}" -type f 2> /dev/null | wc -l) kept inputs," \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
}
export -f fuzz_one

if [ $# -gt 0 ]; then
  targets=("$@")
else
  bash "$here/check_table.sh"
  bash "$here/planted.sh" --check
  mapfile -t targets < <(sed -n 's/^\([a-z][a-z0-9_]*\).*/\1/p' "$here/targets.txt")
fi
for name in "${targets[@]}"; do
  [ -x "$build/fuzz/fuzz_$name" ] || { echo "fuzz_$name was not built in $build"; exit 1; }
done
printf '%s\n' "${targets[@]}" |
  xargs -P "$(nproc)" -I{} bash -c 'fuzz_one "$@"' fuzz_one {} "$build" "$here" "$seconds"
echo "all ${#targets[@]} fuzz targets passed"
if [ "${MUSTER_TEST_FULL:-0}" = 1 ]; then
  bash "$here/coverage.sh" "$build"
  bash "$here/planted.sh" "$build"
fi
