# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
about="Server that qemu pretends to be: 2 sockets, NVMe SATA SAS, LVM, bond; packages cut down."

record() {
  local root=$work/$name.root
  use_kernel amd64 amd64
  whole_root "$root"
  bootable "$root"
  copy_modules "$root" nvme ext4 vfat ahci sd_mod sr_mod megaraid_sas virtio_pci virtio_console \
    e1000e bonding 8021q bridge dm-mod
  keep_packages "$root" base-files bash dpkg libc6 libssl3 lvm2 systemd udev util-linux
  echo "atlas-03" >"$root/etc/hostname"
  printf '127.0.0.1 localhost\n192.0.2.13 atlas-03.dc1.example.net\n' >"$root/etc/hosts"
  printf 'search dc1.example.net\nnameserver 192.0.2.2\n' >"$root/etc/resolv.conf"
  ln -sf /usr/share/zoneinfo/Europe/Zurich "$root/etc/localtime"
  # The first has the number of another account, as happens.
  cat >>"$root/etc/passwd" <<'USERS'
backupop:x:998:998::/srv/backup:/usr/sbin/nologin
olga:x:1000:1000:Olga Petrenko,B 2.14,+00 555 0100,:/home/olga:/bin/bash
tkim:x:1001:1001:Tae-yang Kim:/home/tkim:/bin/bash
USERS
  cat >>"$root/etc/group" <<'GROUPS'
backupop:x:998:
olga:x:1000:
tkim:x:1001:
dba:x:2000:olga,tkim
GROUPS
  sed -i 's/^sudo:x:27:.*/sudo:x:27:olga/' "$root/etc/group"
  cat >"$root/setup.sh" <<'SETUP'
disk=$(readlink -f /dev/disk/by-id/ata-ACME_ST4000-NM_ZX40-00017)
pvcreate -q "$disk"
vgcreate -q vg-data "$disk"
lvcreate -q -y -L 200M -n db--log vg-data
lvcreate -q -y -L 600M -n srv vg-data
udevadm settle
mkfs.ext4 -q -L srv /dev/vg-data/srv
udevadm settle
mkdir -p /srv
mount -o noatime,nodev /dev/vg-data/srv /srv
modprobe bonding max_bonds=0
modprobe 8021q
modprobe bridge
set -- $(ls /sys/class/net | grep '^en')
ip link add bond0 type bond mode active-backup miimon 100
for port in "$@"; do ip link set "$port" down; ip link set "$port" master bond0; done
ip link set bond0 mtu 9000
ip link set bond0 up
ip link add link bond0 name bond0.20 type vlan id 20
ip link set bond0.20 up
ip link add br-guests type bridge
ip link set bond0.20 master br-guests
ip link set br-guests up
ip address add 192.0.2.13/24 dev bond0
ip address add 2001:db8:20::13/64 dev br-guests
ip address add 10.20.0.1/16 dev br-guests
ip route add default via 192.0.2.1
swapoff -a
SETUP
  initramfs_for_root "$work/$name.gz" nvme ext4 vfat
  disk_with_folder "$work/$name.nvme" 900 "$root" root
  blank "$work/$name.sata" 2G
  blank "$work/$name.sas" 600M
  smbios_chassis 23 "Example Servers" 2U CH-0420-77 AT-000977 2U-SFF >"$work/$name.chassis"
  smbios_memory_array 0x1000 03 4 67108864 >"$work/$name.array"
  smbios_module 0x1100 0x1000 8192 09 1a 3200 2933 DIMM_A1 "NODE 0" Examplemem 5A11C0DE AT-M-A1 \
    EX8G-D4R-32 >"$work/$name.a1"
  smbios_module 0x1101 0x1000 0 09 02 0 0 DIMM_A2 "NODE 0" "" "" "" "" >"$work/$name.a2"
  smbios_module 0x1102 0x1000 8192 09 1a 3200 2933 DIMM_B1 "NODE 1" Examplemem 5A11C0DF AT-M-B1 \
    EX8G-D4R-32 >"$work/$name.b1"
  smbios_module 0x1103 0x1000 0 09 02 0 0 DIMM_B2 "NODE 1" "" "" "" "" >"$work/$name.b2"
  # The chip of the firmware, which is no memory of the machine.
  smbios_memory_array 0x1001 05 1 16384 >"$work/$name.flash"
  smbios_module 0x1104 0x1001 16 05 09 0 0 "System ROM" "" Examplemem "" "" FL16 >"$work/$name.rom"
  give_structures chassis array a1 a2 b1 b2 flash rom
  firmware type=0 vendor="Example Firmware Works" version=2.4.1 date=03/15/2024 release=2.4
  firmware type=1 manufacturer="Example Servers" product="RackNode 240" version=G3 \
    serial=RN240-0031 uuid=2c4f7a10-8b2e-4d11-9a55-7e0d3c1b9f02 sku=RN240-2S family=RackNode
  firmware type=2 manufacturer="Example Servers" product=RN240-MB version=A02 serial=MB-55120 \
    asset=AT-000978 location="Node 1"
  local xeon="Intel(R) Xeon(R) Gold 5218 CPU @ 2.30GHz"
  firmware type=4 sock_pfx=CPU manufacturer="Intel(R) Corporation" version="$xeon" \
    max-speed=3900 current-speed=2300
  device virtio-serial-pci
  drive root nvme
  device nvme-subsys id=sub nqn=example-nvme-1
  device nvme id=nvme serial=NV-240-0001 subsys=sub
  device nvme-ns drive=root bus=nvme nsid=1 eui64=0x0025385511aa0001
  drive data sata
  device ide-hd drive=data bus=ide.2 serial=ZX40-00017 model="ACME ST4000-NM" ver=SN04 \
    wwn=0x5000c500a1b2c3d4 rotation_rate=7200
  device ide-cd bus=ide.3
  drive spare sas
  device megasas-gen2 id=raid
  device scsi-hd drive=spare bus=raid.0 scsi-id=4 vendor=EXAMPLE product=AL15SEB060N ver=5703 \
    serial=Y0A0A01XF wwn=0x50000398a80c1e05 rotation_rate=10500
  network e1000e mac=3c:fd:fe:24:00:a0
  network e1000e mac=3c:fd:fe:24:00:a1
  # The flag of CPUID that tells a guest of its hypervisor is taken away.
  boot_whole qemu-system-x86_64 -machine q35,smbios-entry-point-type=32 -m 16G \
    -cpu "Cascadelake-Server-noTSX,-hypervisor,model-id=$xeon" \
    -smp 8,sockets=2,cores=2,threads=2 -vga none -kernel "$kernel" -initrd "$work/$name.gz" \
    -append "console=ttyS0 quiet panic=-1 root=/dev/nvme0n1p1"
}
