import { dirname } from 'node:path';
import type { CargoWorkspace } from '../cargo/metadata';

/**
 * Folders of a package and of every package that it depends on by path, as far
 * as the Cargo workspace knows: a package outside of it stands for itself only.
 *
 * @param start Absolute path of the package's folder.
 */
export function packageClosure(cargo: CargoWorkspace, start: string): ReadonlySet<string> {
  const folders = new Set<string>();
  const pending = [start];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    if (folders.has(folder)) continue;
    folders.add(folder);
    const found = cargo.packages.find(({ manifestFile }) => dirname(manifestFile) === folder);
    pending.push(...(found?.pathDependencies ?? []).map((dependency) => dependency.folder));
  }
  return folders;
}
