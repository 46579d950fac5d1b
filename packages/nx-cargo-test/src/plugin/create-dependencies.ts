import {
  DependencyType,
  type CreateDependencies,
  type RawProjectGraphDependency,
} from '@nx/devkit';
import { readCargoSide, type CargoSide } from './cargo-side';
import { crateDependencies, readLocks } from './external-crates';
import { inferredRunner } from './infer-projects';
import type { NxCargoTestOptions } from './plugin-options';
import { readOptions } from './usable-options';

/**
 * Turns path dependencies between Cargo packages into dependencies of their
 * projects, so that `nx affected` reaches the packages that depend on a change; and,
 * where asked for, shows which crates of Cargo.lock projects depend on.
 */
export const createDependencies: CreateDependencies<NxCargoTestOptions> = async (
  rawOptions,
  context,
) => {
  const projectAt = new Map(
    Object.entries(context.projects).map(([name, { root }]) => [root, name]),
  );
  const manifestFiles = Object.values(context.fileMap.projectFileMap)
    .flat()
    .concat(context.fileMap.nonProjectFiles)
    .map(({ file }) => file)
    .filter((file) => file === 'Cargo.toml' || file.endsWith('/Cargo.toml'));
  const { options } = readOptions(rawOptions);
  const side = await readCargoSide(manifestFiles, context.workspaceRoot, undefined, {
    cargoInGuest: inferredRunner(options) === 'lima',
  });
  const known = new Set(Object.keys(context.externalNodes ?? {}));
  const locks = options.externalNodes ? readLocks(side, context.workspaceRoot) : [];
  return [
    ...projectDependencies(side, projectAt),
    ...crateDependencies(side, locks, projectAt, known),
  ];
};

/**
 * Dependencies between the projects of packages, sorted by source and target.
 *
 * @param projectAt Project names by folder; a name in project.json wins over the package's.
 */
export function projectDependencies(
  side: CargoSide,
  projectAt: ReadonlyMap<string, string>,
): RawProjectGraphDependency[] {
  const dependencies = new Map<string, RawProjectGraphDependency>();
  for (const each of side.packages) {
    const folders = [
      ...each.cargo.pathDependencies.map(({ folder }) => folder),
      ...each.patchFolders,
    ];
    for (const folder of folders) {
      const source = projectAt.get(each.folder);
      const target = projectAt.get(side.locate(folder)?.folder ?? '');
      if (source === undefined || target === undefined || source === target) continue;
      dependencies.set(`${source}\0${target}`, {
        source,
        target,
        sourceFile: each.manifestFile,
        type: DependencyType.static,
      });
    }
  }
  return [...dependencies.keys()].sort().flatMap((key) => dependencies.get(key) ?? []);
}
