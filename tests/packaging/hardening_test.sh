#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the compiler and the linker can do against an attacker is in the three programs of a release
# build: read from the programs themselves, and, for what leaves no trace there, from the commands
# that made each of their objects. A program marked for IBT would be a lie on Debian 12 (its
# Scrt1.o has no ENDBR), so that is looked for in our own objects instead.
#
#   tests/packaging/hardening_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
source_dir=$(cd "$1" && pwd)
build_dir=$(cd "$2" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
checks=0
check() { # WHAT COMMAND...
  local what=$1
  shift
  checks=$((checks + 1))
  "$@" > /dev/null 2>&1 || { printf 'FAILED: %s\n' "$what" >&2; failures=$((failures + 1)); }
}
without() { ! grep "$@"; }

for program in muster-agent muster-server muster; do
  file=$build_dir/bin/$program
  [ -x "$file" ] || { echo "FAILED: $file is missing" >&2; exit 1; }
  readelf -hWldn "$file" > "$work/elf" 2> /dev/null
  readelf -W --dyn-syms "$file" > "$work/symbols"
  check "$program: position independent" grep -Eq 'Type: +DYN' "$work/elf"
  check "$program: marked as PIE" grep -q 'FLAGS_1.* PIE' "$work/elf"
  check "$program: RELRO" grep -q 'GNU_RELRO' "$work/elf"
  check "$program: BIND_NOW, which makes RELRO full" grep -Eq 'BIND_NOW|FLAGS_1.* NOW' "$work/elf"
  check "$program: stack not executable" grep -Eq 'GNU_STACK .* RW +0x' "$work/elf"
  check "$program: nothing is writable and executable" without -Eq '(LOAD|STACK).* RWE ' "$work/elf"
  check "$program: no text relocations" without -q 'TEXTREL' "$work/elf"
  check "$program: no library path of the build" without -Eq 'RPATH|RUNPATH' "$work/elf"
  check "$program: stack protector" grep -q ' __stack_chk_fail@' "$work/symbols"
  check "$program: FORTIFY" grep -q '_chk@' "$work/symbols"
  check "$program: assertions of libstdc++" grep -q 'glibcxx_assert_fail' "$work/symbols"
  if [ "$(uname -m)" = x86_64 ]; then
    check "$program: shadow stack (SHSTK)" grep -q 'x86 feature.*SHSTK' "$work/elf"
  fi
  printf '%s: %s functions of _chk: %s\n' "$program" "$(grep -c '_chk@' "$work/symbols")" \
    "$(grep -o '[a-z_]*_chk@' "$work/symbols" | sort -u | tr -d '\n')"
done

# Every object of the shipped parts, by the command that made it.
awk -v source="$source_dir" '
  /"command":/ { command = $0 }
  /"file":/ {
    split($0, parts, "\""); name = parts[4]
    if (command ~ /-o (common|agent|server)\//) print name "\t" command
  }' "$build_dir/compile_commands.json" > "$work/commands"
objects=$(wc -l < "$work/commands")
# Several sources may be compiled as one: such a source includes them.
cut -f1 "$work/commands" | while read -r name; do
  case $name in
    */Unity/unity_*.cxx) sed -n 's/^#include "\(.*\)"$/\1/p' "$name" ;;
    *) echo "$name" ;;
  esac
done | sort -u > "$work/compiled"
find "$source_dir"/{common,agent,server} -name '*.cpp' | sort > "$work/sources"
comm -13 "$work/compiled" "$work/sources" > "$work/unknown"
check "the command of every source is known; not of $(head -3 "$work/unknown" | tr '\n' ' ')" \
  test ! -s "$work/unknown"
wanted=(-D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong -fstack-clash-protection -O2)
[ "$(uname -m)" = x86_64 ] && wanted+=(-fcf-protection=full)
for flag in "${wanted[@]}"; do
  without -Fv -- " $flag" "$work/commands" > "$work/lacking" || true
  check "$flag in all of $objects objects; not in: $(cut -f1 "$work/lacking" | head -3 | tr '\n' ' ')" \
    test ! -s "$work/lacking"
done
check "nothing turns the protections off again" without -Eq \
  -- '-fno-stack-protector|-fcf-protection=none|-no-pie|execstack|-fno-stack-clash' "$work/commands"

# And CET in the objects themselves, IBT too.
if [ "$(uname -m)" = x86_64 ]; then
  for library in "$build_dir"/common/*.a "$build_dir"/agent/*.a "$build_dir"/server/*.a; do
    members=$(ar t "$library" | wc -l)
    marked=$(readelf -n "$library" 2> /dev/null | grep -c 'x86 feature: IBT, SHSTK' || true)
    check "$(basename "$library"): IBT and SHSTK in $marked of $members objects" test "$marked" -eq "$members"
  done
fi

echo "hardening: $((checks - failures)) of $checks checks, $objects objects"
exit $((failures > 0))
