#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Records the machines of tests/captures anew: boots each in qemu (or, for the container, in
# namespaces of this machine), lets muster-agent look, and writes tests/captures/NAME.capture.
# A tool to be run by hand on Debian 12, as root; no part of CI. It installs nothing.
#
#   record.sh [--agent FILE] [--work FOLDER] [--out FOLDER] NAME...
#   record.sh --list
#
#   --agent  the program that looks (build/release/bin/muster-agent)
#   --work   where packages, disks and consoles are kept between runs (a new temporary folder);
#            5 GB for all machines
#   --out    where the captures go (tests/captures)
#
# It needs these packages (--no-install-recommends is enough):
#   qemu-system-{x86,arm,misc,ppc} qemu-slof ovmf mmdebstrap cpio kmod fdisk e2fsprogs iproute2
#
# apt-get and mmdebstrap bring the packages that the machines are made of, from where this machine
# gets its own. Everything is emulated (no KVM); a machine takes between half a minute and three.
# Machines have no network: their wires lead nowhere.
#
# A recorded capture is as a new one always is: names and numbers are redacted anew, and versions
# of packages have moved on. Write its golden with MUSTER_UPDATE_EXPECTED=1 and read it.
#
# A file in machines/ says about= (what the machine is, the first line of its capture) and has one
# function, record, that ends with the capture in $work/NAME.capture.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../../.." && pwd)
agent=$repository/build/release/bin/muster-agent
out=$repository/tests/captures
work=
suite=bookworm
seconds=900 # the most that one machine may take

die() { echo "record.sh: $*" >&2; exit 1; }
say() { echo "== $*" >&2; }

# ---- packages ----------------------------------------------------------------------------------

# apt ARCHITECTURE TOOL ARGUMENTS...: apt with its own lists, so that this machine's stay as is.
apt() {
  local arch=$1 tool=$2 own=$work/apt-$1
  shift 2
  mkdir -p "$own/lists/partial" "$own/cache/archives/partial" "$own/debs"
  : >"$own/status"
  (cd "$own/debs" && "$tool" -q -o APT::Architecture="$arch" -o APT::Architectures="$arch" \
    -o Dir::State::lists="$own/lists" -o Dir::State::status="$own/status" \
    -o Dir::Cache="$own/cache" -o APT::Sandbox::User=root "$@")
}

# download ARCHITECTURE PACKAGE...: the .deb files, unless they are there; prints their names.
download() {
  local arch=$1 package
  shift
  [ -e "$work/apt-$arch/updated" ] || { apt "$arch" apt-get update >&2 && touch "$work/apt-$arch/updated"; } || return 1
  for package in "$@"; do
    compgen -G "$work/apt-$arch/debs/${package}_*.deb" >/dev/null ||
      apt "$arch" apt-get download "$package" >&2
    compgen -G "$work/apt-$arch/debs/${package}_*.deb" | tail -n 1
  done
}

