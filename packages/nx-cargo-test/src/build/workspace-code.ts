import { dirname } from 'node:path';
import type { CargoMessages } from '../cargo/cargo-messages';
import { isInside } from '../is-inside';
import { isPathPackage } from './build-units';

/**
 * Tells which files of a link may hold code of the workspace, or of packages
 * that it depends on by path. Libraries are known by what cargo says it compiled;
 * a native one belongs to the package in whose folder, or in whose build
 * script's output, it lies. What nothing is known of counts as the workspace's.
 *
 * @param sysroot Folder of the compiler; the standard library may be compiled from its sources there.
 * @returns Takes the absolute path of an object, archive or shared library.
 */
export function workspaceCode(
  { artifacts, buildScripts }: CargoMessages,
  sysroot: string,
): (path: string) => boolean {
  const compiled = new Map<string, boolean>();
  const foreignFolders = new Set<string>();
  const foreignPackages = new Set<string>();
  for (const { packageId, manifestPath, filenames } of artifacts) {
    const isWorkspace = isPathPackage(packageId) && !isInside(sysroot, manifestPath);
    for (const file of filenames) compiled.set(file, isWorkspace);
    if (isWorkspace) continue;
    foreignPackages.add(packageId);
    foreignFolders.add(dirname(manifestPath));
  }
  for (const { packageId, outDir } of buildScripts)
    if (foreignPackages.has(packageId)) foreignFolders.add(outDir);
  return (path) => {
    const known = compiled.get(path);
    if (known !== undefined) return known;
    return ![...foreignFolders].some((folder) => isInside(folder, path));
  };
}
