#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The kept corpora: one archive a target, corpus/NAME.tar, so that thousands of small files do not
# bury the tree. A plain tar, since git finds what two versions have in common only in what is not
# compressed. Sourced by the other scripts, which set `here` (tests/fuzz); also a program of its own:
#
#   corpora.sh unpack BUILD NAME      prints the folder with the kept inputs of that target
#   corpora.sh pack BUILD NAME        makes that folder the archive again: after adding or removing inputs
#   corpora.sh list NAME              names of the kept inputs

# kept_corpus BUILD NAME: unpacks where it is not unpacked yet, or of another archive. A folder of a target that has no
# archive yet, or in which inputs were changed and not packed, is left as it is.
kept_corpus() {
  local archive=$here/corpus/$2.tar folder=$1/fuzz/kept/$2
  if [ -f "$archive" ] && ! cmp -s "$archive" "$folder.tar"; then
    if [ -f "$folder.tar" ] && [ -d "$folder" ] && ! tar -df "$folder.tar" -C "$folder" > /dev/null 2>&1; then
      echo "$folder has changes and $archive is another one than they began with: pack or remove the folder" >&2
      return 1
    fi
    rm -rf "$folder" "$folder.tar" && mkdir -p "$folder" && tar -xf "$archive" -C "$folder" &&
      cp "$archive" "$folder.tar" || return 1
  fi
  mkdir -p "$folder" || return 1
  echo "$folder"
}

# pack_corpus BUILD NAME: the same inputs give the same archive, whenever and by whom it is made.
pack_corpus() {
  local archive=$here/corpus/$2.tar folder=$1/fuzz/kept/$2
  [ -n "$(ls -A "$folder" 2> /dev/null)" ] || { echo "$folder has no inputs; unpack makes it" >&2; return 1; }
  (cd "$folder" && find . -type f -printf '%P\n' | LC_ALL=C sort) |
    tar --format=ustar --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=0644 --no-recursion \
      -C "$folder" -T - -cf "$archive.new" || return 1
  mv "$archive.new" "$archive" && cp "$archive" "$folder.tar"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  set -euo pipefail
  here=$(cd "$(dirname "$0")" && pwd)
  case "${1:-}" in
    unpack) kept_corpus "$(cd "$2" && pwd)" "$3" ;;
    pack) pack_corpus "$(cd "$2" && pwd)" "$3" ;;
    list) tar -tf "$here/corpus/$2.tar" ;;
    *) sed -n '/^#   corpora/s/^#   //p' "$0" >&2; exit 2 ;;
  esac
fi
