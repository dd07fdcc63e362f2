#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# keep.sh BUILD [TARGET...]: the new inputs in BUILD/fuzz/corpus that reach lines which the kept ones do not reach
# become kept ones, in tests/fuzz/corpus. Only lines count, not how often they are passed, and nothing above 32 KiB is
# kept, so that the corpora stay small.
set -euo pipefail
build=$(cd "$1" && pwd)
shift
here=$(cd "$(dirname "$0")" && pwd)
. "$here/corpora.sh"
[ -w /dev/shm ] && export TMPDIR=/dev/shm
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <(sed -n 's/^\([a-z][a-z0-9_]*\).*/\1/p' "$here/targets.txt")
for name in "${targets[@]}"; do
  [ -d "$build/fuzz/corpus/$name" ] || continue
  kept=$(kept_corpus "$build" "$name")
  before=$(find "$kept" -type f | wc -l)
  "$build/fuzz/fuzz_$name" -merge=1 -use_value_profile=0 -use_counters=0 -max_len=32768 -rss_limit_mb=4096 \
    "$kept" "$build/fuzz/corpus/$name" > "$build/fuzz/$name.keep.log" 2>&1 ||
    { tail -20 "$build/fuzz/$name.keep.log"; exit 1; }
  pack_corpus "$build" "$name"
  echo "$name: $before kept inputs, now $(find "$kept" -type f | wc -l)"
done
