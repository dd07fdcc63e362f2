#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A second host installs the agent and joins, from nothing but the text that `muster join-token
# create` printed. Server and second host have a network namespace each, joined by one pair of
# interfaces and cut off from everything else; the second host has its own root folder (an overlay
# over this machine's, in memory), host name, machine-id and processes. Needs root.
#
#   tests/packaging/second_host_test.sh SOURCE_DIR BUILD_DIR
#
# Where namespaces are not permitted it fails, unless MUSTER_TEST_NO_NAMESPACES=1 says that this is
# known.
set -euo pipefail

# ---- inside the second host's namespaces: `second_host_test.sh --inside WORK` --------------------
if [ "${1:-}" = --inside ]; then
  work=$2
  memory=$work/memory
  root=$memory/root
  mkdir -p "$memory"
  mount -t tmpfs -o mode=0755 tmpfs "$memory"
  mount --make-private "$memory"
  mkdir "$memory/upper" "$memory/work" "$root"
  mount -t overlay -o "lowerdir=/,upperdir=$memory/upper,workdir=$memory/work" overlay "$root"
  # No /sys: what the firmware says of this machine would make the second the same one.
  mount -t proc proc "$root/proc"
  mount -t tmpfs tmpfs "$root/tmp"
  mount -t tmpfs -o mode=0755 tmpfs "$root/run"
  mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
  for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mkdir "$root/dev/pts"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
  hostname second-host
  rm -f "$root/etc/machine-id" "$root/etc/hostname" "$root/var/lib/dbus/machine-id"
  tr -d - < /proc/sys/kernel/random/uuid > "$root/etc/machine-id"
  echo second-host > "$root/etc/hostname"
  as_second=(chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8)
  inside() { "${as_second[@]}" "$@"; }
  # This machine may be one that runs Muster; the new one never has.
  inside dpkg --purge muster-agent muster-server > /dev/null 2>&1 || true
  rm -rf "$root/var/lib/muster-agent" "$root/var/lib/muster"
  printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"

  # The text as it was printed, pasted into a shell.
  cp "$work/printed" "$root/root/printed"
  # shellcheck disable=SC2016
  inside bash -c 'set -e; bash /root/printed'
  echo "-- installed: $(inside dpkg-query -W -f='${Package} ${Version} ${db:Status-Status}' muster-agent)"
  [ "$(inside stat -c '%U %a' /var/lib/muster-agent)" = 'muster-agent 700' ]
  [ "$(inside stat -c '%U %a' /var/lib/muster-agent/key.pem)" = 'muster-agent 600' ]

  # There is no systemd in here: the unit's own command, as its user and with its capabilities.
  unit=$root/lib/systemd/system/muster-agent.service
  read -r -a command <<< "$(sed -n 's/^ExecStart=//p' "$unit")"
  capabilities=$(sed -n 's/^AmbientCapabilities=//p' "$unit" | tr ' ' '\n' |
    sed 's/CAP_/+/' | tr 'A-Z\n' 'a-z,' | sed 's/,$//')
  "${as_second[@]}" setpriv --reuid muster-agent --regid muster-agent --init-groups --no-new-privs \
    --inh-caps "-all,$capabilities" --ambient-caps "-all,$capabilities" \
    --bounding-set "-all,$capabilities" "${command[@]}" > "$work/agent.log" 2>&1 &
  agent=$!
  for _ in $(seq 300); do
    [ -e "$work/appeared" ] && break
    kill -0 "$agent" 2> /dev/null || { echo "the agent ended" >&2; cat "$work/agent.log" >&2; exit 1; }
    sleep 0.2
  done
  inside runuser -u muster-agent -- muster-agent status || { cat "$work/agent.log" >&2; exit 1; }
  kill -TERM "$agent"
  wait "$agent" || { echo "the agent did not end well" >&2; exit 1; }

  # Installed again it is the same machine; removed it keeps its data; purged it leaves none.
  package=$(find "$root/tmp" -name muster-agent.deb | head -1)
  inside dpkg -i "${package#"$root"}" > /dev/null
  inside test -e /var/lib/muster-agent/key.pem
  inside dpkg --remove muster-agent > /dev/null
  inside test -e /var/lib/muster-agent/key.pem
  inside test -e /etc/muster/agent.ini
  inside dpkg --purge muster-agent > /dev/null
  inside test ! -e /var/lib/muster-agent
  inside test ! -e /etc/muster/agent.ini
  echo "-- installed again, removed and purged"

  # The server's package: root can make an installation that its user serves, and purging takes the
  # database away and leaves what cannot be made again.
  cp "$work/muster-server.deb" "$root/root/"
  inside apt-get install -y -qq --no-install-recommends /root/muster-server.deb > "$work/server-package.log" 2>&1 ||
    { cat "$work/server-package.log" >&2; exit 1; }
  [ "$(inside stat -c '%U %a' /var/lib/muster)" = 'muster-server 700' ]
  [ "$(inside stat -c '%U %a' /var/backups/muster)" = 'muster-server 700' ]
  echo 'correct horse battery' | inside muster-server init --admin ana --password-stdin \
    --public-name localhost > "$work/init"
  # No systemd runs in here.
  for line in 'owner: *muster-server' 'next: *muster-server serve'; do
    grep -qx "$line" "$work/init" || { echo "init does not say $line:" >&2; cat "$work/init" >&2; exit 1; }
  done
  [ -z "$(inside find /var/lib/muster ! -user muster-server)" ] || { inside ls -lnR /var/lib/muster >&2; exit 1; }
  inside muster-server doctor
  inside runuser -u muster-server -- muster-server doctor
  "${as_second[@]}" setpriv --reuid muster-server --regid muster-server --init-groups \
    --no-new-privs muster-server serve > "$work/installed-server.log" 2>&1 &
  server=$!
  ip link set lo up
  for _ in $(seq 100); do
    inside curl -fsSk https://127.0.0.1:8443/downloads/muster-agent.deb.sha256 -o /root/offered 2> /dev/null && break
    sleep 0.1
  done
  inside test -s /root/offered || { cat "$work/installed-server.log" >&2; exit 1; }
  # By root into the folder of the backups, and into its own.
  inside muster-server backup /var/backups/muster/first.backup > /dev/null
  [ "$(inside stat -c %U /var/backups/muster/first.backup)" = muster-server ]
  inside muster-server backup /root/second.backup > /dev/null
  kill -TERM "$server"
  wait "$server" || { echo "the server did not end well" >&2; exit 1; }
  inside muster-server restore /root/second.backup > /dev/null
  inside runuser -u muster-server -- muster-server restore /var/backups/muster/first.backup > /dev/null
  [ -z "$(inside find /var/lib/muster ! -user muster-server)" ] || { inside ls -lnR /var/lib/muster >&2; exit 1; }
  inside muster-server backup /var/lib/muster/old.backup > /dev/null
  inside dpkg --purge muster-server > "$work/purge" 2>&1
  for kept in /var/lib/muster/ca/ca.pem /var/lib/muster/revocations.log /var/lib/muster/old.backup \
    /var/backups/muster/first.backup; do
    inside test -e "$kept" || { echo "$kept is gone" >&2; exit 1; }
  done
  inside test ! -e /var/lib/muster/muster.db
  inside test ! -e /etc/muster
  # What is kept is told, and the command that it names takes the rest.
  grep -q 'kept in /var/lib/muster:.* ca ' "$work/purge"
  remove_all=$(sed -n 's/^ *\(rm -rf .*\)$/\1/p' "$work/purge")
  [ "$remove_all" = 'rm -rf /var/lib/muster /var/backups/muster' ]
  inside sh -c "$remove_all"
  echo "-- the server's package: installed, served, purged"
  exit 0
