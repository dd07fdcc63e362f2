#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every #include of the product against the arrows: a file includes headers of its own room, of the rooms that the
# DEPENDS of its library lists (common, agent and server/CMakeLists.txt), and of those that these list. Nothing else
# may be read for it, so that the lists stay true where a linker would not notice. Run by tidy_test.sh in the root:
#
#   tests/tidy/arrows.sh
#
# Prints file:line: what for each include against an arrow, and as the last line "includes" and how many it looked at.
set -euo pipefail

# muster_library(NAME SOURCES a/*.cpp b/*.cpp DEPENDS x y), over several lines or one -> "room NAME" and "NAME x" lines.
lists() {
  local file folder
  for file in common/CMakeLists.txt agent/CMakeLists.txt server/CMakeLists.txt; do
    folder=${file%/*}
    sed 's/#.*//' "$file" | tr '\n' ' ' | grep -oE 'muster_library\([^)]*\)' | tr '()' '  ' |
      awk -v folder="$folder" '{
        library = $2; what = ""
        for (i = 3; i <= NF; ++i) {
          if ($i == "SOURCES" || $i == "DEPENDS") { what = $i; continue }
          if (what == "DEPENDS") { print "arrow", library, $i; continue }
          room = folder "/" $i; sub(/\/[^\/]*$/, "", room); sub(/\/\*$/, "", room)
          print "room", room, library
        }
      }'
  done
}

{
  lists
  # What every room of the server shares: errors, and the names of the fault points. They use common/support alone.
  echo "shared server/error.h"
  echo "shared server/fault_points.h"
  grep -rnE '^#include "(common|agent|server)/' common agent server --include='*.h' --include='*.cpp' |
    sed -E 's/^([^:]+):([0-9]+):#include "([^"]+)".*/include \1 \2 \3/'
} | awk '
  $1 == "room" { library_of[$2] = $3 }
  $1 == "arrow" { arrow[$2, $3] = 1; libraries[$2] = 1 }
  $1 == "shared" { is_shared[$2] = 1 }
  $1 == "include" {
    ++includes
    if (!is_closed) close_arrows()
    if ($4 in is_shared || ($2 in is_shared && $4 ~ /^common\/support\//)) next
    from = library($2); to = library($4)
    if (from == to || (from, to) in reach || $2 ~ /\/main\.cpp$/) next
    if (to == "") print $2 ":" $3 ": includes " $4 ", which is in no room"
    else print $2 ":" $3 ": includes " $4 " of " to ", which is against the arrows of " from
  }
  END { print "includes", includes + 0 }
  # The library of the nearest folder above a file that has one.
  function library(path) {
    while (sub(/\/[^\/]*$/, "", path)) if (path in library_of) return library_of[path]
    return ""
  }
  function close_arrows(   changed, pair, key, other) {
    is_closed = 1
    for (key in arrow) reach[key] = 1
    do {
      changed = 0
      for (key in reach) {
        split(key, pair, SUBSEP)
        for (other in libraries)
          if ((other, pair[1]) in reach) added[other, pair[2]] = 1
      }
      for (key in added) if (!(key in reach)) { reach[key] = 1; changed = 1 }
    } while (changed)
  }
'
