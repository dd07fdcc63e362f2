# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
about="Guest on z Systems (qemu s390-ccw-virtio): big-endian, ccw devices, /proc/sysinfo; busybox."

record() {
  local root=$work/$name.root
  use_kernel s390x s390x
  small_root s390x "$root"
  copy_modules "$root" virtio_console virtio_net virtio_blk virtio_scsi sd_mod ext4
  echo "aseries:x:1001:100:Ana Series:/home/aseries:/bin/sh" >>"$root/etc/passwd"
  ln -sf ../usr/share/zoneinfo/Europe/Berlin "$root/etc/localtime"
  echo "0b2f6a5c9d7e41f38826aa10c35d9e77" >"$root/etc/machine-id"
  cat >"$root/setup.sh" <<'SETUP'
hostname zlinux.batch.example.net
mkdir -p /srv/ledger
mount -t ext4 -o nodev,nosuid /dev/vda1 /srv/ledger
ip link set lo up
ip link set eth0 up
ip address add 198.51.100.9/24 dev eth0
SETUP
  pack "$root" "$work/$name.gz"
  mkdir -p "$work/empty"
  disk_with_folder "$work/$name.blk" 96 "$work/empty" ledger
  blank "$work/$name.scsi" 8G
  device virtio-serial-ccw
  drive ledger blk
  device virtio-blk-ccw drive=ledger devno=fe.0.0a00 serial=LEDGER-A
  drive vault scsi
  device virtio-scsi-ccw id=scsi devno=fe.0.0b00
  device scsi-hd drive=vault bus=scsi.0 vendor=ACME product="Vault 1" ver=0003 serial=V1-000777 \
    wwn=0x5005076300c0ffee
  network virtio-net-ccw devno=fe.0.0c00 mac=02:00:00:00:51:01
  boot qemu-system-s390x -machine s390-ccw-virtio -smp 4 -m 1G -name LEDGER1 \
    -uuid 5f1e0f0c-6d0a-4a53-9f5e-11b2c3d4e5f6 -kernel "$kernel" -initrd "$work/$name.gz" \
    -append "console=ttysclp0 quiet panic=-1"
  look_at_copy
}
