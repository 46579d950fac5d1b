import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CargoTestError } from '../errors';
import { formatFingerprintFile } from '../fingerprint/fingerprint-file';
import { formatManifest } from '../fingerprint/manifest';
import { formatLeafId } from '../module/test-module';
import type { BuildHost } from './build-host';
import type { BuiltTests } from './build-test-binaries';
import { fingerprintFile, fingerprintsFolder, leafFileName, manifestFile } from './paths';

/** Where the outputs of a package's build lie. */
export interface OutputPlace {
  /** Absolute path of the Nx workspace. */
  readonly workspaceRoot: string;
  /** Folder of the Cargo workspace relative to the Nx workspace root. */
  readonly cargoWorkspace: string;
  readonly packageName: string;
}

/** Removes the outputs of an earlier build, so that a build that fails leaves none. */
export async function clearOutputs(place: OutputPlace): Promise<void> {
  const { workspaceRoot, cargoWorkspace, packageName } = place;
  const folder = join(workspaceRoot, fingerprintsFolder(cargoWorkspace, packageName));
  await rm(folder, { recursive: true, force: true });
  await rm(join(workspaceRoot, manifestFile(cargoWorkspace, packageName)), { force: true });
  await mkdir(folder, { recursive: true });
}

/**
 * Writes one fingerprint file per leaf, a copy of each test binary where it was built and, last of
 * all, the manifest that names them.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` if two leaves would share a file.
 */
export async function writeFingerprints(
  built: BuiltTests,
  place: OutputPlace,
  host: BuildHost,
): Promise<void> {
  const { workspaceRoot, cargoWorkspace, packageName } = place;
  const owners = new Map<string, string>();
  for (const { leaf } of built.fingerprints) {
    const name = leafFileName(leaf);
    const other = owners.get(name);
    if (other !== undefined) {
      throw new CargoTestError(
        'INVALID_OPTIONS',
        `the targets of ${other} and ${formatLeafId(leaf)} would share the fingerprint file ${name}`,
      );
    }
    owners.set(name, formatLeafId(leaf));
  }
  await Promise.all(
    built.fingerprints.map(({ leaf, content }) =>
      writeFile(
        join(workspaceRoot, fingerprintFile(cargoWorkspace, packageName, leaf)),
        formatFingerprintFile(content),
      ),
    ),
  );
  await Promise.all(
    built.manifest.binaries.map(({ sha256 }, index) =>
      host.keepCopy(built.executables[index]!, sha256),
    ),
  );
  const manifest = join(workspaceRoot, manifestFile(cargoWorkspace, packageName));
  await mkdir(dirname(manifest), { recursive: true });
  await writeFile(manifest, formatManifest(built.manifest));
}
