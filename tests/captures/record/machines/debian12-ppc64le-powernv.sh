# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
about="POWER9 without a hypervisor (qemu powernv9, OPAL firmware): 2 sockets of 2 cores; busybox."

# The firmware does not come up in qemu with two threads a core.
record() {
  local root=$work/$name.root
  use_kernel ppc64el powerpc64le
  small_root ppc64el "$root"
  copy_modules "$root" virtio_pci virtio_console nvme ext4 e1000e ahci sd_mod
  ln -sf /usr/share/zoneinfo/America/Chicago "$root/etc/localtime"
  cat >"$root/setup.sh" <<'SETUP'
hostname anvil
mkdir -p /scratch
mount -t ext4 /dev/nvme0n1p1 /scratch
ip link set lo up
ip link set eth0 up
ip address add 203.0.113.50/24 dev eth0
SETUP
  pack "$root" "$work/$name.gz"
  mkdir -p "$work/empty"
  disk_with_folder "$work/$name.nvme" 64 "$work/empty" scratch
  device virtio-serial-pci bus=pcie.0
  drive scratch nvme
  device nvme drive=scratch serial=ANV-11 bus=pcie.1
  network e1000e mac=3c:fd:fe:50:00:01 bus=pcie.2
  boot qemu-system-ppc64 -machine powernv9 -smp 4,sockets=2,cores=2,threads=1 -m 2G -vga none \
    -kernel "$kernel" -initrd "$work/$name.gz" -append "console=hvc0 quiet panic=-1"
  look_at_copy
}
