#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole loops, of which the suite runs a fixed sample each time: every fault point, every position of the disk, all
# rounds of crashes, the load profiles at size, fuzzing with its coverage and planted bounds; and clang-tidy. Hours, in
# pieces of at most twenty minutes: a piece is a case, a profile, a library or a few fuzz targets, and a case that needs
# longer stops by itself (tests/support/whole_loop.h) and goes on in the next piece.
#
#   tests/full.sh [NAME...]              all loops or these, with build/release and build/asan (by tests/run.sh)
#   tests/full.sh --minutes N [NAME...]  begins no piece later than N minutes from now; the next call goes on there
#   tests/full.sh --again [NAME...]      forgets what earlier calls did
#   tests/full.sh --list                 the table
#   tests/full.sh --pieces [NAME...]     each piece with what became of it: passed, FAILED, or - for not yet
#
# What was found is kept in build/full/NAME/: the outcome of each piece, and a log a piece. It is forgotten when there
# is another commit. A piece that fails does not stop the others; the summary names it and the exit status is 1. It is 3
# where nothing failed but pieces are left.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
kept=$root/build/full
piece_minutes=${MUSTER_TEST_MINUTES:-15}  # no turn begins later; the longest takes some minutes
limit_s=$((20 * 60))

# name, where it is built, what a piece is, the store, program, which of its cases.
table() {
  cat <<'TABLE'
history            release  case     sqlite      test_ingest        [history]
history_postgresql release  case     postgresql  test_ingest        [history]
fault_points       release  case     sqlite      test_faults        [points]
agent_points       release  case     sqlite      test_faults        [agent]
disk_walk          release  case     sqlite      test_faults        [walk]
power_images       release  case     sqlite      test_faults        [images]
storage            release  case     sqlite      test_faults        [storage]
rounds_sqlite      release  case     sqlite      test_faults        [rounds]~[postgresql]
rounds_postgresql  release  case     sqlite      test_faults        [rounds][postgresql]
abuse              release  case     sqlite      test_abuse         ~[postgresql]
abuse_postgresql   release  case     postgresql  test_abuse         ~[sqlite]
abuse_chance       release  case     sqlite      test_abuse_chance  *
network            release  case     sqlite      test_end_to_end    [network]
failover           release  case     postgresql  test_end_to_end    [postgresql]
load               release  profile  sqlite      tests/load/run.sh  *
fuzz               asan     targets  sqlite      tests/fuzz/run.sh  *
fuzz_coverage      asan     script   sqlite      tests/fuzz/coverage.sh  *
fuzz_repeat        asan     targets  sqlite      tests/fuzz/repeat.sh  *
fuzz_planted       asan     targets  sqlite      tests/fuzz/planted.sh  *
clang_tidy         asan     library  sqlite      tests/clang_tidy.sh  *
TABLE
}

minutes=
again=
show=
while [[ ${1:-} == --* ]]; do
  case $1 in
    --list) table; exit ;;
    --minutes) minutes=$2; shift ;;
    --again) again=1 ;;
    --pieces) show=1 ;;
    *) echo "tests/full.sh: no option '$1'" >&2; exit 2 ;;
  esac
  shift
done
for name in "$@"; do
  table | grep -q "^$name " || { echo "tests/full.sh: there is no loop '$name'; --list names them" >&2; exit 2; }
done

export MUSTER_TEST_FULL=1 MUSTER_TEST_MINUTES=$piece_minutes MUSTER_BIN=$root/build/release/bin MUSTER_SOURCE=$root
[ -n "${MUSTER_TEST_DATA:-}" ] || [ ! -d "$root/../shared/data" ] || export MUSTER_TEST_DATA=$root/../shared/data
# Some loops sync tens of thousands of times; what they prove does not need a real disk. What `load` measures does.
disk=${TMPDIR:-/tmp}
[ -w /dev/shm ] && export TMPDIR=/dev/shm

# The pieces of a loop, one a line. PROGRAM and SPEC as in the table.
pieces() {
  local kind=$1 build=$2 program=$3 spec=$4
  case $kind in
    # Catch2 ends with the count of what it lists.
    case) "build/$build/tests/$program" --list-test-names-only "$spec" || true ;;
    profile) echo control; "build/$build/load/muster-load" --list ;;
    targets) sed -n 's/^\([a-z][a-z0-9_]*\).*/\1/p' tests/fuzz/targets.txt | paste -d' ' - - - - - - - - ;;
    library) bash "$program" "build/$build" --list ;;
    script) echo all ;;
  esac
}

# In the words of Catch2's command line.
escaped() {
  sed 's/[\\,"*~]/\\&/g; s/[][]/\\&/g' <<< "$1"
}

is_unfinished() {
  [ -f "$1" ] && grep -qv '^done' "$1"
}