fi

# ---- outside -------------------------------------------------------------------------------------
source_dir=$1
build_dir=$2
# The root of a chroot need not be a mount point, and then cannot be made private; all that is mounted lies below one
# that can.
propagation=private
mountpoint -q / || propagation=unchanged
if [ "$(id -u)" -ne 0 ] ||
  ! unshare --mount --propagation "$propagation" --net --uts --pid --fork true 2> /dev/null; then
  if [ "${MUSTER_TEST_NO_NAMESPACES:-}" = 1 ]; then
    echo "SKIPPED: no namespaces here, as MUSTER_TEST_NO_NAMESPACES=1 said"
    exit 0
  fi
  echo "FAILED: this test needs root and namespaces; MUSTER_TEST_NO_NAMESPACES=1 skips it" >&2
  exit 1
fi
[ -s "$build_dir/packages/muster-agent.deb" ] || { echo "FAILED: no $build_dir/packages/muster-agent.deb" >&2; exit 1; }

work=$(mktemp -d)
data=$work/data
server_side=muster-server-$$
second=muster-second-$$
# Not `ip netns exec` or `ip -n`, which mount /sys anew.
here=(nsenter "--net=/run/netns/$server_side")
finish() {
  "${here[@]}" bash "$source_dir/packaging/quickstart.sh" --stop --data "$data" > /dev/null 2>&1 || true
  touch "$work/appeared"
  ip netns del "$second" 2> /dev/null || true
  ip netns del "$server_side" 2> /dev/null || true
  ! mountpoint -q "$work/memory" || umount --recursive --lazy "$work/memory"
  rm -rf "$work"
}
trap finish EXIT
die() {
  printf 'FAILED: %s\n' "$1" >&2
  tail -20 "$data/server.log" >&2 || true
  exit 1
}

