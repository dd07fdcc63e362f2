#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The two Debian packages of a release build: their contents, modes and configuration files, the
# hardening of the programs, the units' exposure, the man pages.
#
#   tests/packaging/packages_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
source_dir=$1
packages=$2/packages
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
wrong() {
  printf 'FAILED: %s\n' "$1" >&2
  failures=$((failures + 1))
}
check() { # WHAT COMMAND...
  local what=$1
  shift
  "$@" > /dev/null 2>&1 || wrong "$what"
}

for package in muster-agent muster-server; do
  file=$packages/$package.deb
  [ -s "$file" ] || { wrong "$file is missing"; exit 1; }
  dpkg-deb --info "$file" > "$work/$package.info"
  dpkg-deb --contents "$file" > "$work/$package.contents"
  mkdir "$work/$package"
  dpkg-deb -x "$file" "$work/$package"
  dpkg-deb -e "$file" "$work/$package.control"
  check "$package: its name" grep -qx " Package: $package" "$work/$package.info"
  check "$package: libraries in Depends" grep -Eq '^ Depends: .*libc6 .*libpoco' "$work/$package.info"
  check "$package: a configuration file" \
    grep -qx "/etc/muster/${package#muster-}.ini" "$work/$package.control/conffiles"
  for script in postinst prerm postrm; do
    check "$package: $script can be run" test -x "$work/$package.control/$script"
    check "$package: $script is correct shell" sh -n "$work/$package.control/$script"
  done
  # Owned by root, writable by nobody else, and no more reachable or less than others' files are.
  grep -Ev '^(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--) root/root ' "$work/$package.contents" > "$work/odd" || true
  [ -s "$work/odd" ] && wrong "$package: owner or mode of $(cat "$work/odd")"
  check "$package: a unit" test -f "$work/$package/lib/systemd/system/$package.service"
  check "$package: a copyright" test -f "$work/$package/usr/share/doc/$package/copyright"
  grep -Eq 'var/(lib|log)/' "$work/$package.contents" && wrong "$package owns something in /var"
  (cd "$work/$package" && md5sum --quiet -c "../$package.control/md5sums") || wrong "$package: md5sums"
done
check "the unit of the agent has its two capabilities" grep -qx \
  'AmbientCapabilities=CAP_DAC_READ_SEARCH CAP_SYS_PTRACE' "$work/muster-agent/lib/systemd/system/muster-agent.service"

# The package that the server hands out is the one of this build.
offered=$work/muster-server/usr/share/muster/downloads/muster-agent.deb
check "the server's package holds the agent's" test -s "$offered"
mkdir "$work/offered"
dpkg-deb -x "$offered" "$work/offered"
check "and it is the same agent" cmp "$work/offered/usr/bin/muster-agent" "$work/muster-agent/usr/bin/muster-agent"
check "downloads_directory is set" grep -qx 'downloads_directory = /usr/share/muster/downloads' \
  "$work/muster-server/etc/muster/server.ini"

for program in muster-agent/usr/bin/muster-agent muster-server/usr/bin/muster-server muster-server/usr/bin/muster; do
  file=$work/$program
  [ -x "$file" ] || { wrong "$program is missing"; continue; }
  readelf -hWld "$file" > "$work/elf" 2> /dev/null
  check "$program: position independent" grep -Eq 'Type: +DYN' "$work/elf"
  check "$program: RELRO" grep -q 'GNU_RELRO' "$work/elf"
  check "$program: BIND_NOW" grep -Eq 'BIND_NOW|FLAGS.*NOW' "$work/elf"
  check "$program: stack not executable" grep -Eq 'GNU_STACK .* RW +0x' "$work/elf"
  grep -q 'RPATH\|RUNPATH' "$work/elf" && wrong "$program: a library path from the build"
  readelf -Ws --dyn-syms "$file" > "$work/symbols"
  check "$program: stack protector" grep -q '__stack_chk_fail' "$work/symbols"
  check "$program: fortified" grep -q '_chk@' "$work/symbols"
  check "$program: stripped" test -z "$(readelf -SW "$file" | grep '\.symtab')"
  check "$program: runs" "$file" --version
done

# Purging deletes what Muster made and can make again, and nothing else: the script runs on copies of its folders.
purge() { # FOLDER
  sed "s|/var/lib/muster|$1/lib|g; s|/var/backups/muster|$1/backups|g
    s|/run/systemd/system|/nowhere|; s|deb-systemd-helper|nothing|" \
    "$work/muster-server.control/postrm" > "$work/postrm"
  (cd "$work" && PATH=/usr/bin:/bin sh ./postrm purge)
}
used=$work/used
mkdir -p "$used/lib/ca" "$used/lib/downloads" "$used/backups"
touch "$used"/lib/{muster.db,muster.db-wal,muster.db-shm,server.lock,revocations.log,cluster.key,ca/ca.pem} \
  "$used"/lib/{a.backup,'with a space.db',muster.db.before-restore-20261123T081200.123Z} "$used/backups/b.backup"
mkdir "$used/lib/older"
touch "$used/lib/older/c.backup"
purge "$used" > "$work/said" || wrong "purging fails"
(cd "$used" && find . -type f | LC_ALL=C sort) > "$work/left"
printf '%s\n' ./backups/b.backup ./lib/a.backup ./lib/ca/ca.pem ./lib/cluster.key \
  ./lib/muster.db.before-restore-20261123T081200.123Z ./lib/older/c.backup ./lib/revocations.log \
  './lib/with a space.db' > "$work/wanted"
