#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every profile of muster-load (docs/load.md) and fails when an acknowledged report is missing, hashes disagree, or
# agents are sent away otherwise than by 503 with Retry-After. Figures are printed, never judged: machines are noisy.
#
#   tests/load/run.sh                  small numbers, about a minute
#   tests/load/run.sh --full           100,000 machines, 10,000 that reconnect; hours do not matter (MUSTER_TEST_FULL=1)
#   tests/load/run.sh [--full] PROFILE [ARGUMENT of muster-load]...     only these; `control` is the negative control
#
# --build DIR uses what is built there; without it the release preset is built first.
set -euo pipefail
source_folder=$(cd "$(dirname "$0")/../.." && pwd)
build=""
full=${MUSTER_TEST_FULL:-0}
while [ $# -gt 0 ]; do
  case "$1" in
    --full) full=1; shift ;;
    --build) build=$2; shift 2 ;;
    *) break ;;
  esac
done
if [ -z "$build" ]; then
  cd "$source_folder"
  bash packaging/install-build-packages.sh --tests
  build=$source_folder/build/release
  cmake --preset release > /dev/null
  cmake --build --preset release --target muster-load muster-server > build-load.log 2>&1 ||
    { tail -40 build-load.log; exit 1; }
fi
export MUSTER_BIN=$build/bin MUSTER_SOURCE=$source_folder

if [ "$full" = 1 ]; then
  sizes=(--machines 1000 --packages 1000 --large-fleet 100000 --large-packages 100 --first-reports 1000 --enrolling 2000
    --reconnecting 10000 --seconds 60 --rounds 6 --patience 3600)
else
  sizes=(--machines 60 --packages 200 --first-reports 40 --enrolling 60 --reconnecting 300 --large-packages 50
    --slow-sockets 40 --seconds 3 --rounds 2 --patience 300)
fi
# A check that never fails proves nothing: with three things taken out of the store it must find all three.
if [ $# -eq 0 ] || [ "$1" = control ]; then
  found=$("$build/load/muster-load" "${sizes[@]}" patch --seconds 1 --lose-something) &&
    { echo "a damaged store passed"; exit 1; }
  for trace in 'the store has' 'are not in the store' 'another hash of os'; do
    grep -q "WRONG: .*$trace" <<< "$found" || { echo "not found in a damaged store: $trace"; echo "$found"; exit 1; }
  done
  echo "negative control: three losses made, three found"
  [ $# -eq 0 ] || exit 0
fi
exec "$build/load/muster-load" "${sizes[@]}" "$@"
