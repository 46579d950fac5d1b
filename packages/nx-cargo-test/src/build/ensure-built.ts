import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CargoTestError } from '../errors';
import { formatFingerprintFile } from '../fingerprint/fingerprint-file';
import { parseManifest, type Manifest, type ManifestBinary } from '../fingerprint/manifest';
import { formatLeafId, parseLeafId, type Leaf } from '../module/test-module';
import { assertHostRunsTests } from '../run/host';
import { binaryCopy } from './binary-copy';
import type { BuildHost } from './build-host';
import type { BuildTestsOptions } from './build-options';
import { buildTestBinaries } from './build-test-binaries';
import { nativeBuildHost } from './native-build-host';
import { oneBuildAtATime } from './one-build-at-a-time';
import { fingerprintFile, manifestFile } from './paths';

export type { BuildTestsOptions } from './build-options';

/** A test binary that is surely there. */
export interface BuiltBinary {
  readonly manifest: ManifestBinary;
  /** Absolute path of the executable to run; its SHA-256 is the manifest's. */
  readonly file: string;
  /** The file is in a guest, not on this machine. Default: false. */
  readonly isElsewhere?: boolean;
}

/** Test binaries of a package that are surely there. */
export interface BuiltBinaries {
  readonly manifest: Manifest;
  /** @throws {CargoTestError} `GRAPH_OUT_OF_DATE` for a binary that no leaf asked for needs. */
  binary(index: number): BuiltBinary;
}

/**
 * Makes sure that the binaries of some leaves are there with the content that
 * the manifest names. Nx restores the manifest from its cache, but not the
 * binaries: what is missing is built again, and must give the same fingerprints.
 *
 * @throws {CargoTestError} `SOURCES_CHANGED` if what is built now has other
 *   fingerprints than those under which Nx will keep the result;
 *   `GRAPH_OUT_OF_DATE` if `build-tests` left no manifest; `UNSUPPORTED_HOST` if
 *   something is missing that only a Linux host can build; those of a build.
 */
export async function ensureBuilt(request: {
  readonly workspaceRoot: string;
  readonly cargoWorkspace: string;
  readonly packageName: string;
  /** Leaf ids. */
  readonly leaves: readonly string[];
  readonly build: BuildTestsOptions;
  /** Where binaries are, and are built. Default: this machine. */
  readonly host?: BuildHost | undefined;
  /** Default: that of this process. */
  readonly platform?: NodeJS.Platform;
}): Promise<BuiltBinaries> {
  const { workspaceRoot, cargoWorkspace, packageName } = request;
  const path = manifestFile(cargoWorkspace, packageName);
  const manifest = parseManifest(await readOutput(workspaceRoot, path), path);
  const needed = neededBinaries(manifest, request.leaves);
  const host = request.host ?? nativeBuildHost();
  const files = new Map<number, string>();
  for (const index of needed) {
    const { executable, sha256 } = manifest.binaries[index]!;
    const file = await host.findBinary(resolve(workspaceRoot, executable), sha256);
    if (file === undefined) return buildAgain(request, host, manifest);
    files.set(index, file);
  }
  return withFiles(manifest, files, host);
}

async function buildAgain(
  request: Parameters<typeof ensureBuilt>[0],
  host: BuildHost,
  old: Manifest,
): Promise<BuiltBinaries> {
  const { workspaceRoot, cargoWorkspace, packageName } = request;
  if (request.host === undefined) assertHostRunsTests(request.platform);
  const built = await oneBuildAtATime(request, () =>
    buildTestBinaries({
      workspaceRoot,
      options: request.build,
      host,
      leaves: (libraryName) => old.leaves.map(({ id }) => parseLeaf(id, libraryName)),
    }),
  );
  for (const { leaf, content } of built.fingerprints) {
    if (!request.leaves.includes(formatLeafId(leaf))) continue;
    const path = fingerprintFile(cargoWorkspace, packageName, leaf);
    if ((await readOutput(workspaceRoot, path)) !== formatFingerprintFile(content)) {
      throw new CargoTestError(
        'SOURCES_CHANGED',
        `the binary of ${formatLeafId(leaf)} was missing, and what is built now differs from what build-tests saw; ` +
          'run the command again',
      );
    }
  }
  const files = new Map<number, string>();
  for (const index of neededBinaries(built.manifest, request.leaves)) {
    const { sha256 } = built.manifest.binaries[index]!;
    await host.keepCopy(built.executables[index]!, sha256);
    files.set(index, binaryCopy(built.executables[index]!, sha256));
  }
  return withFiles(built.manifest, files, host);
}

function withFiles(
  manifest: Manifest,
  files: ReadonlyMap<number, string>,
  { kind }: BuildHost,
): BuiltBinaries {
  const isElsewhere = kind.length > 0;
  return {
    manifest,
    binary: (index) => {
      const binary = manifest.binaries[index];
      const file = files.get(index);
      if (binary !== undefined && file !== undefined)
        return { manifest: binary, file, ...(isElsewhere ? { isElsewhere } : {}) };
      throw new CargoTestError(
        'GRAPH_OUT_OF_DATE',
        `binary ${index} of ${manifest.package} belongs to none of the targets that asked for it`,
      );
    },
  };
}

function neededBinaries(manifest: Manifest, leaves: readonly string[]): number[] {
  const needed = manifest.leaves
    .filter(({ id, tests }) => leaves.includes(id) && tests.length > 0)
    .flatMap(({ binary }) => (binary === undefined ? [] : [binary]));
  return [...new Set(needed)].filter((index) => manifest.binaries[index] !== undefined);
}

async function readOutput(workspaceRoot: string, path: string): Promise<string> {
  try {
    return await readFile(join(workspaceRoot, path), 'utf8');
  } catch (cause) {
    throw new CargoTestError(
      'GRAPH_OUT_OF_DATE',
      `${path} is missing; run the target build-tests of the project first`,
      { cause },
    );
  }
}

function parseLeaf(id: string, libraryName: string): Leaf {
  const leaf = parseLeafId(id, libraryName);
  if (leaf !== undefined) return leaf;
  throw new CargoTestError('INVALID_FILE', `the manifest names an unknown leaf ${id}`);
}
