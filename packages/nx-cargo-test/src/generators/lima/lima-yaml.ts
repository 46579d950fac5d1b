/** How the guest sees the workspace. */
export const MOUNTS = ['workspace', 'home', 'none'] as const;

/** What a lima.yaml is made from. */
export interface LimaYamlRequest {
  /** Path of the file relative to the workspace root. */
  readonly file: string;
  readonly instance: string;
  readonly cpus: number;
  /** With its unit, such as `4GiB`. */
  readonly memory: string;
  readonly disk: string;
  readonly mounts: (typeof MOUNTS)[number];
}

/** The commands that make the instance and start it, in the workspace's root. */
export function limaCommands({ file, instance, mounts }: LimaYamlRequest): readonly string[] {
  const mount = mounts === 'workspace' ? ' --mount="$PWD:w"' : '';
  return [`limactl create --name=${instance}${mount} ${file}`, `limactl start ${instance}`];
}

/** The text of a lima.yaml, with comments that say why each value is what it is. */
export function limaYaml(request: LimaYamlRequest): string {
  return `# A Linux machine for Rust tests, on a Mac or any other host that Lima runs on.
# nx g nx-cargo-test:lima wrote this; change what you like. In the workspace's root:
#
${limaCommands(request)
  .map((command) => `#   ${command}`)
  .join('\n')}
#
# An instance keeps a copy of this file: after a change, limactl delete it and create it anew.

# The oldest Lima that this is meant for; limactl refuses the file if it is older itself.
minimumLimaVersion: 1.1.0

# Ubuntu 24.04, whose kernel has io_uring and allows it to ordinary users. The newest build:
# one that a digest names is gone after some months.
images:
  - location: https://cloud-images.ubuntu.com/releases/noble/release/ubuntu-24.04-server-cloudimg-amd64.img
    arch: x86_64
  - location: https://cloud-images.ubuntu.com/releases/noble/release/ubuntu-24.04-server-cloudimg-arm64.img
    arch: aarch64

# The host keeps the rest. More does not help all tests in one process, which is
# killed for other limits as well: nx-cargo-test runs each module in a process of its own.
cpus: ${request.cpus}
memory: ${request.memory}
# Grows as it is used, so this costs nothing; target folders become large.
disk: ${request.disk}

${mountsOf(request)}

# Nothing here needs containers, and the first start need not download them.
containerd:
  system: false
  user: false

# Lima runs these scripts on every boot. So each writes whole files of its own, or asks first
# whether its work is done: what is appended to a file would stand there once for each boot.
provision:
  - mode: system
    script: |
      #!/bin/sh
      set -eu
      # Logins. Each executor of an io_uring runtime takes several descriptors, and the usual
      # 1024 do not last for a module of tests. Kernels before 5.12 charge rings to the locked
      # memory of the user, which no test should run out of.
      cat >/etc/security/limits.d/90-nx-cargo-test.conf <<'LIMITS'
      * soft nofile 65536
      * hard nofile 65536
      * soft memlock unlimited
      * hard memlock unlimited
      LIMITS
      # What systemd starts does not read the file above.
      for manager in system user; do
        mkdir -p "/etc/systemd/$manager.conf.d"
        cat >"/etc/systemd/$manager.conf.d/90-nx-cargo-test.conf" <<'MANAGER'
      [Manager]
      DefaultLimitNOFILE=65536
      DefaultLimitMEMLOCK=infinity
      MANAGER
      done
      # All processes together.
      echo 'fs.file-max = 2097152' >/etc/sysctl.d/90-nx-cargo-test.conf
      sysctl -q -p /etc/sysctl.d/90-nx-cargo-test.conf
      # Lima keeps the connection of the first login, which may be older than the limits
      # above and has the soft limit of 1024; raising that one needs no privilege.
      echo 'ulimit -S -n 65536 2>/dev/null || true' >/etc/profile.d/90-nx-cargo-test.sh
  - mode: system
    script: |
      #!/bin/sh
      set -eu
      # A linker and what build scripts usually ask for. The shell, coreutils, tar, gzip and
      # ldd, which nx-cargo-test needs in the guest, are part of the image.
      packages='build-essential pkg-config git curl ca-certificates'
      if ! dpkg -s $packages >/dev/null 2>&1; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get update
        apt-get install -y --no-install-recommends $packages
      fi
  - mode: user
    script: |
      #!/bin/sh
      set -eu
      # rustup itself installs what a rust-toolchain.toml asks for.
      if [ ! -x "$HOME/.cargo/bin/rustup" ]; then
        curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile default
      fi

# limactl start waits for these, so that the first tests find all of it.
probes:
  - mode: readiness
    description: a Rust toolchain
    script: |
      #!/bin/sh
      set -eu
      for attempt in $(seq 200); do
        if [ -x "$HOME/.cargo/bin/cargo" ]; then exit 0; fi
        sleep 3
      done
      echo >&2 'rustup is not installed'
      exit 1
    hint: /var/log/cloud-init-output.log in the guest tells what provisioning did
`;
}

function mountsOf({ mounts }: LimaYamlRequest): string {
  switch (mounts) {
    case 'workspace':
      return `# The workspace alone, at the same path as on the host and writable, because tests may
# write beside their sources. limactl create is told its path, which differs from machine to machine.
mounts: []`;
    case 'home':
      return `# All of your home folder, at the same path as on the host. Programs in the guest cannot
# change it; tests that write beside their sources need writable: true.
mounts:
  - location: "~"
    writable: false`;
    case 'none':
      return `# Nothing of the host. With limaSources: copy, nx-cargo-test copies what tests read.
mounts: []`;
  }
}
