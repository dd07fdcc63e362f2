#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From sources to this machine in the CMDB: builds the release, starts a server with its own SQLite
# database, makes the first administrator, enrols this machine and sends its first report. Safe to
# run again; each run goes on from what the last one left. See --help.
set -euo pipefail

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
data=$source_dir/quickstart-data
build_dir=
action=start
people_port=8443
agents_port=8444
local_only=0
public_names=()

usage() {
  cat <<EOF
usage: packaging/quickstart.sh [--data DIR] [--public-name NAME]... [--local]
                               [--people-port N] [--agents-port N] [--build-dir DIR]
       packaging/quickstart.sh --stop  [--data DIR]
       packaging/quickstart.sh --clean [--data DIR]

  --data DIR          everything it makes, data and logs (default: quickstart-data in the sources)
  --public-name NAME  DNS name or address under which other machines reach this one
                      (default: the address of the default route)
  --local             listen on 127.0.0.1 only
  --people-port N     of the API (default 8443; 0: any free one)
  --agents-port N     of the agents (default 8444; 0: any free one)
  --build-dir DIR     use the programs of this build, and build nothing
  --stop              stop the server
  --clean             stop the server and remove DIR; it asks no more
Names and ports are kept from the first run; --clean, then start anew, changes them.
EOF
}

fail() {
  printf 'quickstart: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

while [ $# -gt 0 ]; do
  case "$1" in
    --data | --build-dir | --public-name | --people-port | --agents-port)
      [ $# -ge 2 ] || { usage >&2; exit 2; }
      case "$1" in
        --data) data=$2 ;;
        --build-dir) build_dir=$2 ;;
        --public-name) public_names+=("$2") ;;
        --people-port) people_port=$2 ;;
        --agents-port) agents_port=$2 ;;
      esac
      shift ;;
    --local) local_only=1 ;;
    --stop) action=stop ;;
    --clean) action=clean ;;
    -h | --help) usage; exit 0 ;;
    *) printf 'quickstart: unknown argument %s\n' "$1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done
data=$(realpath -m -- "$data")
# Written into ini files and shell files: nothing in it may need quoting.
case "$data" in
  *[!A-Za-z0-9/._+-]*) fail "--data $data: only letters, digits and / . _ + - may be in the path" ;;
esac
pid_file=$data/server.pid
marker=$data/.muster-quickstart
step_number=0
step() {
  step_number=$((step_number + 1))
  printf '[%d/6] %s\n' "$step_number" "$1"
}

# The server that this folder's pid file names; nothing when it does not run. A process that got its
# number later has another command line.
server_pid() {
  local pid
  pid=$(cat "$pid_file" 2>/dev/null) || return 0
  case "$pid" in '' | *[!0-9]*) return 0 ;; esac
  if tr '\0' '\n' 2>/dev/null < "/proc/$pid/cmdline" | grep -qxF -- "$data/server.ini"; then
    echo "$pid"
  fi
}

stop_server() {
  local pid
  pid=$(server_pid)
  if [ -z "$pid" ]; then
    rm -f "$pid_file"
    return 0
  fi
  kill -TERM "$pid"
  for _ in $(seq 300); do
    kill -0 "$pid" 2>/dev/null || { rm -f "$pid_file"; return 0; }
    # A child of nobody that waits for it stays as a zombie, which has ended.
    grep -q '^State:[[:space:]]*Z' "/proc/$pid/status" 2>/dev/null && { rm -f "$pid_file"; return 0; }
    sleep 0.1
  done
  fail "the server (process $pid) did not stop within 30 s" "see $data/server.log"
}

if [ "$action" != start ]; then
  if [ ! -e "$data" ]; then
    echo "There is nothing in $data."
    exit 0
  fi
  # What somebody else made is not ours to remove.
  [ -e "$marker" ] || fail "$data was not made by quickstart: nothing was stopped or removed"
  stop_server
  if [ "$action" = clean ]; then
    rm -rf -- "$data"
    echo "Stopped; $data is removed."
  else
    echo "Stopped; the data stays in $data."
  fi
  exit 0
fi

# --- 1, 2: the programs ------------------------------------------------------------------------

