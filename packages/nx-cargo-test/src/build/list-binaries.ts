import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CargoPackage } from '../cargo/metadata';
import type { RunProgram } from '../cargo/run-program';
import { CargoTestError } from '../errors';
import { openCrateReader, type KnownOutlines } from '../module/crate-reader';
import { OUTLINE_VERSION } from '../module/rust-outline';
import { parseCargoManifest } from '../cargo/cargo-manifest';
import { digest, openDiskCache, pluginVersion } from '../disk-cache';
import { testEnvironment } from '../run/test-environment';
import type { CompiledBinary } from './compiled-binaries';
import { listTests, type ListedTest } from './list-tests';
import type { ListedBinary } from './select-leaf-tests';

/** A binary with the tests that it lists, and which of them are ignored. */
export type Listed = ListedBinary & { readonly listing: readonly ListedTest[] };

/**
 * Lists the tests of each binary as a run would find them, and reads what its
 * source shows. A binary without harness is one test, called like its target.
 *
 * @param workspaceRoot Absolute path of the Nx workspace, whose project graph has read the sources before.
 * @param testAttributes Attributes that make tests besides those that always do.
 * @throws {CargoTestError} `LISTING_FAILED`; `INVALID_FILE` for a Cargo.toml that is not TOML.
 */
export async function listBinaries(
  workspaceRoot: string,
  binaries: readonly CompiledBinary[],
  runner: readonly string[],
  environment: Readonly<Record<string, string>>,
  cargoPackage: CargoPackage,
  run: RunProgram,
  testAttributes: readonly string[],
): Promise<Listed[]> {
  const known = openDiskCache(workspaceRoot).read(
    'outlines',
    digest(pluginVersion(), String(OUTLINE_VERSION), ...testAttributes),
  );
  const reader = openCrateReader(known as KnownOutlines | undefined, testAttributes);
  const discovered = await reader.discover(binaries.map(({ sourceFile }) => sourceFile));
  const manifest = parseCargoManifest(readFileSync(cargoPackage.manifestFile, 'utf8'));
  if (manifest instanceof Error) {
    throw new CargoTestError('INVALID_FILE', `${cargoPackage.manifestFile} is not TOML`, {
      cause: manifest,
    });
  }
  const result: Listed[] = [];
  for (const [index, binary] of binaries.entries()) {
    const harness = !manifest.unharnessed.some(
      ({ kind, name }) => kind === binary.kind && (kind === 'lib' || name === binary.name),
    );
    const listing = harness
      ? await listTests(run, {
          command: [...runner, binary.executable],
          workingDirectory: binary.workingDirectory ?? dirname(cargoPackage.manifestFile),
          environment: testEnvironment(environment, binary.environment, ''),
        })
      : [{ name: binary.name, ignored: false }];
    result.push({
      kind: binary.kind,
      name: binary.name,
      harness,
      listing,
      tests: listing.map(({ name }) => name),
      discovered: discovered[index]!,
      cfg: binary.cfg,
    });
  }
  return result;
}
