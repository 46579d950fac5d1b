import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedFolder } from './cached-folder.mjs';
import { hostToolchain, installToolchain } from './guest-toolchain.mjs';
import { runOrThrow } from './run-or-throw.mjs';

/** Size of the guest's disk, in bytes; what the guest does not use takes no space. */
export const DISK_BYTES = 8 * 2 ** 30;

const guest = fileURLToPath(new URL('guest', import.meta.url));

/**
 * Makes the guest's disk from Debian packages and this machine's Rust toolchain, into
 * a folder below `cache`. Only root can, because its files belong to many users.
 *
 * @param release Code name of the Debian release.
 * @param lima What `buildLima` made: its guest agent comes with the image.
 * @returns {Promise<string>} that folder, with `disk.qcow2`, `vmlinuz` and `initrd.img`.
 */
export function buildImage({ cache, release, lima, say }) {
  const sources = readdirSync(guest)
    .sort()
    .map((name) => [name, readFileSync(join(guest, name), 'utf8')]);
  const toolchain = hostToolchain();
  return cachedFolder({
    folder: join(cache, `image-${release}`),
    inputs: [
      lima,
      DISK_BYTES,
      sources,
      toolchain.version,
      [fillImage, installGuest, makeDisk, installToolchain].map(String),
    ],
    say,
    make: (image) => fillImage({ image, release, lima, toolchain }),
  });
}

function fillImage({ image, release, lima, toolchain }) {
  const scratch = join(image, 'scratch');
  mkdirSync(scratch);
  const root = join(scratch, 'root');
  const agent = join(scratch, 'lima-guestagent');
  const compressed = join(lima, 'share/lima/lima-guestagent.Linux-x86_64.gz');
  writeFileSync(agent, runOrThrow('gzip', ['-dc', compressed], { encoding: 'buffer' }));
  installGuest({ release, root, agent });
  installToolchain(toolchain, root);
  for (const name of ['vmlinuz', 'initrd.img']) {
    cpSync(join(root, name), join(image, name), { dereference: true });
  }
  makeDisk({ root, raw: join(scratch, 'disk.raw'), disk: join(image, 'disk.qcow2') });
  rmSync(scratch, { recursive: true });
  runOrThrow('chmod', ['-R', 'a+rX', image]);
}

function installGuest({ release, root, agent }) {
  const packages = readFileSync(join(guest, 'packages.txt'), 'utf8').trim().split('\n');
  const args = [
    '--mode=root',
    '--variant=minbase',
    '--quiet',
    // Without a machine-id the first boot would set all units to their defaults.
    '--skip=cleanup/reproducible',
    `--include=${packages.join(',')}`,
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--dpkgopt=path-exclude=/usr/share/locale/*',
    `--essential-hook=${join(guest, 'before-packages.sh')}`,
    `--customize-hook=${join(guest, 'after-packages.sh')}`,
    release,
    root,
  ];
  runOrThrow('mmdebstrap', args, { env: { ...process.env, GUEST_AGENT: agent } });
}

/** Straight from a folder to a file system: no partitions, so neither bootloader nor loop device. */
function makeDisk({ root, raw, disk }) {
  runOrThrow('truncate', ['--size', String(DISK_BYTES), raw]);
  runOrThrow('mke2fs', ['-q', '-F', '-t', 'ext4', '-m', '1', '-L', 'root', '-d', root, raw]);
  runOrThrow('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', '-c', raw, disk]);
}
