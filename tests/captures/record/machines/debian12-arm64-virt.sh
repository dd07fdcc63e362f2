# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
about="Virtual Arm server (qemu virt, device tree): 2 sockets of 2 clusters, NVMe, SCSI; busybox."

record() {
  local root=$work/$name.root
  use_kernel arm64 arm64
  small_root arm64 "$root"
  copy_modules "$root" virtio_pci virtio_console virtio_net virtio_scsi sd_mod nvme ext4 e1000e \
    8021q
  # A user and a group, as adduser would add them.
  echo "mira:x:1000:1000:Mira Sandoval,Room 12,,:/home/mira:/bin/sh" >>"$root/etc/passwd"
  echo "mira:x:1000:" >>"$root/etc/group"
  sed -i 's/^adm:\([^:]*\):4:$/adm:\1:4:mira/' "$root/etc/group"
  ln -sf /usr/share/zoneinfo/Asia/Tokyo "$root/etc/localtime"
  echo "7c1d9a40be5f4d2c8a61e0937b245d18" >"$root/etc/machine-id"
  printf '127.0.0.1 localhost\n192.0.2.31 kelp.example.org kelp\n' >"$root/etc/hosts"
  cat >"$root/setup.sh" <<'SETUP'
hostname kelp
mkdir -p /data
mount -t ext4 -o noatime /dev/nvme0n1p1 /data
ip link set lo up
ip link set eth0 up
ip address add 192.0.2.31/24 dev eth0
ip link add link eth0 name eth0.7 type vlan id 7
ip link set eth0.7 up
SETUP
  pack "$root" "$work/$name.gz"
  mkdir -p "$work/empty"
  disk_with_folder "$work/$name.nvme" 64 "$work/empty" fast
  blank "$work/$name.scsi" 3G
  device virtio-serial-pci
  drive fast nvme
  device nvme drive=fast serial=NV-31-0007
  drive slow scsi
  device virtio-scsi-pci id=scsi
  device scsi-hd drive=slow bus=scsi.0 scsi-id=3 lun=1 vendor=ACME product="Spindle 900" ver=A7 \
    serial=SP9-4411 wwn=0x5000c5001122aa01 rotation_rate=15000
  network virtio-net-pci mac=3c:fd:fe:31:00:01
  network e1000e mac=3c:fd:fe:31:00:02
  boot qemu-system-aarch64 -machine virt,gic-version=3 -cpu cortex-a72 \
    -smp 8,sockets=2,clusters=2,cores=2,threads=1 -m 2G -kernel "$kernel" \
    -initrd "$work/$name.gz" -append "console=ttyAMA0 quiet panic=-1"
  look_at_copy
}
