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
 * Dependencies between the projects of packages, sorted by source and target, without cycles:
 * Nx refuses to run `^build` and its like where there is one. Cargo allows them for dev-dependencies,
 * and patches are possible dependencies only; such a dependency is left out where it would
 * close a cycle. `nx affected` finds the project all the same, as the dependency's sources are
 * among the inputs of its build.
 *
 * @param projectAt Project names by folder; a name in project.json wins over the package's.
 */
export function projectDependencies(
  side: CargoSide,
  projectAt: ReadonlyMap<string, string>,
): RawProjectGraphDependency[] {
  const edges = side.packages.flatMap((each) => {
    const source = projectAt.get(each.folder);
    const edgeTo = (folder: string, mayClose: boolean): readonly Edge[] => {
      const target = projectAt.get(side.locate(folder)?.folder ?? '');
      if (source === undefined || target === undefined || source === target) return [];
      return [{ source, target, sourceFile: each.manifestFile, mayClose }];
    };
    return [
      ...each.cargo.pathDependencies.flatMap(({ folder, kind }) => edgeTo(folder, kind === 'dev')),
      ...each.patchFolders.flatMap((folder) => edgeTo(folder, true)),
    ];
  });
  return withoutCycles(edges).map(({ source, target, sourceFile }) => ({
    ...{ source, target, sourceFile },
    type: DependencyType.static,
  }));
}

interface Edge {
  readonly source: string;
  readonly target: string;
  readonly sourceFile: string;
  /** Whether it may be what closes a cycle. */
  readonly mayClose: boolean;
}

/** Each pair once, sorted; those that may close a cycle only if they do not. */
function withoutCycles(edges: readonly Edge[]): readonly Edge[] {
  const kept = new Map<string, Map<string, Edge>>();
  const reaches = (from: string, wanted: string): boolean => {
    const seen = new Set([from]);
    // A set grows while it is walked.
    for (const each of seen) for (const next of kept.get(each)?.keys() ?? []) seen.add(next);
    return seen.has(wanted);
  };
  const byName = (a: Edge, b: Edge): number =>
    order(a.source, b.source) || order(a.target, b.target);
  const sorted = [...edges].sort((a, b) => Number(a.mayClose) - Number(b.mayClose) || byName(a, b));
  for (const edge of sorted) {
    const targets = kept.get(edge.source) ?? new Map<string, Edge>();
    if (targets.has(edge.target) || (edge.mayClose && reaches(edge.target, edge.source))) continue;
    kept.set(edge.source, targets.set(edge.target, edge));
  }
  return [...kept.values()].flatMap((targets) => [...targets.values()]).sort(byName);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
