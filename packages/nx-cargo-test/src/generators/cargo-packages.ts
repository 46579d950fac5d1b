import { visitNotIgnoredFiles, type Tree } from '@nx/devkit';
import { posix } from 'node:path';
import { groupManifests, packageNameOf, readManifest } from '../plugin/group-manifests';

/** The Cargo packages of a workspace as far as their manifests tell. */
export interface CargoPackages {
  /** Folders of the Cargo workspaces, `.` for the root; sorted. */
  readonly workspaces: readonly string[];
  readonly packages: readonly { readonly name: string; readonly folder: string }[];
}

/** Finds the Cargo packages of a tree by their Cargo.toml files; cargo is not asked. */
export function findCargoPackages(tree: Tree): CargoPackages {
  const files: string[] = [];
  visitNotIgnoredFiles(tree, '.', (file) => {
    if (posix.basename(file) === 'Cargo.toml') files.push(file);
  });
  const manifests = files.sort().map((file) => readManifest(file, tree.read(file, 'utf-8') ?? ''));
  return {
    workspaces: groupManifests(manifests).map(({ root }) => root.folder),
    packages: manifests.flatMap((each) => {
      const name = packageNameOf(each);
      return name === undefined ? [] : [{ name, folder: each.folder }];
    }),
  };
}
