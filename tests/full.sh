#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole loops, of which the suite runs a fixed sample each time: every fault point, every position of the disk, all
# rounds of crashes, the load profiles at size, fuzzing with its coverage and planted bounds. Hours.
#
#   tests/full.sh              all of them, with build/release and build/asan (tests/run.sh --full builds both and calls this)
#   tests/full.sh NAME...      only these, in the order of the table; a run that was broken off goes on so
#   tests/full.sh --list       the table
#
# What a loop prints goes to build/full/NAME.log; its last lines are shown here. A loop that fails does not stop the
# others; the summary names it and the exit status is 1.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
release=$root/build/release
logs=$root/build/full

# name, where it is built, command; programs of tests by their names.
table() {
  cat <<'TABLE'
history            release  test_ingest [history]
history_postgresql release  env MUSTER_TEST_STORE=postgresql test_ingest [history]
fault_points       release  test_faults [points]
agent_points       release  test_faults [agent]
disk_walk          release  test_faults [walk]
power_images       release  test_faults [images]
storage            release  test_faults [storage]
rounds_sqlite      release  test_faults [rounds]~[postgresql]
rounds_postgresql  release  test_faults [rounds][postgresql]
abuse              release  test_abuse ~[postgresql]
abuse_postgresql   release  env MUSTER_TEST_STORE=postgresql test_abuse ~[sqlite]
abuse_chance       release  test_abuse_chance
network            release  test_end_to_end [network]
failover           release  env MUSTER_TEST_STORE=postgresql test_end_to_end [postgresql]
load               release  env -u TMPDIR bash tests/load/run.sh --full --build build/release
fuzz               asan     bash tests/fuzz/run.sh build/asan 60
TABLE
}

if [ "${1:-}" = --list ]; then
  table
  exit
fi
for name in "$@"; do
  table | grep -q "^$name " || { echo "tests/full.sh: there is no loop '$name'; --list names them" >&2; exit 2; }
done

mkdir -p "$logs"
export MUSTER_TEST_FULL=1 MUSTER_BIN=$release/bin MUSTER_SOURCE=$root
[ -n "${MUSTER_TEST_DATA:-}" ] || [ ! -d "$root/../shared/data" ] || export MUSTER_TEST_DATA=$root/../shared/data
# Some loops sync tens of thousands of times; what they prove does not need a real disk. What `load` measures does.
[ -w /dev/shm ] && export TMPDIR=/dev/shm
PATH=$release/tests:$PATH

failed=()
while read -r name build command; do
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  [ -d "build/$build" ] || { echo "$name: build/$build is not there; tests/run.sh builds it" >&2; failed+=("$name"); continue; }
  began=$SECONDS
  printf '%s  %-18s %s\n' "$(date -u +%H:%M:%S)" "$name" "$command"
  read -ra words <<< "$command"
  status=0
  "${words[@]}" > "$logs/$name.log" 2>&1 < /dev/null || status=$?
  tail -n 12 "$logs/$name.log" | sed 's/^/    /'
  if grep -q '^No tests ran' "$logs/$name.log"; then status=2; fi  # Catch2 takes that for success
  if [ "$status" -eq 0 ]; then outcome=passed; else outcome="FAILED, exit status $status"; failed+=("$name"); fi
  printf '          %-18s %s after %d s\n' "$name" "$outcome" $((SECONDS - began))
done < <(table)
if [ ${#failed[@]} -gt 0 ]; then
  echo "failed: ${failed[*]}; see build/full/NAME.log"
  exit 1
fi
echo "every loop passed"