ip netns add "$server_side"
ip netns add "$second"
cp "$build_dir/packages/muster-server.deb" "$work/"
"${here[@]}" ip link set lo up
nsenter "--net=/run/netns/$second" ip link set lo up
# Made inside, so that not even their names are seen outside. 198.51.100.0/24 is for documentation
# (RFC 5737).
nsenter "--net=/run/netns/$server_side" ip link add muster0 type veth peer name muster1 netns "$second"
nsenter "--net=/run/netns/$server_side" ip addr add 198.51.100.1/24 dev muster0
nsenter "--net=/run/netns/$second" ip addr add 198.51.100.2/24 dev muster1
nsenter "--net=/run/netns/$server_side" ip link set muster0 up
nsenter "--net=/run/netns/$second" ip link set muster1 up

"${here[@]}" bash "$source_dir/packaging/quickstart.sh" --data "$data" --build-dir "$build_dir" \
  --public-name 198.51.100.1 > "$work/quickstart" 2>&1 || { cat "$work/quickstart" >&2; die "quickstart"; }
PATH=$data/bin:$PATH
muster_here() { "${here[@]}" "$data/bin/muster" "$@"; }
[ "$(muster_here items --no-headers --columns name | wc -l)" = 1 ] || die "not one machine at first"

muster_here join-token create --note 'second host' > "$work/text" || die "no join token"
# What stands below "on the machine, as root:" is what a person copies.
sed '1,/^on the machine, as root:$/d' "$work/text" > "$work/printed"
grep -q 'apt-get install' "$work/printed" || { cat "$work/text" >&2; die "no install command was printed"; }
grep -q 'muster-agent enroll' "$work/printed" || die "no enrol command was printed"
sed 's/\(muster1_........\)[a-z2-7]*/\1.../' "$work/printed"

nsenter "--net=/run/netns/$second" unshare --mount --uts --pid --fork --kill-child --propagation "$propagation" \
  bash "$0" --inside "$work" > "$work/second.log" 2>&1 &
inside_pid=$!
for _ in $(seq 900); do
  [ "$(muster_here items --no-headers --columns name 2> /dev/null | wc -l)" = 2 ] && { touch "$work/appeared"; break; }
  kill -0 "$inside_pid" 2> /dev/null || break
  sleep 0.2
done
wait "$inside_pid" || { cat "$work/second.log" >&2; die "the second host"; }
cat "$work/second.log"
[ -e "$work/appeared" ] || die "the second host did not appear in the CMDB"
muster_here items
muster_here items --no-headers --columns name | grep -qx second-host || die "it has another name"
# Two agents, each with its own item.
[ "$(muster_here agent list --no-headers --columns item_id | sort -u | wc -l)" = 2 ] || die "one item for two agents"
count=$(muster_here show second-host --section packages --all --no-headers --columns name | wc -l)
[ "$count" -gt 0 ] || die "the second host has no packages"
echo "passed: second-host with $count packages"