# use_kernel ARCHITECTURE FLAVOUR: sets kernel (the image) and modules (where lib/modules is).
use_kernel() {
  local arch=$1 package
  modules=$work/kernel-$arch
  if [ ! -e "$modules/complete" ]; then
    [ -e "$work/apt-$arch/updated" ] ||
      { apt "$arch" apt-get update >&2 && touch "$work/apt-$arch/updated"; } || return 1
    package=$(apt "$arch" apt-cache show --no-all-versions "linux-image-$2" |
      sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p' | head -n 1)
    rm -rf "$modules"
    dpkg-deb -x "$(download "$arch" "$package")" "$modules"
    depmod -b "$modules" "$(ls "$modules/lib/modules")"
    touch "$modules/complete"
  fi
  # shellcheck disable=SC2034 # for the machines
  kernel=$(compgen -G "$modules/boot/vmlinu*")
}

# copy_modules ROOT NAME...: the named modules of the kernel and all that they need; ROOT/modules
# lists them in the order in which they are to be loaded.
copy_modules() {
  local root=$1 version module file
  shift
  version=$(ls "$modules/lib/modules")
  for module in "$@"; do
    modprobe -d "$modules" -S "$version" --show-depends "$module"
  done | sed -n "s|^insmod $modules/\\([^ ]*\\).*|\\1|p" | awk '!seen[$0]++' >"$root/modules"
  while read -r file; do
    install -D -m 644 "$modules/$file" "$root/$file"
  done <"$root/modules"
  cp "$modules/lib/modules/$version"/modules.builtin* "$root/lib/modules/$version/"
  touch "$root/lib/modules/$version/modules.order"
  depmod -b "$root" "$version"
}

# pack ROOT FILE: an initramfs.
pack() { (cd "$1" && find . | cpio -o -H newc --quiet | gzip -1) >"$2"; }

# ---- qemu --------------------------------------------------------------------------------------

# What boot() gives to qemu, put together by these, each with its words joined by commas:
#   device MODEL PROPERTY...   firmware type=NUMBER FIELD...   drive ID FILE [PROPERTY...]
#   network MODEL PROPERTY...: a wire that leads nowhere
options=()
device() { local IFS=,; options+=(-device "$*"); }
firmware() { local IFS=,; options+=(-smbios "$*"); }
drive() {
  local IFS=, id=$1 file=$2
  shift 2
  options+=(-drive "file=$work/$name.$file,if=none,id=$id,format=raw${*:+,$*}")
}
wires=0
network() {
  wires=$((wires + 1))
  options+=(-netdev "user,id=wire$wires,restrict=on")
  device "$1" "netdev=wire$wires" "${@:2}"
}

# boot PROGRAM ARGUMENTS...: runs one machine to its end; its console is $work/NAME.console, and
# what it writes to the first virtio port comes out in $work/NAME.out.
boot() {
  rm -f "$work/$name.out"
  say "$name: booting (console: $work/$name.console)"
  nice -n 10 timeout "$seconds" "$@" "${options[@]}" -device virtserialport,chardev=out \
    -nic none -display none -no-reboot -monitor none \
    -serial "file:$work/$name.console" -chardev "file,id=out,path=$work/$name.out" \
    </dev/null 2>"$work/$name.qemu" || die "$name: qemu failed, see $work/$name.qemu"
  [ -s "$work/$name.out" ] || die "$name: nothing came out, see $work/$name.console"
}

# blank FILE SIZE: an empty disk.
blank() { rm -f "$1"; truncate -s "$2" "$1"; }

# disk_with_folder FILE MIB FOLDER LABEL [MIB:TYPE...]: a GPT disk whose first partition is ext4 and
# has FOLDER in it; empty partitions may follow. The types are those of sfdisk.
disk_with_folder() {
  local file=$1 mib=$2 folder=$3 label=$4 extra all=$(($2 + 2))
  shift 4
  for extra in "$@"; do all=$((all + ${extra%%:*})); done
  blank "$file" "${all}M"
  {
    echo "start=2048, size=${mib}M, type=linux, name=$label"
    for extra in "$@"; do echo "size=${extra%%:*}M, type=${extra#*:}"; done
  } | sfdisk -q -X gpt "$file"
  mke2fs -q -t ext4 -L "$label" -d "$folder" -E offset=1048576 "$file" "${mib}M"
}

# fat16 FILE: an empty FAT16 over the whole file of 32 MiB (boot sector and two tables).
fat16() {
  {
    bytes eb 3c 90
    printf 'MSDOS5.0'
    # 512 bytes a sector, 4 sectors a cluster, 1 reserved, 2 tables of 64 sectors, 512 names
    bytes 00 02 04 01 00 02 00 02 00 00 f8 40 00 20 00 40 00 00 00 00 00 00 00 01 00
    bytes 80 00 29 78 56 34 12
    printf '%-11s%-8s' STICK FAT16
  } | dd of="$1" conv=notrunc status=none
  bytes 55 aa | dd of="$1" bs=1 seek=510 conv=notrunc status=none
  bytes f8 ff ff ff | dd of="$1" bs=512 seek=1 conv=notrunc status=none
  bytes f8 ff ff ff | dd of="$1" bs=512 seek=65 conv=notrunc status=none
}

# ---- machines of other architectures: kernel, busybox, and the agent reads a copied tree ---------

# small_root ARCHITECTURE ROOT: the files of a few packages. dpkg's database is made by hand, since
# no program of that architecture runs here.
small_root() {
  local arch=$1 root=$2 deb package
  rm -rf "$root"
  mkdir -p "$root"/{bin,dev,proc,sys,run,tmp,mnt,var/lib/dpkg/info}
  for deb in $(download "$arch" base-files base-passwd netbase busybox-static); do
    dpkg-deb -x "$deb" "$root"
    package=$(dpkg-deb -f "$deb" Package)
    dpkg-deb -f "$deb" | sed "s/^Package: .*/&\nStatus: install ok installed/"
    echo
    dpkg-deb --fsys-tarfile "$deb" | tar -t >"$root/var/lib/dpkg/info/$package.list"
  done >"$root/var/lib/dpkg/status"
  cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
  cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
  cp "$here/copy-machine.sh" "$root/init"
  chmod 755 "$root/init"
}

# look_at_copy: unpacks what copy-machine.sh sent and lets the agent look at that tree.
look_at_copy() {
  rm -rf "$work/$name.tree"
  mkdir "$work/$name.tree"
  tar -xzf "$work/$name.out" -C "$work/$name.tree"
  "$agent" capture --root "$work/$name.tree" "$work/$name.capture" >&2
  # Messages of the agent name the tree, and where that is says something about this machine.
  sed -i "s|$work/$name.tree|/copied/tree|" "$work/$name.capture"
}

# ---- machines of our own architecture: Debian with systemd and udev; the agent runs inside -------

# whole_root ROOT: a small Debian with the agent in it; the machine's own file setup.sh is added by
# its record function and runs before the agent looks.
whole_root() {
  local root=$1 library
  if [ ! -e "$work/debian.tar" ]; then
    say "making a Debian ($work/debian.log)"
    mmdebstrap --variant=minbase --include="systemd-sysv,udev,dbus,kmod,iproute2,lvm2,mdadm,$(:
      )cryptsetup-bin,xfsprogs,btrfs-progs,dosfstools,fdisk,e2fsprogs" \
      "$suite" "$work/debian.tmp.tar" 2>"$work/debian.log" || die "mmdebstrap: $work/debian.log"
    mv "$work/debian.tmp.tar" "$work/debian.tar"
  fi
  rm -rf "$root"
  mkdir -p "$root"
  tar -xf "$work/debian.tar" -C "$root"
  rm -rf "${root:?}"/var/cache/apt/* "${root:?}"/var/lib/apt/lists/*
  rm -f "$root"/etc/{resolv.conf,hostname}
  install -m 755 "$agent" "$root/usr/bin/muster-agent"
  # Libraries that are not there yet; those of the same name are of the same Debian.
  ldd "$agent" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' | while read -r library; do
    [ -e "$root$library" ] || install -D -m 644 "$library" "$root$library"
  done
}

# bootable ROOT: the agent runs at the end of the boot, and its capture goes out.
bootable() {
  local root=$1
  install -m 755 "$here/look-inside.sh" "$root/usr/sbin/look-inside"
  cat >"$root/etc/systemd/system/look-inside.service" <<'UNIT'
[Unit]
Description=Record what muster-agent reads
After=multi-user.target
[Service]
Type=idle
ExecStart=/usr/sbin/look-inside
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
[Install]
WantedBy=multi-user.target
UNIT
  ln -sf ../look-inside.service "$root/etc/systemd/system/multi-user.target.wants/"
  ln -sf /dev/null "$root/etc/systemd/system/serial-getty@ttyS0.service" # nobody logs in
}

# boot_whole ARGUMENTS...: boots a machine that looks at itself.
boot_whole() {
  boot "$@"
  cp "$work/$name.out" "$work/$name.capture"
}

# initramfs_for_root FILE MODULE...: loads modules and goes on with the partition that root= names.
initramfs_for_root() {
  local file=$1 root=$work/$name.initramfs
  shift
  rm -rf "$root"
  mkdir -p "$root"/{bin,dev,proc,sys,new}
  dpkg-deb -x "$(download amd64 busybox-static)" "$root"
  copy_modules "$root" "$@"
  cat >"$root/init" <<'INIT'
#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
while read -r module; do insmod /$module; done </modules
root=$(sed 's/.*root=\([^ ]*\).*/\1/' /proc/cmdline)
for i in $(seq 100); do [ -b "$root" ] && break; sleep 0.2; done
mount -t ext4 "$root" /new || poweroff -f
umount /proc /sys
mount --move /dev /new/dev
exec switch_root /new /sbin/init
INIT
  chmod 755 "$root/init"
  pack "$root" "$file"
}

