import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { runOrThrow } from './run-or-throw.mjs';

const HOST_PACKAGES = [
  'e2fsprogs',
  'ipxe-qemu',
  'mmdebstrap',
  'openssh-client',
  'qemu-system-x86',
  'qemu-utils',
  'seabios',
  'sshfs',
];

/**
 * Code name of this machine's Debian, for example `bookworm`. The guest gets the
 * same: what is linked here then finds its C library there.
 *
 * @throws if this is not Debian on x86_64.
 */
export function debianRelease() {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const field = (name) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1];
  if (field('ID') === 'debian' && field('VERSION_CODENAME') && process.arch === 'x64') {
    return field('VERSION_CODENAME');
  }
  throw new Error(
    `the virtual machine is built from Debian's packages on Debian for x86_64; this is ${field('PRETTY_NAME') ?? process.platform} on ${process.arch}`,
  );
}

/** Installs the Debian packages that the host lacks; asks no registry when there is none. */
export function installHostPackages(say) {
  const missing = missingPackages();
  if (missing.length === 0) return;
  if (process.getuid() !== 0) {
    throw new Error(`only root can install packages; missing: ${missing.join(' ')}`);
  }
  say(`installing ${missing.join(' ')}`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  runOrThrow('apt-get', ['update', '--quiet'], { env: environment });
  runOrThrow('apt-get', ['install', '--quiet', '--yes', '--no-install-recommends', ...missing], {
    env: environment,
  });
}

function missingPackages() {
  const { stdout } = spawnSync(
    'dpkg-query',
    ['--show', '--showformat=${Package} ${db:Status-Status}\\n', ...HOST_PACKAGES],
    { encoding: 'utf8' },
  );
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return HOST_PACKAGES.filter((name) => !installed.has(name));
}
