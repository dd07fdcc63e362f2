# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
about="POWER9 partition (qemu pseries): 2 sockets, the hypervisor's disks and network; busybox."

# qemu does not emulate threads of a core on this machine.
record() {
  local root=$work/$name.root
  use_kernel ppc64el powerpc64le
  small_root ppc64el "$root"
  copy_modules "$root" virtio_pci virtio_console ibmvscsi ibmveth sd_mod sr_mod nvme ext4
  printf 'Etc/UTC\n' >"$root/etc/timezone"
  cat >"$root/setup.sh" <<'SETUP'
hostname mill
mkdir -p /data/old /data/new
mount -t ext4 /dev/sda1 /data/old
mount -t ext4 -o ro,noexec /dev/nvme0n1p1 /data/new
ip link set lo up
ip link set eth0 up
ip address add 203.0.113.40/24 dev eth0
SETUP
  pack "$root" "$work/$name.gz"
  mkdir -p "$work/empty"
  disk_with_folder "$work/$name.scsi" 64 "$work/empty" old
  disk_with_folder "$work/$name.nvme" 64 "$work/empty" new
  device virtio-serial-pci
  device spapr-vscsi id=vscsi
  drive old scsi
  device scsi-hd drive=old bus=vscsi.0 vendor=IBM product="Virtual disk" serial=VD-0042
  device scsi-cd bus=vscsi.0
  drive new nvme
  device nvme drive=new serial=PNV-99
  network spapr-vlan mac=3c:fd:fe:40:00:01
  boot qemu-system-ppc64 -machine pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken \
    -cpu power9 -smp 4,sockets=2,cores=2,threads=1 -m 2G -name mill-lpar -vga none \
    -uuid 9a3c7d10-52f0-4c11-8d6e-0a1b2c3d4e5f -kernel "$kernel" -initrd "$work/$name.gz" \
    -append "console=hvc0 quiet panic=-1"
  look_at_copy
}
