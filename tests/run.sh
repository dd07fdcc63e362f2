#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs every test, from nothing to green on a fresh Debian 12:
#
#   tests/run.sh           what CI runs: gcc release with all tests, clang ASan+UBSan with all tests and short fuzz
#                          runs, clang TSan of ingest, store and sync
#   tests/run.sh --full    the same, then the whole loops of tests/full.sh: hours
#   tests/run.sh --quick   only the gcc release build and its tests
#
# Prints CTest's summary of each build; exits with 0 only when all of it passed.
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

bash packaging/install-build-packages.sh --tests
jobs=$(nproc)
started=$SECONDS

say() { printf '\n== %s (%d s since the start)\n' "$1" "$((SECONDS - started))"; }

# build_and_test PRESET TARGETS [ctest arguments...]; TARGETS is empty for all.
build_and_test() {
  local preset=$1
  local targets=()
  [ -z "$2" ] || read -ra targets <<< "--target $2"
  shift 2
  say "$preset: configure and build"
  cmake --preset "$preset" > "build-$preset.log" 2>&1 || { cat "build-$preset.log"; exit 1; }
  cmake --build --preset "$preset" "${targets[@]}" -- -j "$jobs" >> "build-$preset.log" 2>&1 || { tail -60 "build-$preset.log"; exit 1; }
  say "$preset: tests"
  ctest --preset "$preset" -j "$jobs" "$@"
}

build_and_test release ""
if [ "$quick" -eq 0 ]; then
  export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
  build_and_test asan ""
  say "fuzz targets: corpus, then a fixed number of runs each"
  bash tests/fuzz/run.sh build/asan quick
  export TSAN_OPTIONS=halt_on_error=1
  build_and_test tsan "test_store test_ingest test_agent" -L thread
fi
if [ "$full" -eq 1 ]; then
  say "whole loops"
  bash tests/full.sh
fi
say "all passed"
