#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Do the targets find anything? planted.txt breaks one bound or rule of each parser; each is applied to a copy of the
# tree, its target is built anew and must find it within 60 seconds.
#
#   planted.sh --check            every change still changes just one line of its file
#   planted.sh BUILD [TARGET...]  BUILD: where the fuzz targets are built with the address sanitizer; it is not touched
#
# The copies of tree and build lie over the originals in a mount namespace of this script, so that only what a change
# touches is compiled; that takes root, or a kernel that lets users make namespaces.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
limit=60

if [ "$1" = --check ]; then
  failed=0
  while read -r name file change; do
    changed=$(diff <(sed -e "$change" "$root/$file") "$root/$file" | grep -c '^<' || true)
    [ "$changed" -eq 1 ] || { echo "planted.txt, $name: changes $changed lines of $file, not one"; failed=1; }
  done < <(grep '^[a-z]' "$here/planted.txt")
  exit $failed
fi

build=$(cd "$1" && pwd)
shift
if [ -z "${MUSTER_PLANTED_COPY:-}" ]; then
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' EXIT
  mkdir "$copy/tree" "$copy/build"
  tar -C "$root" --exclude=./build --exclude=./.git -cf - . | tar -C "$copy/tree" -xf -
  # Programs and objects of tests are not needed, or made anew where a target links a library of them; corpora are read
  # from the tree.
  tar -C "$build" --exclude=./bin --exclude='./tests/test_*' --exclude='./tests/CMakeFiles/test_*.o' \
    --exclude='./fuzz/*' -cf - . | tar -C "$copy/build" -xf -
  export MUSTER_PLANTED_COPY=$copy
  user=()
  [ "$(id -u)" -eq 0 ] || user=(--map-root-user)
  unshare --mount "${user[@]}" bash "$0" "$build" "$@"
  exit
fi

copy=$MUSTER_PLANTED_COPY
mkdir -p "$build"
data=${MUSTER_TEST_DATA:-$root/../shared/data}
[ -d "$data" ] && export MUSTER_TEST_DATA=$data
# The build may lie inside the tree, so the tree comes first.
mkdir -p "$copy/tree/build"
mount --bind "$copy/tree" "$root"
mkdir -p "$build"
mount --bind "$copy/build" "$build"
cd "$root"
[ -w /dev/shm ] && export TMPDIR=/dev/shm
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
mkdir -p "$build/fuzz"
. tests/fuzz/corpora.sh

failed=0
printf '%-24s %-9s %8s  %s\n' target found seconds "broken: file, change"
while read -r name file change; do
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  cp -p "$file" "$copy/original"
  sed -i -e "$change" "$file"
  if ! ninja -C "$build" -j "${MUSTER_JOBS:-$(nproc)}" "fuzz_$name" > "$copy/build.log" 2>&1; then
    printf '%-24s %-9s %8s  %s\n' "$name" "NO BUILD" - "$file $change"
    tail -15 "$copy/build.log"
    failed=1
  else
    options=(-max_total_time=$limit -rss_limit_mb=2048 -timeout=10 -artifact_prefix="$copy/")
    [ -f "tests/fuzz/dictionaries/$name.dict" ] && options+=(-dict="tests/fuzz/dictionaries/$name.dict")
    mkdir -p "$copy/new/$name"
    began=$SECONDS
    if "$build/fuzz/fuzz_$name" "${options[@]}" "$copy/new/$name" "$(kept_corpus "$build" "$name")" \
      > "$copy/run.log" 2>&1; then
      printf '%-24s %-9s %8d  %s\n' "$name" "NO" $((SECONDS - began)) "$file $change"
      failed=1
    else
      printf '%-24s %-9s %8d  %s\n' "$name" yes $((SECONDS - began)) "$file $change"
    fi
  fi
  # A new time of change: what was built of the broken file is older.
  cp "$copy/original" "$file"
  rm -rf "$copy/new/$name" "$build/fuzz/fuzz_$name"
done < <(grep '^[a-z]' "$here/planted.txt")
[ "$failed" -eq 0 ] && echo "every planted fault was found within $limit seconds"
exit $failed
