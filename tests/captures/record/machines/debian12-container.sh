# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
about="Container on the kernel of whoever recorded it: overlay, veth, a volume; dpkg fields cut."

# Namespaces of this machine: the outer one has the other end of the wire, the inner one is the
# container. Nothing here touches the network of this machine.
record() {
  local box=$work/$name.box
  rm -rf "$box"
  mkdir -p "$box"/{upper,work,merged,files}
  whole_root "$box/lower"
  # What a container image has: no init, no kernel.
  (cd "$box/lower" && rm -rf boot lib/systemd/system etc/systemd)
  short_descriptions "$box/lower"
  printf 'b7e0c4a9526d4f0f8f1d3a6c9e2b5d71\n' >"$box/lower/etc/machine-id"
  ln -sf /usr/share/zoneinfo/Etc/UTC "$box/lower/etc/localtime"
  echo "web:x:1000:1000::/srv/www:/usr/sbin/nologin" >>"$box/lower/etc/passwd"
  echo "web:x:1000:" >>"$box/lower/etc/group"
  printf '127.0.0.1 localhost\n172.28.0.7 shop-7.pods.example.org shop-7\n' >"$box/files/hosts"
  printf 'search pods.example.org\nnameserver 172.28.0.1\n' >"$box/files/resolv.conf"
  touch "$box/lower/etc/hosts" "$box/lower/etc/resolv.conf"
  mkdir -p "$box/lower/srv/www" "$box/lower/run"
  mke2fs -q -t ext4 -L www "$box/volume" 48M

  cat >"$box/inner" <<'INNER'
set -eu
hostname shop-7
mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged
mount -t proc -o nosuid,nodev,noexec proc merged/proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs merged/sys
mount -t tmpfs -o nosuid,mode=755,size=64k tmpfs merged/dev
mkdir merged/dev/pts
mount -t devpts -o nosuid,noexec,newinstance,ptmxmode=0666,mode=620 devpts merged/dev/pts
mknod -m 666 merged/dev/null c 1 3
mount -t tmpfs -o nosuid,nodev,mode=755,size=1m tmpfs merged/run
mkdir -p merged/run/systemd merged/run/host
echo systemd-nspawn >merged/run/systemd/container
echo systemd-nspawn >merged/run/host/container-manager
mount -o loop,nodev volume merged/srv/www
# Single files from outside, as container engines mount them; from a tmpfs, so that no path of
# this machine shows.
mkdir outside
mount -t tmpfs -o size=64k outside outside
cp files/hosts files/resolv.conf outside/
touch merged/etc/hosts merged/etc/resolv.conf
mount --bind outside/hosts merged/etc/hosts
mount --bind outside/resolv.conf merged/etc/resolv.conf
for i in $(seq 50); do [ -e merged/sys/class/net/host0 ] && break; sleep 0.1; done
ip link set lo up
ip link set host0 up
ip address add 172.28.0.7/16 dev host0
ip address add 2001:db8:28::7/64 dev host0 nodad
ip route add default via 172.28.0.1
exec chroot merged /bin/sh -c 'sleep 2; muster-agent capture /run/capture && cat /run/capture >&3'
INNER
  cat >"$box/outer" <<'OUTER'
set -eu
unshare --pid --fork --mount --uts --ipc --net --cgroup --propagation private \
  env -i PATH="$PATH" container=systemd-nspawn bash inner 3>capture &
inner=$!
until [ "$(readlink /proc/$inner/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.1; done
ip link add ve-shop-7 type veth peer name host0 netns $inner
ip link set ve-shop-7 up
wait $inner
OUTER
  say "$name: starting"
  (cd "$box" && unshare --net --mount --propagation private bash outer >&2)
  cp "$box/capture" "$work/$name.capture"
}
