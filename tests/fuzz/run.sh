#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh BUILD quick|SECONDS [TARGET...]: replays the kept corpus of every fuzz target (or of those named) and then
# fuzzes each, as many at once as there are processors. A finding is written to BUILD/fuzz/findings and fails the run.
#   quick     the number of runs in targets.txt, from a fixed seed and from the kept corpus alone: the same on every
#             machine and every time, so that CI finds nothing by luck. What takes a minute is stopped, which is said.
#   SECONDS   begins anywhere and goes on from what earlier runs found, which stays in BUILD/fuzz/corpus
# Without names it also checks that the table is whole and the planted bounds apply. That quick does the same each time,
# what the corpora cover and that planted bounds are found have programs of their own: repeat.sh, coverage.sh,
# planted.sh.
set -euo pipefail
build=$(cd "$1" && pwd)
how=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
# What a target keeps on disk is made anew for each run: memory is quick enough and nothing is worn out.
[ -w /dev/shm ] && export TMPDIR=/dev/shm
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1}:allocator_may_return_null=1
mkdir -p "$build/fuzz/findings"
. "$here/corpora.sh"

fuzz_one() {
  local name=$1 build=$2 here=$3 how=$4
  local program=("$build/fuzz/fuzz_$name") log=$build/fuzz/$name.log
  local options=(-rss_limit_mb=2048 -timeout=30 -print_final_stats=1 -artifact_prefix="$build/fuzz/findings/$name-")
  local kept new=$build/fuzz/corpus/$name corpora runs=
  kept=$(kept_corpus "$build" "$name") && [ -n "$(ls -A "$kept")" ] ||
    { echo "FAILED $name: it has no kept inputs"; return 1; }
  corpora=("$kept")
  [ -f "$here/dictionaries/$name.dict" ] && options+=(-dict="$here/dictionaries/$name.dict")
  # The real tables are large and stay where they are.
  local data=${MUSTER_TEST_DATA:-$here/../../../shared/data}
  [ "$name" = smbios ] && [ -d "$data/smbios" ] && corpora+=("$data/smbios")
  [ "$name" = dpkg ] && [ -d "$data/packages/dpkg" ] && corpora+=("$data/packages/dpkg")
  if [ "$how" = quick ]; then
    # Seeds in an order of their own: that of a folder is another one on every disk. Without a folder libFuzzer reads
    # nothing of earlier runs and leaves nothing to later ones. It counts the seeds, and an empty input before them.
    # Operands of comparisons are not tried as input: there are addresses among them.
    local seeds=$build/fuzz/$name.seeds
    find "${corpora[@]}" -type f -size +0 | LC_ALL=C sort > "$seeds"
    runs=$((1 + $(wc -l < "$seeds") + $(awk -v name="$name" '$1 == name { print $3 }' "$here/targets.txt")))
    paste -sd, "$seeds" | tr -d '\n' > "$seeds.list"
    options+=(-seed=1 -use_cmp=0 -runs="$runs" -max_total_time=60 -seed_inputs="@$seeds.list")
    corpora=()
    export MUSTER_FUZZ_REPEATABLE=1
    # The same addresses each time, where the kernel's keeper allows it.
    ! setarch -R true 2> /dev/null || program=(setarch -R "${program[@]}")
  else
    mkdir -p "$new"
    options+=(-seed=0 -max_total_time="$how")
    corpora=("$new" "${corpora[@]}")
  fi
  local found=0 TIMEFORMAT='%U %S'
  { time "${program[@]}" "${options[@]}" "${corpora[@]}" > "$log" 2>&1; } 2> "$log.time" || found=1
  # What was spent on looking for something new; a quick run repeats itself.
  [ "$how" = quick ] || echo "$name $(cat "$log.time") $found" >> "$build/fuzz/spent.txt"
  if [ "$found" -ne 0 ]; then
    echo "FAILED $name; the input is in $build/fuzz/findings"
    tail -40 "$log"
    return 1
  fi
  local done_runs
  done_runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  echo "ok $name: $(find "$kept" -type f | wc -l) kept inputs, $done_runs runs"
  [ -z "$runs" ] || [ "$done_runs" -eq "$runs" ] || echo "STOPPED $name after a minute, at run $done_runs of $runs"
}
export here
export -f fuzz_one kept_corpus

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
  xargs -P "$(nproc)" -I{} bash -c 'fuzz_one "$@"' fuzz_one {} "$build" "$here" "$how"
echo "all ${#targets[@]} fuzz targets passed"
[ ! -f "$build/fuzz/spent.txt" ] || awk '{ spent += $2 + $3; if ($4) spent = 0 }
  END { printf "%.2f processor hours of fuzzing in this folder since its last finding\n", spent / 3600 }' \
  "$build/fuzz/spent.txt"