run_piece() {
  local kind=$1 build=$2 store=$3 program=$4 piece=$5
  case $kind in
    case) MUSTER_TEST_STORE=$store timeout -k 60 $limit_s "build/$build/tests/$program" "$(escaped "$piece")" ;;
    profile) TMPDIR=$disk timeout -k 60 $limit_s bash "$program" --full --build "build/$build" "$piece" ;;
    targets)
      # shellcheck disable=SC2086 # names
      case $program in
        */run.sh) timeout -k 60 $limit_s bash "$program" "build/$build" 60 $piece ;;
        *) timeout -k 60 $limit_s bash "$program" "build/$build" $piece ;;
      esac ;;
    library) timeout -k 60 $limit_s bash "$program" "build/$build" "$piece" ;;
    script) timeout -k 60 $limit_s bash "$program" "build/$build" ;;
  esac
}

mkdir -p "$kept"
commit=$(git rev-parse HEAD 2> /dev/null || echo none)
if [ "$(cat "$kept/commit" 2> /dev/null)" != "$commit" ]; then
  [ -n "$show" ] || { find "$kept" -mindepth 1 -delete; echo "$commit" > "$kept/commit"; }
fi
began=$SECONDS
failed=0
left=0
while read -r name build kind store program spec; do
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  [ -d "build/$build" ] || { echo "$name: build/$build is not there; tests/run.sh builds it" >&2; exit 2; }
  [ -z "$again" ] || rm -rf "${kept:?}/$name"
  mkdir -p "$kept/$name"
  number=0
  while read -r piece; do
    number=$((number + 1))
    of=$kept/$name/$number
    outcome=$(cat "$of.outcome" 2> /dev/null || echo -)
    if [ -n "$show" ]; then printf '%-7s %-18s %s\n' "$outcome" "$name" "$piece"; continue; fi
    # A case goes on until all its turns were taken; one that was broken off goes on, too.
    while [ "$outcome" = - ] || is_unfinished "$of.turns"; do
      if [ -n "$minutes" ] && [ $((SECONDS - began)) -ge $((minutes * 60)) ]; then left=$((left + 1)); break; fi
      before=$(cat "$of.turns" 2> /dev/null || true)
      from=$(grep -v '^done' <<< "$before" | tr '\t\n' ' ;' | sed 's/^ *;*$//' || true)
      printf '%s  %-18s %s%s\n' "$(date -u +%H:%M:%S)" "$name" "$piece" "${from:+ (from turn $from)}"
      part_began=$SECONDS
      status=0
      MUSTER_TEST_TURNS=$of.turns run_piece "$kind" "$build" "$store" "$program" "$piece" \
        > "$of.part" 2>&1 < /dev/null || status=$?
      cat "$of.part" >> "$of.log"
      if grep -q '^No tests ran' "$of.part"; then status=2; fi  # Catch2 takes that for success
      grep -av '^Filters: \|^=====\|^All tests passed\|^$' "$of.part" | tail -n 6 | cut -c1-200 |
        sed 's/^/    /' || true
      if [ "$status" -ne 0 ]; then
        echo FAILED > "$of.outcome"
        printf '          %-18s FAILED, exit status %s after %d s%s; %s\n' "$name" "$status" $((SECONDS - part_began)) \
          "$([ "$status" -ne 124 ] || echo ' (more than twenty minutes)')" "$of.log"
        [ "$status" -ne 124 ] || { outcome=FAILED; break; }
      elif is_unfinished "$of.turns"; then
        printf '          %-18s nothing failed in %d s; it goes on\n' "$name" $((SECONDS - part_began))
      else
        [ "$outcome" = FAILED ] || echo passed > "$of.outcome"
        printf '          %-18s passed after %d s\n' "$name" $((SECONDS - part_began))
      fi
      # What did no turn would end in the same way for ever.
      if is_unfinished "$of.turns" && [ "$(cat "$of.turns")" = "$before" ]; then
        printf '          %-18s FAILED: no turn was done\n' "$name"
        echo FAILED > "$of.outcome"
        outcome=FAILED
        break
      fi
      outcome=$(cat "$of.outcome" 2> /dev/null || echo -)
    done
    [ "$outcome" != FAILED ] || failed=$((failed + 1))
  done < <(pieces "$kind" "$build" "$program" "$spec")
  [ "$number" -gt 0 ] || { echo "$name has no pieces" >&2; failed=$((failed + 1)); }
done < <(table)
[ -z "$show" ] || exit 0
if [ "$failed" -gt 0 ]; then
  echo "$failed pieces failed; tests/full.sh --pieces names them, build/full has their logs"
  exit 1
fi
if [ "$left" -gt 0 ]; then
  echo "no piece failed; $left are left for the next call"
  exit 3
fi
echo "every piece passed"
