#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs every test, from nothing to green on a fresh Debian 12:
#
#   tests/run.sh           what CI runs: gcc release with all tests, clang ASan+UBSan with the tests and short fuzz
#                          runs, clang TSan of ingest, store and sync, and whether each file compiles by itself
#   tests/run.sh --full    the same, then the whole loops of tests/full.sh: hours
#   tests/run.sh --quick   only the gcc release build and its tests
#
# Prints CTest's summary of each build, what was not run for want of shared data (tests/README.md), and at the end the
# minutes of each part; exits with 0 only when all of it passed. MUSTER_JOBS: how many at once (else: processors).
set -euo pipefail
cd "$(dirname "$0")/.."

full=0
quick=0
for argument in "$@"; do
  case "$argument" in
    --full) full=1 ;;
    --quick) quick=1 ;;
    *) echo "usage: tests/run.sh [--full | --quick]" >&2; exit 2 ;;
  esac
done

jobs=${MUSTER_JOBS:-$(nproc)}
# Half of a test's time is waiting for deadlines, so one more runs than there are processors.
tests_at_once=$((jobs + 1))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
started=$SECONDS

say() { printf '\n== %s (%d s since the start)\n' "$1" "$((SECONDS - started))"; }

# part NAME COMMAND...: runs it and notes its time for the table at the end.
part() {
  local name=$1 began=$SECONDS
  shift
  say "$name"
  "$@"
  printf '%s\t%d\n' "$name" $((SECONDS - began)) >> "$work/parts"
}

# build PRESET [TARGET...]: its output goes to build-PRESET.log, and is shown when it fails.
build() {
  local preset=$1 log=build-$1.log
  shift
  cmake --preset "$preset" > "$log" 2>&1 || { cat "$log"; return 1; }
  cmake --build --preset "$preset" ${1:+--target "$@"} -- -j "$jobs" >> "$log" 2>&1 || { tail -60 "$log"; return 1; }
}

# The other builds compile several files as one, and tests with what precompiled headers bring; for whoever works on one
# file, that file must have what it uses.
check_alone() {
  cmake --preset alone > build-alone.log 2>&1 || { cat build-alone.log; return 1; }
  ninja -C build/alone -t targets all | sed -n 's/^\(.*\.cpp\.o\): CXX_COMPILER.*/\1/p' |
    xargs ninja -C build/alone -j "$jobs" -k 0 >> build-alone.log 2>&1 ||
    { grep 'error:' build-alone.log | head -60; return 1; }
}

# run_tests PRESET [ctest arguments...]
run_tests() {
  local preset=$1
  shift
  # The colours of a terminal would stand in the way of what is read from the summary.
  ctest --preset "$preset" -j "$tests_at_once" "$@" | tee "$work/ctest-$preset"
}

# What the groups took: the label summary that CTest prints, of all builds.
table() {
  printf '\n%-32s %8s\n' "part" minutes
  awk -F'\t' '{ printf "%-32s %8.1f\n", $1, $2 / 60; sum += $2 }
    END { printf "%-32s %8.1f\n", "all", sum / 60 }' "$work/parts"
  printf '\n%-32s %8s %6s   (minutes of tests, %d at once)\n' "group" minutes tests "$tests_at_once"
  for preset in release asan tsan; do
    [ -f "$work/ctest-$preset" ] || continue
    sed -nE 's/^([a-z_\/]+) +=  *([0-9.]+) sec\*proc \(([0-9]+) tests?\)$/\1 \2 \3/p' "$work/ctest-$preset" |
      awk -v preset="$preset" '$1 !~ /^(thread|postgresql|shared_data)$/ {
        printf "%-32s %8.1f %6d\n", preset " " $1, $2 / 60, $3 }' | sort -k3 -rn
  done
}

# How many cases ran that read files of other machines, or did not for want of these. Each is counted once, whatever
# the number of stores and builds with which it runs.
shared_data() {
  local data=${MUSTER_TEST_DATA:-../shared/data} all not_run
  all=$(ctest --preset release -N -L shared_data | sed -nE 's/^ *Test +#[0-9]+: [^:]*: //p' | sort -u | wc -l)
  not_run=$(sed -nE 's/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: [^:]*: (.*[^ .]) *\.*\*\*\*Skipped.*/\1/p' \
    "$work/ctest-release" | sort -u | wc -l)
  if [ "$not_run" -gt 0 ]; then
    echo "shared data: $not_run cases were not run for want of $data (MUSTER_TEST_DATA names another folder)"
  else
    echo "shared data: $all cases more ran than in a clone alone, on files of $data"
  fi
}

part "packages" bash packaging/install-build-packages.sh --tests
part "release: build" build release
part "release: tests" run_tests release
if [ "$quick" -eq 0 ]; then
  export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
  part "asan: build" build asan
  part "asan: tests" run_tests asan
  part "asan: fuzz targets" bash tests/fuzz/run.sh build/asan quick
  export TSAN_OPTIONS=halt_on_error=1
  part "tsan: build" build tsan test_store test_ingest test_agent
  part "tsan: tests" run_tests tsan -L thread
  part "every file by itself" check_alone
fi
if [ "$full" -eq 1 ]; then
  part "whole loops" bash tests/full.sh
fi
table
echo
shared_data
say "all passed"
