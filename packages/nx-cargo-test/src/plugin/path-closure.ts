import type { CargoPackage } from '../cargo/metadata';

/** A package and where Nx knows it. */
export interface LocatedPackage {
  /** Folder relative to the Nx workspace root, `.` for the root. */
  readonly folder: string;
  readonly cargo: CargoPackage;
  /** Folders that the Cargo workspace's `[patch]` points to, absolute. */
  readonly patchFolders: readonly string[];
}

/** The folders that a package's tests are compiled from. */
export interface PathClosure {
  /** Folders relative to the Nx workspace root, sorted; the package's own is among them. */
  readonly folders: readonly string[];
  /** Absolute folders of dependencies that Nx does not see; their changes have no hash. */
  readonly unseen: readonly string[];
}

/**
 * Follows path dependencies from a package. Development dependencies count for
 * the package itself only, as cargo does not compile those of its dependencies.
 *
 * @param locate The package in an absolute folder, if Nx sees its Cargo.toml.
 */
export function pathClosure(
  start: LocatedPackage,
  locate: (folder: string) => LocatedPackage | undefined,
): PathClosure {
  const folders = new Set<string>();
  const unseen = new Set<string>();
  const pending = [start];
  for (let each = pending.pop(); each !== undefined; each = pending.pop()) {
    if (folders.has(each.folder)) continue;
    folders.add(each.folder);
    const isStart = each.folder === start.folder;
    const next = [
      ...each.cargo.pathDependencies
        .filter(({ kind }) => isStart || kind !== 'dev')
        .map(({ folder }) => folder),
      // A patch may stand in for any registry dependency; only the root's patches count.
      ...(isStart ? each.patchFolders : []),
    ];
    for (const folder of next) {
      const found = locate(folder);
      if (found === undefined) unseen.add(folder);
      else pending.push(found);
    }
  }
  return { folders: [...folders].sort(), unseen: [...unseen].sort() };
}
