# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
about="Small 32-bit Arm machine (qemu virt, Cortex-A15): SD card, swap, USB stick, no bus; busybox."

record() {
  local root=$work/$name.root
  use_kernel armhf armmp
  small_root armhf "$root"
  copy_modules "$root" virtio_mmio virtio_pci virtio_console virtio_net virtio_blk sdhci_pci \
    mmc_block xhci_pci usb_storage sd_mod ext4 vfat nls_ascii nls_cp437
  ln -sf /usr/share/zoneinfo/America/Argentina/Buenos_Aires "$root/etc/localtime"
  echo "localhost" >"$root/etc/hostname"
  echo "127.0.0.1 localhost" >"$root/etc/hosts"
  cat >"$root/setup.sh" <<'SETUP'
hostname gauge-7
mkdir -p "/media/usb stick" /var/log
mount -t vfat -o ro /dev/sda "/media/usb stick"
mount -t ext4 -o noatime /dev/mmcblk0p1 /var/log
mkswap /dev/vda
swapon /dev/vda
ip link set lo up
ip link set eth0 up
ip address add 192.0.2.77/26 dev eth0
ip address add 2001:db8:7::77/64 dev eth0
ip route add default via 192.0.2.65
SETUP
  pack "$root" "$work/$name.gz"
  mkdir -p "$work/empty"
  disk_with_folder "$work/$name.sd" 62 "$work/empty" log # a card's size is a power of two
  blank "$work/$name.swap" 128M
  blank "$work/$name.stick" 32M
  fat16 "$work/$name.stick"
  device virtio-serial-pci
  drive card sd
  device sdhci-pci
  device sd-card drive=card
  drive swap swap
  device virtio-blk-device drive=swap serial=swap-disk-1
  drive stick stick
  device qemu-xhci
  device usb-storage drive=stick removable=on serial=AA00112233445566
  network virtio-net-device mac=00:0d:b9:77:00:01
  boot qemu-system-arm -machine virt,highmem=off -cpu cortex-a15 \
    -smp 4,sockets=1,clusters=2,cores=2 -m 768M -kernel "$kernel" -initrd "$work/$name.gz" \
    -append "console=ttyAMA0 quiet panic=-1"
  look_at_copy
}
