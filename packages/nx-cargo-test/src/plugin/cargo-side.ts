import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { CargoTestError } from '../errors';
import type { CargoManifest } from '../cargo/cargo-manifest';
import { openDiskCache, type DiskCache } from '../disk-cache';
import {
  groupManifests,
  readManifest,
  type ManifestFile,
  type ManifestGroup,
} from './group-manifests';
import type { LocatedPackage } from './path-closure';
import { readCargoWorkspaces, type WorkspaceReading } from './read-cargo-workspaces';
import { workspacePaths } from './workspace-path';

/** A Cargo package that Nx sees. */
export interface SeenPackage extends LocatedPackage {
  /** Path of its Cargo.toml, relative to the Nx workspace root. */
  readonly manifestFile: string;
  /** Folder of its Cargo workspace, relative to the Nx workspace root. */
  readonly cargoWorkspace: string;
  /** Cargo's target folder relative to the Nx workspace root, if it lies inside. */
  readonly targetFolder?: string;
  readonly manifest: CargoManifest | Error;
  /** True when there is no cargo here, and its Cargo.toml was read instead. */
  readonly withoutCargo?: boolean;
}

/** A Cargo workspace that cannot be read. */
export interface UnreadableWorkspace {
  readonly group: ManifestGroup;
  readonly failure: CargoTestError;
}

/** The Cargo side of an Nx workspace. */
export interface CargoSide {
  /** Sorted by Cargo.toml. */
  readonly packages: readonly SeenPackage[];
  readonly unreadable: readonly UnreadableWorkspace[];
  /** The package in an absolute folder. */
  locate(folder: string): SeenPackage | undefined;
}

/**
 * Reads every Cargo workspace among the given Cargo.toml files (paths relative
 * to the Nx workspace root).
 */
export async function readCargoSide(
  manifestFiles: readonly string[],
  workspaceRoot: string,
  cache: DiskCache = openDiskCache(workspaceRoot),
  reading: WorkspaceReading = {},
): Promise<CargoSide> {
  const toWorkspace = workspacePaths(workspaceRoot);
  const manifests = manifestFiles
    .filter((file) => !isBuildOutput(file, workspaceRoot))
    .map((file) => readManifest(file, readText(join(workspaceRoot, file))));
  const byFile = new Map(manifests.map((each) => [each.file, each]));
  const groups = groupManifests(manifests);
  const answers = await readCargoWorkspaces(groups, workspaceRoot, cache, reading);
  const packages = new Map<string, SeenPackage>();
  const unreadable: UnreadableWorkspace[] = [];
  for (const answer of answers) {
    if ('failure' in answer) {
      unreadable.push(answer);
      continue;
    }
    const { group, workspace, withoutCargo = false } = answer;
    const cargoWorkspace = toWorkspace(workspace.folder);
    if (cargoWorkspace === undefined) {
      unreadable.push({ group, failure: rootOutside(group, workspace.folder) });
      continue;
    }
    const members = new Set(workspace.packages.map((each) => toWorkspace(each.manifestFile)));
    for (const each of group.files) {
      if (each.content instanceof Error || each.content.workspaceFolder === undefined) continue;
      if (members.has(each.file)) continue;
      unreadable.push({ group: { root: each, files: [each] }, failure: notMember(each, group) });
    }
    const targetFolder = toWorkspace(workspace.targetFolder);
    for (const cargo of workspace.packages) {
      const manifestFile = toWorkspace(cargo.manifestFile);
      const manifest = manifestFile === undefined ? undefined : byFile.get(manifestFile);
      if (manifestFile === undefined || manifest === undefined) continue;
      const rootManifest = byFile.get(posix.join(cargoWorkspace, 'Cargo.toml'))?.content;
      const patches = rootManifest instanceof Error ? [] : (rootManifest?.patchFolders ?? []);
      packages.set(manifestFile, {
        folder: manifest.folder,
        manifestFile,
        manifest: manifest.content,
        cargo,
        cargoWorkspace,
        patchFolders: patches.map((folder) => posix.join(workspace.folder, folder)),
        ...(targetFolder === undefined ? {} : { targetFolder }),
        withoutCargo,
      });
    }
  }
  const sorted = [...packages.values()].sort((a, b) => (a.manifestFile < b.manifestFile ? -1 : 1));
  const byFolder = new Map(sorted.map((each) => [each.folder, each]));
  return {
    packages: sorted,
    unreadable,
    locate(folder) {
      const inside = toWorkspace(folder);
      return inside === undefined ? undefined : byFolder.get(inside);
    },
  };
}

/** Cargo refuses such a package; one that names no workspace may be a fixture, and is passed over. */
function notMember({ file }: ManifestFile, { root }: ManifestGroup): CargoTestError {
  return new CargoTestError(
    'CARGO_METADATA_FAILED',
    `${file} names the workspace ${root.folder}, whose members it is not among; ` +
      `add it to "members" in ${root.file}, or remove "workspace" from its [package]`,
  );
}

function rootOutside(group: ManifestGroup, folder: string): CargoTestError {
  return new CargoTestError(
    'CARGO_METADATA_FAILED',
    `the Cargo workspace of ${group.root.file} has its root in ${folder}, outside of the Nx workspace; ` +
      `give ${group.root.file} a [workspace] table of its own or put nx.json into the Cargo workspace's folder`,
  );
}

/** `cargo package` unpacks crates below a target folder, which cargo marks with CACHEDIR.TAG. */
function isBuildOutput(manifestFile: string, workspaceRoot: string): boolean {
  const segments = manifestFile.split('/');
  return segments.some(
    (segment, index) =>
      segment === 'target' &&
      existsSync(join(workspaceRoot, ...segments.slice(0, index + 1), 'CACHEDIR.TAG')),
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Gone since Nx listed it; cargo says so.
    return '';
  }
}