# keep_packages ROOT PACKAGE...: cuts the dpkg database down; all else stays.
keep_packages() {
  local root=$1
  shift
  KEEP=" $* " awk 'BEGIN { RS = ""; ORS = "\n\n" }
    { split($1 " " $2, w, " "); if (index(ENVIRON["KEEP"], " " w[2] " ")) print }' \
    "$root/var/lib/dpkg/status" >"$work/$name.status"
  mv "$work/$name.status" "$root/var/lib/dpkg/status"
}

# short_descriptions ROOT: cuts the long descriptions and relations out of the dpkg database.
short_descriptions() {
  awk '/^ / { if (!skip) print; next }
    { skip = /^(Description|Conffiles|(Pre-)?Depends|Recommends|Suggests|Enhances|Breaks):/ ||
        /^(Replaces|Conflicts|Provides):/ }
    /^Description:/ || !skip' "$1/var/lib/dpkg/status" >"$work/$name.status"
  mv "$work/$name.status" "$1/var/lib/dpkg/status"
}

# ---- SMBIOS structures (DSP0134), for what qemu's options cannot say -----------------------------

# shellcheck disable=SC2059 # the bytes are the format
bytes() { local byte; for byte in "$@"; do printf "\\x$byte"; done; }
# little_endian BYTES NUMBER: as words for bytes.
little_endian() {
  local i
  for ((i = 0; i < $1; ++i)); do printf '%02x ' $((($2 >> (8 * i)) & 255)); done
}
# smbios TYPE HANDLE "HEX BYTES behind the header" STRING...
# An @ among the bytes is the number of the next string; an empty one is not there (number 0).
smbios() {
  local type=$1 handle=$2 byte text count=0 body=() strings=()
  local -a words
  read -r -a words <<<"$3"
  shift 3
  for byte in "${words[@]}"; do
    if [ "$byte" = @ ]; then
      byte=00
      if [ -n "$1" ]; then
        strings+=("$1")
        count=$((count + 1))
        byte=$(printf %02x "$count")
      fi
      shift
    fi
    body+=("$byte")
  done
  # shellcheck disable=SC2046 # words are wanted
  bytes "$(printf %02x "$type")" "$(printf %02x $((${#body[@]} + 4)))" \
    $(little_endian 2 "$handle") "${body[@]}"
  for text in "${strings[@]}"; do printf '%s\0' "$text"; done
  [ "$count" -gt 0 ] || printf '\0'
  printf '\0'
}
# give_structures FILE...: hands files of structures, made by the functions below, to the machine.
give_structures() {
  local file
  for file in "$@"; do firmware "file=$work/$name.$file"; done
}
# smbios_chassis NUMBER-OF-TYPE MANUFACTURER VERSION SERIAL ASSET SKU
smbios_chassis() {
  smbios 3 0x300 "@ $(printf %02x "$1") @ @ @ 03 03 03 02 00 00 00 00 02 02 00 00 @" "${@:2}"
}
# smbios_memory_array HANDLE USE SLOTS MAXIMUM-KIB (use: 03 system memory, 05 flash)
smbios_memory_array() {
  smbios 16 "$1" "03 $2 05 $(little_endian 4 "$4") fe ff $(little_endian 2 "$3")$(:
    ) $(little_endian 8 0)"
}
# smbios_module HANDLE ARRAY MIB FORM TYPE MTS CONFIGURED-MTS LOCATOR BANK MAKER SERIAL ASSET PART
# MIB of 0 is an empty slot; the four last texts are "" then.
smbios_module() {
  local body volt
  volt=$(little_endian 2 1200)
  body="$(little_endian 2 "$2") fe ff $(little_endian 2 72) $(little_endian 2 64)"
  body+=" $(little_endian 2 "$3") $4 00 @ @ $5 80 00 $(little_endian 2 "$6") @ @ @ @ 02"
  body+=" 00 00 00 00 $(little_endian 2 "$7") $volt $volt $volt"
  smbios 17 "$1" "$body" "${@:8}"
}

