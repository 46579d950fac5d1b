import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repository } from '../setup.mjs';
import { buildImage, DISK_BYTES } from './build-image.mjs';
import { buildLima } from './build-lima.mjs';
import { debianRelease, installHostPackages } from './debian.mjs';

/**
 * Folder for all that is made: git ignores it. `NX_CARGO_TEST_LIMA_FOLDER` names
 * another, for a clone that an ordinary user cannot reach or to share one.
 */
export const limaFolder = process.env.NX_CARGO_TEST_LIMA_FOLDER || join(repository, '.tmp/lima');

/** The folder that a mount of the instance shows in its guest, made if it is missing. */
export function mountedFolder() {
  const folder = join(limaFolder, 'mounted');
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  return folder;
}

/**
 * Makes what limactl needs on a Debian machine without KVM, all of it from package
 * registries. What is there for the same inputs stays.
 *
 * @returns {Promise<string>} the folder of `bin/limactl`.
 */
export function setUpProgram({ say = console.log } = {}) {
  debianRelease();
  installHostPackages(say);
  mkdirSync(limaFolder, { recursive: true });
  return buildLima({ cache: limaFolder, say });
}

/**
 * Makes all that an instance needs: limactl, and the disk image of its guest.
 *
 * @returns {Promise<string>} the text of the instance's lima.yaml.
 */
export async function setUpLima({ say = console.log } = {}) {
  const lima = await setUpProgram({ say });
  const image = await buildImage({ cache: limaFolder, release: debianRelease(), lima, say });
  return readFileSync(fileURLToPath(new URL('lima.yaml', import.meta.url)), 'utf8')
    .replaceAll('IMAGE', image)
    .replaceAll('MOUNTED', mountedFolder())
    .replaceAll('DISK_BYTES', String(DISK_BYTES));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setUpLima();
  console.log(`ready: ${limaFolder}`);
}
