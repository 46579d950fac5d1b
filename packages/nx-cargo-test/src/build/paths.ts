import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Leaf } from '../module/test-module';

/**
 * Folder below which everything of one package is kept, relative to the Nx
 * workspace root and with forward slashes. It lies in the Cargo workspace's
 * `target`, which people already ignore, whatever target folder cargo itself uses.
 *
 * @param cargoWorkspace Folder of the Cargo workspace relative to the Nx workspace root, `.` for the root itself.
 */
export function packageFolder(cargoWorkspace: string, packageName: string): string {
  return posix.join(cargoWorkspace, 'target/nx-cargo-test', packageName);
}

/** Folder of the fingerprint files; an output of `build-tests` that holds nothing else. */
export function fingerprintsFolder(cargoWorkspace: string, packageName: string): string {
  return posix.join(packageFolder(cargoWorkspace, packageName), 'fingerprints');
}

/** File that names what was built; an output of `build-tests`. */
export function manifestFile(cargoWorkspace: string, packageName: string): string {
  return posix.join(packageFolder(cargoWorkspace, packageName), 'manifest.json');
}

/** File with the verdicts of one leaf; an output of the leaf. */
export function resultFile(cargoWorkspace: string, packageName: string, leaf: Leaf): string {
  return posix.join(packageFolder(cargoWorkspace, packageName), 'results', leafFileName(leaf));
}

/** File with the same verdicts in JUnit's format; an output of the leaf. */
export function junitFile(cargoWorkspace: string, packageName: string, leaf: Leaf): string {
  const name = leafFileName(leaf).replace(/\.json$/, '.xml');
  return posix.join(packageFolder(cargoWorkspace, packageName), 'junit', name);
}

/** File with the fingerprints of one leaf; the input that decides whether the leaf runs. */
export function fingerprintFile(cargoWorkspace: string, packageName: string, leaf: Leaf): string {
  return posix.join(fingerprintsFolder(cargoWorkspace, packageName), leafFileName(leaf));
}

/**
 * A leaf's file name: its binary kind and name or module path joined by dots.
 * Two leaves that differ only in letter case get different names on a
 * case-insensitive disk, because a name with capitals carries a digest.
 */
export function leafFileName(leaf: Leaf): string {
  const stem =
    leaf.scope.type === 'binary'
      ? `${leaf.binary.kind}.${leaf.binary.name}`
      : leaf.scope.type === 'rest'
        ? 'rest'
        : ['lib', ...leaf.scope.path.split('::')].filter((part) => part !== '').join('.');
  if (stem === stem.toLowerCase()) return `${stem}.json`;
  return `${stem}.${createHash('sha256').update(stem).digest('hex').slice(0, 8)}.json`;
}