diff "$work/wanted" "$work/left" > "$work/difference" || wrong "purging keeps: $(cat "$work/difference")"
check "purging says what it keeps" grep -q "kept in $used/lib: a.backup ca cluster.key" "$work/said"
check "purging says how to be rid of all" grep -qx "  rm -rf $used/lib $used/backups" "$work/said"
purge "$used" > /dev/null || wrong "purging again fails"
fresh=$work/fresh
mkdir -p "$fresh/lib/ca" "$fresh/lib/downloads" "$fresh/backups"
touch "$fresh"/lib/{muster.db,revocations.log}
purge "$fresh" > "$work/said" || wrong "purging of what has no authority fails"
[ -z "$(ls "$fresh")" ] || wrong "purging of what has no authority leaves $(ls -R "$fresh")"
[ -s "$work/said" ] && wrong "purging of what has no authority says: $(cat "$work/said")"
purge "$work/never" || wrong "purging of what was never used fails"

flags_in_help() { # PROGRAM COMMAND
  "$1" help "$2" | grep -o '^ *\(-[a-z], \)\{0,1\}--[a-z-]*' | grep -o -- '--.*' || true
}

# Completion is where both shells look, can be read by them, and knows every command and flag.
for name in muster-agent:muster-agent muster-server:muster-server muster-server:muster; do
  root=$work/${name%:*}
  name=${name#*:}
  bash_file=$root/usr/share/bash-completion/completions/$name
  zsh_file=$root/usr/share/zsh/vendor-completions/_$name
  check "$name: completion for bash" bash -n "$bash_file"
  grep -Eqs "^complete .* $name$" "$bash_file" || wrong "$name: bash does not complete it"
  head -1 "$zsh_file" 2> /dev/null | grep -qx "#compdef $name" || wrong "$name: zsh does not complete it"
  # Without a call at its end the first TAB only loads the file.
  tail -3 "$zsh_file" 2> /dev/null | grep -q "^ *_${name//-/_} \"\$@\"" || wrong "$name: zsh misses the first TAB"
  # As a shell asks it: what is offered for a flag behind each command is what its help names.
  offered() { # WORD...: what bash completes the last of them with
    COMP_WORDS=("$name" "$@") COMP_CWORD=$#
    # shellcheck disable=SC1090
    (PATH=$root/usr/bin:$PATH && . "$bash_file" && "_${name//-/_}" && printf '%s\n' "${COMPREPLY[@]}")
  }
  offered '' > "$work/commands"
  grep -qx help "$work/commands" || wrong "$name: bash completes no commands"
  while read -r command; do
    offered "$command" - > "$work/flags"
    for flag in $(flags_in_help "$root/usr/bin/$name" "$command"); do
      grep -qx -- "$flag" "$work/flags" || wrong "$name $command $flag is not completed by bash"
    done
  done < "$work/commands"
done

# The default in the programs and the settings in the files are those that the programs know.
printf '[server]\n' > "$work/server.ini"
sed -n 's/^#\([a-z_]* = .\+\)$/\1/p' "$work/muster-server/etc/muster/server.ini" |
  grep -v 'example.org\|/etc/muster/people' >> "$work/server.ini"
"$work/muster-server/usr/bin/muster-server" --config "$work/server.ini" --data "$work/none" doctor \
  > "$work/doctor" 2>&1 || true
grep -q "$work/server.ini" "$work/doctor" && wrong "server.ini: $(cat "$work/doctor")"
MUSTER_AGENT_STATE_DIRECTORY=$work/state "$work/muster-agent/usr/bin/muster-agent" \
  --config "$work/muster-agent/etc/muster/agent.ini" status > "$work/status" 2>&1 || true
grep -q 'not enrolled\|enroll' "$work/status" || wrong "agent.ini: $(cat "$work/status")"

# Every command that --help names is in the manual.
for program in muster:1 muster-agent:8 muster-server:8; do
  name=${program%:*}
  page=$source_dir/packaging/man/$name.${program#*:}
  binary=$(find "$work" -path "*/usr/bin/$name" -not -path '*offered*' | head -1)
  listed() { sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p'; }
  "$binary" --help | listed | while read -r word; do
    # A group, such as "muster ticket", lists its commands in turn.
    if "$binary" help "$word" | grep ' is one of:$' > /dev/null; then
      "$binary" help "$word" | listed | sed "s/^/$word /"
    else
      echo "$word"
    fi
  done > "$work/commands"
  [ -s "$work/commands" ] || wrong "$name --help lists no commands"
  while read -r words; do
    grep -q "Cm $words\b" "$page" || wrong "$name $words is not in $(basename "$page")"
    # Subcommands of muster are longer, and their flags are held against its page by its own tests.
    [ "$name" = muster ] && continue
    for flag in $(flags_in_help "$binary" "$words"); do
      grep -q "Fl ${flag#-}\b" "$page" || wrong "$name $words $flag is not in $(basename "$page")"
    done
  done < "$work/commands"
done

for page in "$source_dir"/packaging/man/*; do
  LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -l -Tutf8 -Z "$page" 2> "$work/warnings" > /dev/null ||
    wrong "$(basename "$page") cannot be formatted"
  [ -s "$work/warnings" ] && wrong "$(basename "$page"): $(head -3 "$work/warnings")"
done
exposure() { # UNIT TENTHS
  systemd-analyze security --offline=true --threshold="$2" "$source_dir/packaging/systemd/$1" > "$work/exposure" 2>&1 ||
    wrong "$1: $(grep Overall "$work/exposure" || cat "$work/exposure")"
}
exposure muster-agent.service 25
exposure muster-server.service 15

[ "$failures" -eq 0 ] || exit 1
echo "passed"
