import { posix } from 'node:path';
import { parse } from 'smol-toml';
import { CargoTestError, messageOf } from '../errors';
import { readCargoConfig } from './cargo-config';
import { manifestDependencies } from './manifest-dependencies';
import { realDisk, type ManifestDisk } from './manifest-disk';
import {
  findWorkspaceRoot,
  isExcluded,
  namedMembers,
  type ReadManifest,
  type WorkspaceRoot,
} from './manifest-members';
import { manifestTargets } from './manifest-targets';
import type { CargoPackage, CargoWorkspace } from './metadata';
import { asString, asTable, type TomlTable } from './toml-table';

/**
 * Reads the workspace that a Cargo.toml belongs to without cargo, for machines whose
 * Rust lives in a guest. The answer is that of `readCargoMetadata`. Less is noticed: of
 * what cargo refuses, only what leaves packages or targets unclear.
 *
 * @param cargoHome Absolute path of cargo's home, whose configuration may name a target folder.
 * @throws {CargoTestError} `CARGO_METADATA_FAILED` naming the file and what is wrong.
 */
export function readManifestMetadata(
  manifestFile: string,
  cargoHome: string,
  environment: Readonly<Record<string, string | undefined>>,
  disk: ManifestDisk = realDisk,
): CargoWorkspace {
  const read = manifestReader(disk);
  const root = findWorkspaceRoot(manifestFile, read);
  const packages = new Map<string, CargoPackage>();
  const pending = [...startFolders(root, manifestFile, read, disk)];
  for (let folder = pending.shift(); folder !== undefined; folder = pending.shift()) {
    const file = posix.join(folder, 'Cargo.toml');
    const isRoot = folder === root.folder;
    const manifest = read(file);
    // What a dependency lacks, cargo says when it builds.
    if (packages.has(file) || manifest === undefined) continue;
    if (!isRoot && isExcluded(root, folder)) continue;
    if (isRoot && asTable(manifest['package']) === undefined) continue;
    const found = readPackage(file, manifest, root, disk);
    packages.set(file, found);
    // A dependency in a folder below the root is a member without being named.
    if (root.workspace !== undefined) {
      const inside = found.pathDependencies.map((each) => each.folder);
      pending.push(...inside.filter((each) => each.startsWith(`${root.folder}/`)));
    }
  }
  const key = (each: CargoPackage): string => `${each.name}\0${each.manifestFile}`;
  const sorted = [...packages.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  refuseSameNames(sorted, root);
  return {
    folder: root.folder,
    targetFolder: targetFolder(root, manifestFile, cargoHome, environment),
    packages: sorted,
  };
}

function manifestReader(disk: ManifestDisk): ReadManifest {
  const known = new Map<string, TomlTable | undefined>();
  return (file) => {
    if (!known.has(file)) known.set(file, parseFile(file, disk));
    return known.get(file);
  };
}

function parseFile(file: string, disk: ManifestDisk): TomlTable | undefined {
  try {
    const text = disk.readFile(file);
    return text === undefined ? undefined : parse(text);
  } catch (error) {
    throw refused(file, messageOf(error), error);
  }
}

function startFolders(
  root: WorkspaceRoot,
  manifestFile: string,
  read: ReadManifest,
  disk: ManifestDisk,
): readonly string[] {
  if (read(manifestFile) === undefined) throw refused(manifestFile, 'there is no such file');
  const members = namedMembers(root, disk);
  if (members instanceof Error) {
    throw refused(posix.join(root.folder, 'Cargo.toml'), members.message);
  }
  return [root.folder, ...members];
}

function readPackage(
  file: string,
  manifest: TomlTable,
  root: WorkspaceRoot,
  disk: ManifestDisk,
): CargoPackage {
  const folder = posix.dirname(file);
  const table = asTable(manifest['package']) ?? asTable(manifest['project']);
  const name = asString(table?.['name']);
  if (name === undefined) throw refused(file, 'package.name: expected a text');
  const inherited = asTable(root.workspace?.['package'])?.['edition'];
  const given = table?.['edition'];
  const edition = asTable(given)?.['workspace'] === true ? inherited : (given ?? '2015');
  if (typeof edition !== 'string') throw refused(file, 'package.edition: expected a text');
  const pathDependencies = manifestDependencies(manifest, folder, {
    dependencies: asTable(root.workspace?.['dependencies']),
    folder: root.folder,
  });
  if (pathDependencies instanceof Error) throw refused(file, pathDependencies.message);
  const targets = manifestTargets({ manifest, packageName: name, folder, edition }, disk);
  if (targets.every(({ kind }) => kind.includes('custom-build'))) {
    throw refused(
      file,
      'there is no source: neither src/lib.rs nor src/main.rs nor another target',
    );
  }
  return { name, manifestFile: file, targets, pathDependencies };
}

function refuseSameNames(packages: readonly CargoPackage[], root: WorkspaceRoot): void {
  const names = packages.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw refused(posix.join(root.folder, 'Cargo.toml'), `two members are called ${twice}`);
}

function targetFolder(
  root: WorkspaceRoot,
  manifestFile: string,
  cargoHome: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const folder = posix.dirname(manifestFile);
  const variable = environment['CARGO_TARGET_DIR'] ?? environment['CARGO_BUILD_TARGET_DIR'];
  if (variable !== undefined && variable !== '') return posix.resolve(folder, variable);
  const { targetFolder: configured } = readCargoConfig(folder, cargoHome, environment);
  return configured ?? posix.join(root.folder, 'target');
}

function refused(file: string, problem: string, cause?: unknown): CargoTestError {
  return new CargoTestError(
    'CARGO_METADATA_FAILED',
    `${file} cannot be read, and there is no cargo here that would say more: ${problem}`,
    cause === undefined ? undefined : { cause },
  );
}
