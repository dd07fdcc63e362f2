#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash disable=SC2034,SC1091
# The first process of a machine of another architecture: copies what collectors read from /proc,
# /sys and /etc into a tar file and sends it out through the first virtio port.
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/$module"; done </modules
sleep 2 # for disks to be found
[ ! -e /setup.sh ] || . /setup.sh
sleep 3 # for IPv6 addresses to be found free

tree=/tmp/tree
mount -t tmpfs -o size=80% tmpfs /tmp
mkdir -p $tree/sys $tree/var/lib
(mkdir -p $tree/proc/1 && cd $tree/proc && mkdir -p self bus/pci sys net)
for process in /proc/[0-9]*; do mkdir -p "$tree$process"; done
for file in cpuinfo meminfo stat loadavg uptime version sysinfo cmdline partitions swaps modules \
  1/mountinfo self/mountinfo bus/pci/devices device-tree \
  net/if_inet6 net/fib_trie net/route net/dev net/bonding; do
  cp -d "/proc/$file" "$tree/proc/$file" 2>/dev/null
done
cp -dR /proc/sys/kernel $tree/proc/sys/ 2>/dev/null
for folder in block class dev devices firmware hypervisor; do
  cp -dR /sys/$folder $tree/sys/ 2>/dev/null
done
cp -dR /etc /run $tree/
[ ! -e /usr/lib/os-release ] || { mkdir -p $tree/usr/lib; cp /usr/lib/os-release $tree/usr/lib/; }
# With its times, which say when packages came.
cp -a /var/lib/dpkg $tree/var/lib/
# Mount points are looked at.
while read -r a b c d point rest; do
  mkdir -p "$tree$(printf %b "$point")"
done </proc/self/mountinfo
# A file that cannot be read has become an empty one.
cd $tree || exit
find sys proc -type f -size 0 | while read -r file; do
  cat "/$file" >/dev/null 2>&1 || rm -f "$file"
done
tar -czf /tmp/out.tar.gz .
set -- /dev/vport*p1 # a glob behind > is not expanded
cat /tmp/out.tar.gz >"$1"
sync
poweroff -f
