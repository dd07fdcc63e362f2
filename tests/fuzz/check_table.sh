#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_table.sh: targets.txt, the sources, the kept corpora and the planted bounds tell of the same targets, and every
# file that the table names is there.
set -euo pipefail
cd "$(dirname "$0")"
failed=0
complain() { echo "tests/fuzz: $1"; failed=1; }

names=$(sed -n 's/^\([a-z][a-z0-9_]*\).*/\1/p' targets.txt | sort)
[ "$(uniq -d <<< "$names")" = "" ] || complain "a target stands twice in targets.txt"
for name in $names; do
  case $name in
    collect_*) ;;
    *) [ -f "fuzz_$name.cpp" ] || complain "fuzz_$name.cpp is missing" ;;
  esac
  [ -n "$(tar -tf "corpus/$name.tar" 2> /dev/null)" ] || complain "corpus/$name.tar is missing or empty"
  grep -q "^$name " planted.txt || complain "planted.txt breaks no bound for $name"
done
for file in fuzz_*.cpp; do
  name=${file#fuzz_}
  grep -qx "${name%.cpp}" <<< "$names" || complain "$file is not in targets.txt"
done
for archive in corpus/*; do
  name=${archive#corpus/}
  grep -qx "${name%.tar}" <<< "$names" || complain "$archive is of no target"
done
files=$(grep '^[a-z]' targets.txt | tr -s ' ' '\n' | grep '/' || true)
for file in $files; do
  [ -f "../../$file" ] || complain "targets.txt names $file, which is not there"
done
[ "$(sort <<< "$files" | uniq -d)" = "" ] || complain "a file stands in two lines: $(sort <<< "$files" | uniq -d)"
exit $failed
