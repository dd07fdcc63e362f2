# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
about="Notebook that qemu pretends to be: UEFI, SMBIOS 3, USB stick, Wi-Fi, VPN; packages cut down."

record() {
  local root=$work/$name.root
  use_kernel amd64 amd64
  whole_root "$root"
  bootable "$root"
  copy_modules "$root" nvme ext4 vfat nls_ascii nls_cp437 sd_mod xhci_pci usb_storage uas \
    virtio_pci virtio_console e1000e mac80211_hwsim tun efivarfs
  keep_packages "$root" base-files bash btrfs-progs dbus dosfstools libc6 systemd systemd-sysv \
    tzdata
  echo "nb-lindqvist" >"$root/etc/hostname"
  cat >"$root/etc/hosts" <<'HOSTS'
127.0.0.1 localhost
127.0.1.1 nb-lindqvist.corp.example.com nb-lindqvist
HOSTS
  ln -sf ../run/example/resolv.conf "$root/etc/resolv.conf"
  ln -sf /usr/share/zoneinfo/Europe/Stockholm "$root/etc/localtime"
  echo "åsa:x:1000:1000:Åsa Lindqvist,,,:/home/åsa:/bin/bash" >>"$root/etc/passwd"
  echo "åsa:x:1000:" >>"$root/etc/group"
  sed -i 's/^\(audio:x:29\|video:x:44\|plugdev:x:46\):.*/\1:åsa/' "$root/etc/group"
  cat >"$root/setup.sh" <<'SETUP'
for i in $(seq 50); do [ -b /dev/sda ] && break; sleep 0.5; done
mkfs.vfat -n EFI /dev/nvme0n1p2
mkswap -L swap /dev/nvme0n1p3
mkfs.vfat -I -n "HOLIDAY 24" /dev/sda
udevadm settle
mkdir -p /boot/efi "/media/åsa/HOLIDAY 24"
mount -o umask=0077 /dev/nvme0n1p2 /boot/efi
swapon /dev/nvme0n1p3
mount -o nosuid,nodev,uid=1000 /dev/sda "/media/åsa/HOLIDAY 24"
modprobe mac80211_hwsim radios=1
modprobe tun
sleep 1
ip tuntap add name vpn0 mode tun
ip link set vpn0 up
ip address add 10.99.0.2/32 dev vpn0
port=$(ls /sys/class/net | grep '^en')
ip link set "$port" up
ip address add 198.51.100.23/24 dev "$port"
SETUP
  initramfs_for_root "$work/$name.gz" nvme ext4 vfat
  disk_with_folder "$work/$name.nvme" 900 "$root" root 64:uefi 256:swap
  blank "$work/$name.stick" 96M
  cp /usr/share/OVMF/OVMF_VARS_4M.fd "$work/$name.vars"
  smbios_chassis 10 "Example Mobile" 1.0 CHN-88-412 NB-02214 "" >"$work/$name.chassis"
  smbios_memory_array 0x1000 03 2 67108864 >"$work/$name.array"
  smbios_module 0x1100 0x1000 4096 0d 22 4800 4800 ChannelA-DIMM0 "BANK 0" Examplemem 0000C4F1 "" \
    EX4G-D5S-48 >"$work/$name.a"
  smbios_module 0x1101 0x1000 0 0d 02 0 0 ChannelB-DIMM0 "BANK 2" "" "" "" "" >"$work/$name.b"
  give_structures chassis array a b
  firmware type=0 vendor="Example Firmware Works" version="N22ET57W (1.34)" date=11/02/2023 \
    release=1.34 uefi=on
  firmware type=1 manufacturer="Example Mobile" product="Travelnote 14" version="Gen 2" \
    serial=TN14-7K2P9 uuid=7d1b2c3e-1f20-4a31-8c42-5d53e6f40718 sku=TN14_AMD family=Travelnote
  firmware type=2 manufacturer="Example Mobile" product=TN14-LB version=SDK0J40697 \
    serial=L1HF0CR01A2 asset="Not Available"
  local ryzen="AMD Ryzen 3 4300U with Radeon Graphics"
  firmware type=4 sock_pfx=FP6 manufacturer="Advanced Micro Devices" version="$ryzen"
  options+=(-drive "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd")
  options+=(-drive "if=pflash,format=raw,file=$work/$name.vars")
  device virtio-serial-pci
  drive root nvme
  device nvme drive=root serial=S4X9NE0M123456
  device qemu-xhci id=xhci
  drive stick stick
  device usb-bot id=bot bus=xhci.0 port=2 serial=4C530001230101112345
  device scsi-hd bus=bot.0 drive=stick vendor=Example product="Pocket Stick" ver=1.26 removable=on
  network e1000e mac=3c:fd:fe:14:00:b0
  # The flag of CPUID that tells a guest of its hypervisor is taken away.
  boot_whole qemu-system-x86_64 -machine q35,smbios-entry-point-type=64 -m 4G \
    -cpu "EPYC,-hypervisor,model-id=$ryzen" -smp 4,sockets=1,cores=4,threads=1 -vga none \
    -kernel "$kernel" -initrd "$work/$name.gz" \
    -append "console=ttyS0 quiet panic=-1 root=/dev/nvme0n1p1"
}