# build TARGETS...: shows how far it is, in place on a terminal, otherwise a line every 15 s.
build() {
  local log=$data/build.log pid last=0 now progress
  cmake --build --preset release --target "$@" >> "$log" 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1
    progress=$(grep -ao '^\[[0-9]*/[0-9]*\]' "$log" | tail -1 || true)
    now=$SECONDS
    if [ -t 1 ]; then
      printf '\r      %s %d s  ' "$progress" "$now"
    elif [ $((now - last)) -ge 15 ]; then
      printf '      %s %d s\n' "$progress" "$now"
      last=$now
    fi
  done
  [ -t 1 ] && printf '\r%40s\r' ''
  wait "$pid" || { tail -40 "$log" >&2; fail "the build failed" "all of it: $log"; }
}

if [ -d "$data" ] && [ ! -e "$marker" ] && [ -n "$(ls -A "$data")" ]; then
  fail "$data is there already and was not made by quickstart" "name another folder with --data"
fi
mkdir -p -- "$data"
chmod 700 "$data"
touch "$marker"
cd "$source_dir"

step "Debian packages that the build needs"
if [ -n "$build_dir" ]; then
  build_dir=$(realpath -- "$build_dir")
  echo "      skipped: the programs of $build_dir are used"
else
  bash packaging/install-build-packages.sh
fi

step "The release build (some 10 to 20 minutes the first time on two cores)"
if [ -n "$build_dir" ]; then
  echo "      skipped"
else
  build_dir=$source_dir/build/release
  : > "$data/build.log"
  cmake --preset release >> "$data/build.log" 2>&1 ||
    { tail -40 "$data/build.log" >&2; fail "the build could not be configured"; }
  build muster muster-agent muster-server
  build packages
fi
for program in muster muster-agent muster-server; do
  [ -x "$build_dir/bin/$program" ] || fail "there is no $build_dir/bin/$program" "build it first"
done

# --- 3: the server -----------------------------------------------------------------------------

step "The server"
mkdir -p "$data/bin" "$data/config" "$data/downloads"
# Wrappers that know this folder, so that plain commands work and nothing else on the machine is
# touched.
wrapper() {
  printf '#!/bin/sh\n%s exec %s/bin/%s "$@"\n' "$2" "$build_dir" "$1" > "$data/bin/$1.new"
  chmod 755 "$data/bin/$1.new"
  mv -f "$data/bin/$1.new" "$data/bin/$1"
}
wrapper muster "XDG_CONFIG_HOME=$data/config"
wrapper muster-agent "MUSTER_AGENT_CONFIG=$data/agent.ini"
wrapper muster-server "MUSTER_SERVER_CONFIG=$data/server.ini"
{
  echo '# . this file, and muster, muster-agent and muster-server are those of this folder'
  # shellcheck disable=SC2016 # the shell that reads the file expands it
  printf 'PATH=%s/bin:$PATH\nexport PATH\n' "$data"
} > "$data/env"
PATH=$data/bin:$PATH
[ -e "$data/agent.ini" ] || printf '[agent]\nstate_directory = %s/agent\n' "$data" > "$data/agent.ini"

# What /downloads offers: the agent's package, when this build made one.
if [ -e "$build_dir/packages/muster-agent.deb" ]; then
  cmp -s "$build_dir/packages/muster-agent.deb" "$data/downloads/muster-agent.deb" ||
    install -m 644 "$build_dir/packages/muster-agent.deb" "$data/downloads/muster-agent.deb"
fi

write_server_ini() { # PEOPLE_PORT AGENTS_PORT
  local address=0.0.0.0
  [ "$local_only" -eq 1 ] && address=127.0.0.1
  cat > "$data/server.ini" <<EOF
[server]
data_directory = $data/server
downloads_directory = $data/downloads
people_address = $address
people_port = $1
agents_address = $address
agents_port = $2
EOF
}
[ -e "$data/server.ini" ] || write_server_ini "$people_port" "$agents_port"

