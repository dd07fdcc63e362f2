#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# packaging/quickstart.sh with the programs of a build: this machine in the CMDB with all its
# packages, a second run that goes on from the first, --stop and --clean. In a folder of its own, on
# ports picked by the system, on 127.0.0.1.
#
#   tests/packaging/quickstart_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
# Whoever installs packages on this machine meanwhile changes what the test counts: then, and only
# then, it begins anew.
if [ "${3:-}" != --once ]; then
  for _ in 1 2 3 4 5; do
    before=$(dpkg-query -W | sha256sum)
    code=0
    bash "$0" "$1" "$2" --once || code=$?
    [ "$code" -ne 0 ] && [ "$before" != "$(dpkg-query -W | sha256sum)" ] || exit "$code"
    echo "packages were installed or removed during the test: once more" >&2
  done
  exit 1
fi
source_dir=$1
build_dir=$2
quickstart=$source_dir/packaging/quickstart.sh
work=$(mktemp -d)
data=$work/data
finish() {
  bash "$quickstart" --stop --data "$data" > /dev/null || true
  rm -rf "$work"
}
trap finish EXIT

die() {
  printf 'FAILED: %s\n' "$1" >&2
  [ -e "$data/server.log" ] && tail -20 "$data/server.log" >&2
  exit 1
}
start() { bash "$quickstart" --data "$data" --build-dir "$build_dir" --local --people-port 0 --agents-port 0; }

start > "$work/first" 2>&1 || { cat "$work/first" >&2; die "the first run failed"; }
grep -q 'report 1 acknowledged' "$work/first" || { cat "$work/first" >&2; die "no first report"; }
# shellcheck disable=SC1091
. "$data/env"
[ "$(command -v muster)" = "$data/bin/muster" ] || die "env does not lead to the folder's programs"

item=$(sed -n 's/^This machine is item \([0-9]*\) .*/\1/p' "$work/first")
[ -n "$item" ] || die "the item is not named"
count=$(muster show "$item" --section packages --all --no-headers --columns name | wc -l)
expected=$(dpkg-query -W -f='${db:Status-Status}\n' | grep -c '^installed$')
[ "$count" = "$expected" ] || die "the CMDB has $count packages, dpkg-query $expected"
grep -q "with $expected packages" "$work/first" || die "the package count is not printed"
name=$(uname -n)
muster items --columns name --no-headers | grep -qF "${name%%.*}" || die "this machine is not named"

# Everything is owner only, above all the password and the keys.
[ "$(stat -c %a "$data")" = 700 ] || die "others can reach $data"
[ "$(stat -c %a "$data/admin-password")" = 600 ] || die "others can read the password"

server=$(cat "$data/server.pid")
start > "$work/second" 2>&1 || { cat "$work/second" >&2; die "the second run failed"; }
[ "$(cat "$data/server.pid")" = "$server" ] || die "the second run started another server"
grep -q 'report 2 acknowledged' "$work/second" || { cat "$work/second" >&2; die "no second report"; }
[ "$(muster items --no-headers --columns item_id | wc -l)" = 1 ] || die "there are two items"
[ -z "$(muster changes "$item" --section packages --no-headers 2> /dev/null)" ] ||
  die "packages changed between the two runs"

bash "$quickstart" --stop --data "$data" > "$work/stop"
kill -0 "$server" 2> /dev/null && ! grep -q '^State:[[:space:]]*Z' "/proc/$server/status" &&
  die "--stop did not stop the server"
# The same ports and data again, although the first run had picked them.
ports=$(cat "$data/ports")
start > "$work/third" 2>&1 || { cat "$work/third" >&2; die "the run after --stop failed"; }
[ "$(cat "$data/ports")" = "$ports" ] || die "the ports changed"
grep -q 'report 3 acknowledged' "$work/third" || die "no report after --stop"

bash "$quickstart" --clean --data "$data" > "$work/clean"
[ ! -e "$data" ] || die "--clean left the folder"
mkdir "$work/foreign" && touch "$work/foreign/file"
bash "$quickstart" --clean --data "$work/foreign" > /dev/null 2>&1 && die "a foreign folder was taken"
[ -e "$work/foreign/file" ] || die "--clean removed what is not its own"
echo "passed: $expected packages, item $item"