# ---- one machine after another -------------------------------------------------------------------

record_machine() {
  name=$1
  rm -f "$work/$name.capture"
  # shellcheck source=/dev/null
  . "$here/machines/$name.sh"
  record
  [ -s "$work/$name.capture" ] || die "$name: no capture"
  # shellcheck disable=SC2154 # the machine's
  awk -v about="$about" 'NR == 2 { print "# " about } { print }' "$work/$name.capture" \
    >"$out/$name.capture"
  say "$name: $(stat -c %s "$out/$name.capture") bytes in $out/$name.capture"
}

names=()
while [ $# -gt 0 ]; do
  case "$1" in
    --agent) agent=$(realpath "$2"); shift ;;
    --work) work=$2; shift ;;
    --out) out=$(realpath "$2"); shift ;;
    --list)
      for file in "$here"/machines/*.sh; do
        # shellcheck source=/dev/null
        (. "$file" && printf '%-26s %s\n' "$(basename "$file" .sh)" "$about")
      done
      exit 0
      ;;
    -*) die "usage: record.sh [--agent FILE] [--work FOLDER] [--out FOLDER] NAME... | --list" ;;
    *) names+=("$1") ;;
  esac
  shift
done
[ ${#names[@]} -gt 0 ] || die "which machine? record.sh --list names them"
[ "$(id -u)" = 0 ] || die "must be root (device files, namespaces)"
[ -x "$agent" ] || die "no agent at $agent; build it or name one with --agent"
[ -n "$work" ] || work=$(mktemp -d -t muster-record.XXXXXX)
mkdir -p "$work"
work=$(realpath "$work")

for one in "${names[@]}"; do
  [ -e "$here/machines/$one.sh" ] || die "no machine is called $one"
  (record_machine "$one")
done
say "packages, disks and consoles are in $work"
