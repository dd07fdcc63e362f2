# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
about="Plain qemu machine (pc): RAID, LUKS, btrfs, XFS, odd mounts; packages in all states, cut."

record() {
  local root=$work/$name.root
  use_kernel amd64 amd64
  whole_root "$root"
  bootable "$root"
  copy_modules "$root" virtio_pci virtio_console virtio_blk virtio_scsi virtio_net sd_mod sr_mod \
    ata_piix ext4 xfs btrfs vfat nls_ascii nls_cp437 raid1 dm-mod dm-crypt xts algif_skcipher \
    algif_hash loop overlay isofs
  keep_packages "$root" base-files bash btrfs-progs cryptsetup-bin dosfstools dpkg e2fsprogs \
    fdisk libc6 mdadm mount perl-base tzdata udev xfsprogs
  # States that dpkg leaves packages in (dpkg(1), "package states").
  state() { sed -i "/^Package: $1\$/,/^\$/s/^Status: .*/Status: $2/" "$root/var/lib/dpkg/status"; }
  state bash "hold ok installed"
  state btrfs-progs "deinstall ok installed"
  state fdisk "deinstall ok config-files"
  state mdadm "install ok half-configured"
  state tzdata "install ok triggers-pending"
  state xfsprogs "install ok unpacked"
  state dosfstools "install reinstreq half-installed"
  state cryptsetup-bin "purge ok not-installed"
  state udev "install ok triggers-awaited"
  echo "pile" >"$root/etc/hostname"
  echo "127.0.0.1 localhost" >"$root/etc/hosts"
  # Two names: none of them is the domain.
  echo "search a.example.org b.example.org" >"$root/etc/resolv.conf"
  rm -f "$root/etc/localtime"
  echo "Pacific/Auckland" >"$root/etc/timezone"
  cat >"$root/setup.sh" <<'SETUP'
set -- /dev/disk/by-id/scsi-*_twin-?
mdadm --create /dev/md/mirror --run --metadata=1.2 --homehost=any --level=1 --raid-devices=2 \
  --assume-clean "$1" "$2"
udevadm settle
mkfs.ext4 -q -L mirror /dev/md/mirror
echo secret >/run/key
luks=/dev/disk/by-id/ata-QEMU_HARDDISK_QM-LUKS
cryptsetup luksFormat -q --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 $luks /run/key
cryptsetup open -d /run/key $luks vault
udevadm settle
mkfs.ext4 -q -L "the vault" /dev/mapper/vault
mkfs.vfat -n ODD /dev/vdb1
mkfs.xfs -q -L xfs -f /dev/vdb2
mkfs.btrfs -q -L "butter fs" /dev/vdb3
mkswap /dev/vdb4
udevadm settle
tab=$(printf '/mnt/tab\there')
slash='/mnt/back\slash'
mkdir -p /srv/mirror /srv/vault "/mnt/two words" "$slash" "$tab" /mnt/butter /mnt/top /mnt/bind
mount /dev/md/mirror /srv/mirror
mount /dev/mapper/vault /srv/vault
mount -o ro /dev/vdb1 "/mnt/two words"
mount /dev/vdb2 "$slash"
mount /dev/vdb3 /mnt/top
btrfs subvolume create /mnt/top/@home
btrfs subvolume create /mnt/top/@snap
mkdir -p /mnt/top/@home/folder
mount -o subvol=@home /dev/vdb3 /mnt/butter
mount -o subvol=@snap,ro /dev/vdb3 "$tab"
mount --bind /mnt/top/@home/folder /mnt/bind
swapon /dev/vdb4
truncate -s 24M /srv/mirror/image
mkfs.ext4 -q /srv/mirror/image
mkdir -p /mnt/image /mnt/lower /mnt/upper /mnt/over
mount -o loop,ro /srv/mirror/image /mnt/image
mount -t tmpfs -o size=8M scratch /mnt/upper
mkdir -p /mnt/upper/u /mnt/upper/w
mount -t overlay overlay -o lowerdir=/mnt/lower,upperdir=/mnt/upper/u,workdir=/mnt/upper/w /mnt/over
ip link set "$(ls /sys/class/net | grep '^en')" up
SETUP
  initramfs_for_root "$work/$name.gz" virtio_pci virtio_blk ext4
  disk_with_folder "$work/$name.root.img" 900 "$root" root
  blank "$work/$name.gpt" 640M
  sfdisk -q -X gpt "$work/$name.gpt" <<'PARTITIONS'
size=64M, type=uefi
size=320M, type=linux
size=160M, type=linux
size=64M, type=swap
PARTITIONS
  blank "$work/$name.twin-a" 128M
  blank "$work/$name.twin-b" 128M
  blank "$work/$name.luks" 96M
  blank "$work/$name.cd" 1M
  local big=logical_block_size=4096,physical_block_size=4096
  device virtio-serial-pci
  drive root root.img
  device virtio-blk-pci drive=root addr=0x8
  drive parts gpt
  device virtio-blk-pci drive=parts serial=parts-of-many addr=0x9
  device virtio-scsi-pci id=scsi addr=0xa
  drive twin-a twin-a
  device scsi-hd bus=scsi.0 drive=twin-a serial=twin-a $big
  drive twin-b twin-b
  device scsi-hd bus=scsi.0 drive=twin-b serial=twin-b $big
  drive luks luks
  device ide-hd bus=ide.0 drive=luks serial=QM-LUKS
  drive cd cd media=cdrom readonly=on
  device ide-cd bus=ide.1 drive=cd
  network virtio-net-pci mac=52:54:00:12:34:56
  boot_whole qemu-system-x86_64 -machine pc -m 1G -cpu qemu64 -smp 2 -vga none \
    -kernel "$kernel" -initrd "$work/$name.gz" \
    -append "console=ttyS0 quiet panic=-1 root=/dev/vda1"
}
