import { createProjectGraphAsync, type ProjectGraph } from '@nx/devkit';
import { TARGET_PREFIX } from '../../module/name-targets';
import type { PackageMembers } from './set-members';

/**
 * What sets can have, as the project graph on disk tells.
 *
 * @param setNames Names of the sets that there are, which are no members themselves.
 */
export async function readPackageMembers(
  setNames: readonly string[],
): Promise<readonly PackageMembers[]> {
  const graph = await createProjectGraphAsync({ exitOnError: false });
  return packageMembers(graph, setNames);
}

/** What sets can have of each package of a graph, sorted by package. */
export function packageMembers(
  { nodes }: Pick<ProjectGraph, 'nodes'>,
  setNames: readonly string[],
): readonly PackageMembers[] {
  const found = Object.entries(nodes).flatMap(([project, { data }]): PackageMembers[] => {
    const targets = Object.entries(data.targets ?? {}).filter(
      ([name, { executor }]) =>
        name.startsWith(TARGET_PREFIX) &&
        (executor === 'nx-cargo-test:test-module' || executor === 'nx-cargo-test:group'),
    );
    const options = targets[0]?.[1].options as { package?: unknown } | undefined;
    if (typeof options?.package !== 'string') return [];
    const names = targets.map(([name]) => name.slice(TARGET_PREFIX.length));
    const members = new Set(names.filter((name) => !setNames.includes(name)));
    return [{ packageName: options.package, project, members }];
  });
  return found.sort((a, b) => (a.packageName < b.packageName ? -1 : 1));
}
