#!/bin/sh
# Hook of mmdebstrap, called with the root file system before the kernel is
# installed: makes the initial RAM disk hold only what finds the root disk,
# because an emulated processor takes long to unpack and probe everything.
set -eu
root=$1

mkdir -p "$root/etc/initramfs-tools/conf.d" "$root/etc/initramfs-tools/hooks"
echo 'MODULES=list' >"$root/etc/initramfs-tools/conf.d/modules"
cat >"$root/etc/initramfs-tools/hooks/root-disk" <<'HOOK'
#!/bin/sh
[ "$1" = prereqs ] && exit 0
. /usr/share/initramfs-tools/hook-functions
force_load virtio_pci
force_load virtio_blk
force_load ext4
HOOK
chmod 755 "$root/etc/initramfs-tools/hooks/root-disk"
