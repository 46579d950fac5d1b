import {
  DependencyType,
  type ProjectGraphExternalNode,
  type RawProjectGraphDependency,
} from '@nx/devkit';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseCargoLock, type LockedCrates } from '../cargo/cargo-lock';
import type { CargoSide } from './cargo-side';

/** The Cargo.lock of a Cargo workspace, with paths relative to the Nx workspace root. */
export interface WorkspaceLock {
  readonly cargoWorkspace: string;
  /** An error for a file that is no Cargo.lock. */
  readonly content: LockedCrates | Error;
}

/** Reads the Cargo.lock of every Cargo workspace that has one. */
export function readLocks(side: CargoSide, workspaceRoot: string): readonly WorkspaceLock[] {
  const folders = new Set(side.packages.map(({ cargoWorkspace }) => cargoWorkspace));
  return [...folders].sort().flatMap((cargoWorkspace) => {
    const text = readText(join(workspaceRoot, cargoWorkspace, 'Cargo.lock'));
    return text === undefined ? [] : [{ cargoWorkspace, content: parseCargoLock(text) }];
  });
}

/**
 * The crates of a lock as external nodes. They all have the same version and no hash,
 * because every task that names no `externalDependencies` hashes all external nodes: an
 * update of a crate would rerun tasks that have nothing to do with Rust.
 */
export function crateNodes({ crates }: LockedCrates): Record<string, ProjectGraphExternalNode> {
  const nodes = [...crates.keys()].map((crate): [string, ProjectGraphExternalNode] => [
    nodeName(crate),
    {
      type: 'cargo',
      name: nodeName(crate),
      data: { version: 'locked', packageName: crate },
    },
  ]);
  return Object.fromEntries(nodes);
}

/**
 * What projects and crates depend on among the crates that Nx knows, sorted by source
 * and target.
 *
 * @param projectAt Project names by folder.
 * @param known Names of external nodes.
 */
export function crateDependencies(
  side: CargoSide,
  locks: readonly WorkspaceLock[],
  projectAt: ReadonlyMap<string, string>,
  known: ReadonlySet<string>,
): readonly RawProjectGraphDependency[] {
  const found = new Map<string, RawProjectGraphDependency>();
  const add = (source: string, crate: string, sourceFile?: string): void => {
    const target = nodeName(crate);
    if (!known.has(target)) return;
    const file = sourceFile === undefined ? {} : { sourceFile };
    found.set(`${source}\0${target}`, { source, target, type: DependencyType.static, ...file });
  };
  for (const { cargoWorkspace, content } of locks) {
    if (content instanceof Error) continue;
    for (const [crate, crates] of content.crates) {
      if (!known.has(nodeName(crate))) continue;
      for (const each of crates) add(nodeName(crate), each);
    }
    for (const { cargo, folder, manifestFile, ...each } of side.packages) {
      const source = projectAt.get(folder);
      if (source === undefined || each.cargoWorkspace !== cargoWorkspace) continue;
      for (const crate of content.packages.get(cargo.name) ?? []) add(source, crate, manifestFile);
    }
  }
  return [...found.keys()].sort().flatMap((key) => found.get(key) ?? []);
}

/** Path of a lock relative to the Nx workspace root. */
export function lockFile({ cargoWorkspace }: WorkspaceLock): string {
  return posix.join(cargoWorkspace, 'Cargo.lock');
}

function nodeName(crate: string): string {
  return `cargo:${crate}`;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
