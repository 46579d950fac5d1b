#!/bin/sh
# Stands in for the first half of cloud-init: mounts the disk on which Lima
# describes the instance, and makes the user, key and host name that it asks for.
# Runs on every boot before sshd, so that the first login already succeeds.
set -eu

cidata=/mnt/lima-cidata
mkdir -p -m 700 "$cidata"
mount -o ro,mode=0700,dmode=0700,overriderockperm,exec,uid=0 /dev/disk/by-label/cidata "$cidata"

setting() {
  sed -n "s/^LIMA_CIDATA_$1=//p" "$cidata/lima.env"
}
user=$(setting USER)
home=$(setting HOME)

name=$(sed -n 's/^local-hostname: //p' "$cidata/meta-data")
hostname "$name"
echo "$name" >/etc/hostname
printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 %s\n' "$name" >/etc/hosts

if ! id "$user" >/dev/null 2>&1; then
  useradd --create-home --home-dir "$home" --uid "$(setting UID)" --shell "$(setting SHELL)" "$user"
  echo "$user ALL=(ALL) NOPASSWD:ALL" >/etc/sudoers.d/lima
  chmod 440 /etc/sudoers.d/lima
fi

install -d -m 700 -o "$user" -g "$user" "$home/.ssh"
sed -n '/ssh-authorized-keys:/,/^[^ ]/s/^ *- "\(.*\)"$/\1/p' "$cidata/user-data" >"$home/.ssh/authorized_keys"
chown "$user:" "$home/.ssh/authorized_keys"
chmod 600 "$home/.ssh/authorized_keys"