if [ ! -e "$data/initialised" ]; then
  if [ ${#public_names[@]} -eq 0 ] && [ "$local_only" -eq 0 ]; then
    address=$(ip -4 route get 192.0.2.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p') || true
    [ -n "$address" ] && public_names+=("$address")
  fi
  arguments=()
  for name in "${public_names[@]}" 127.0.0.1 localhost; do
    case " ${arguments[*]-} " in *" $name "*) ;; *) arguments+=(--public-name "$name") ;; esac
  done
  if [ ! -s "$data/admin-password" ]; then
    (umask 077 && openssl rand -hex 12 > "$data/admin-password")
  fi
  # An init that was cut short is simply run again; one that had just finished says so.
  if ! muster-server init --admin admin --password-stdin "${arguments[@]}" \
    < "$data/admin-password" > "$data/init.log" 2>&1; then
    grep -q 'is there already' "$data/init.log" ||
      fail "muster-server init failed:" "$(cat "$data/init.log")"
  fi
  touch "$data/initialised"
fi

pid=$(server_pid)
# After a new build the old program is stopped; it would go on with yesterday's code.
if [ -n "$pid" ] && [ ! "/proc/$pid/exe" -ef "$build_dir/bin/muster-server" ]; then
  stop_server
  pid=
fi
if [ -n "$pid" ]; then
  echo "      runs already (process $pid)"
else
  rm -f "$data/ports"
  setsid "$build_dir/bin/muster-server" --config "$data/server.ini" serve \
    --ports-file "$data/ports" >> "$data/server.log" 2>&1 < /dev/null &
  pid=$!
  echo "$pid" > "$pid_file"
  for _ in $(seq 600); do
    [ -s "$data/ports" ] && break
    if ! kill -0 "$pid" 2>/dev/null; then
      rm -f "$pid_file"
      fail "the server did not start; the end of $data/server.log:" "$(tail -5 "$data/server.log")" \
        "a port that is taken? --people-port and --agents-port name others (after --clean)"
    fi
    sleep 0.1
  done
  [ -s "$data/ports" ] || fail "the server was not ready within 60 s" "see $data/server.log"
  echo "      runs (process $pid)"
fi
people_port=$(sed -n 's/^people //p' "$data/ports")
agents_port=$(sed -n 's/^agents //p' "$data/ports")
# Ports that were picked stay: agents keep the one that they were enrolled with.
sed -i "s/^people_port = .*/people_port = $people_port/; s/^agents_port = .*/agents_port = $agents_port/" \
  "$data/server.ini"
url=https://127.0.0.1:$people_port

# --- 4, 5, 6: sign in, enrol, report -------------------------------------------------------------

step "Sign-in of the first administrator"
if muster status > "$data/status.log" 2>&1; then
  echo "      is there already"
else
  muster login "$url" --ca-file "$data/server/ca/ca.pem" --user admin --password-stdin \
    < "$data/admin-password" > "$data/status.log" 2>&1 ||
    fail "muster login failed:" "$(cat "$data/status.log")"
fi

# text_of JSON NAME: a member whose value is text without escapes, or a number.
text_of() { printf '%s' "$1" | sed -n "s/.*\"$2\":\"\{0,1\}\([^\",}]*\).*/\1/p" | head -1; }

step "Enrolment of this machine"
# Exit code 1 only says that the agent does not report yet.
status=$(muster-agent status --json) || true
if [ "$(text_of "$status" code)" = not_enrolled ]; then
  token=$(muster join-token create --note quickstart --json) || fail "no join token could be made"
  text_of "$token" join_code | muster-agent enroll - | sed 's/^/      /'
  status=$(muster-agent status --json) || true
else
  echo "      is there already"
fi
agent_id=$(text_of "$status" agent_id)

step "A report of all that there is"
report=$(muster-agent run --once) || fail "the report was not acknowledged" "see $data/server.log"
printf '      %s\n\n' "$report"

# --- what came of it -----------------------------------------------------------------------------

item=$(muster agent list --all --json | tr '{' '\n' | grep -F "\"$agent_id\"" |
  sed -n 's/.*"item_id":\([0-9]*\).*/\1/p' | head -1)
[ -n "$item" ] || fail "the server knows no item for agent $agent_id"
muster show "$item"
packages=$(muster show "$item" --section packages --all --no-headers --columns name | wc -l)
join_url=$(sed -n 's/^public names: *\([^,]*\).*/\1/p' "$data/init.log")
also=
[ "${join_url:=127.0.0.1}" = 127.0.0.1 ] || also="   (also https://$join_url:$people_port)"
as_root=
[ "$(id -u)" -eq 0 ] || as_root='sudo '
cat <<EOF

This machine is item $item with $packages packages.

  API           $url$also
  agents        https://$join_url:$agents_port
  sign in       admin, password $(cat "$data/admin-password")
  trust         $data/server/ca/ca.pem, the authority of its certificates
  data, logs    $data   (server.log, build.log; admin-password, server/, agent/)

Try next:
  . $data/env                              # muster and muster-agent of this folder
  muster items                             # every machine; muster items --help for queries
  muster show $item --section disks
  ${as_root}apt-get install -y hello && muster-agent run --once && muster changes $item
  muster ticket new "Fan is loud" --item $item
  muster join-token create                 # what to type on another machine
  packaging/quickstart.sh --stop           # --clean removes $data as well
EOF
