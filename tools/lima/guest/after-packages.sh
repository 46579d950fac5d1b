#!/bin/sh
# Hook of mmdebstrap, called with the root file system after all packages are
# installed. GUEST_AGENT names the guest agent's program on the host.
set -eu
root=$1
here=$(dirname "$0")

put() {
  install -D -o root -g root -m "$1" "$2" "$root/$3"
}
put 755 "$here/lima-user.sh" usr/local/sbin/lima-user
put 644 "$here/lima-user.service" etc/systemd/system/lima-user.service
put 644 "$here/lima-boot.service" etc/systemd/system/lima-boot.service
put 644 "$here/ethernet.network" etc/systemd/network/10-ethernet.network
# Lima copies the agent again on every boot, but waits less long for its service
# than a first boot under emulation takes.
put 755 "$GUEST_AGENT" usr/local/bin/lima-guestagent

chroot "$root" systemctl enable --quiet lima-user.service lima-boot.service systemd-networkd.service
# Nothing here waits for the network, and work on a timer would disturb tests.
chroot "$root" systemctl mask --quiet \
  systemd-networkd-wait-online.service systemd-timesyncd.service systemd-pstore.service \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
  e2scrub_reap.service fstrim.timer getty@tty1.service

# mmdebstrap took the name, and the mode of its file, from the machine that it ran on.
rm -f "$root/etc/hostname"
echo guest >"$root/etc/hostname"
chmod 644 "$root/etc/hostname"
