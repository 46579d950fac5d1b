import type { ProjectGraph } from '@nx/devkit';
import * as v from 'valibot';
import type { CargoProject } from './cargo-project';

/**
 * The Cargo projects of an Nx workspace, from the project graph that Nx made for
 * its last command, or else from a new one.
 */
export async function readCargoProjects(workspaceRoot: string): Promise<CargoProject[]> {
  // Nx takes the root from the environment before the folder that the user is in.
  process.env['NX_WORKSPACE_ROOT_PATH'] ??= workspaceRoot;
  // Only now: Nx looks for its root when it's loaded, and the other commands need not wait for it.
  const { createProjectGraphAsync, readCachedProjectGraph } = await import('@nx/devkit');
  let graph: ProjectGraph;
  try {
    graph = readCachedProjectGraph();
  } catch {
    graph = await createProjectGraphAsync({ exitOnError: false, resetDaemonClient: true });
  }
  return cargoProjects(graph);
}

/** The projects of a graph that have the executor `build-tests`, sorted by name. */
export function cargoProjects(graph: Pick<ProjectGraph, 'nodes'>): CargoProject[] {
  return Object.values(graph.nodes)
    .flatMap(({ name, data }): CargoProject[] => {
      const target = Object.values(data.targets ?? {}).find(
        ({ executor }) => executor === 'nx-cargo-test:build-tests',
      );
      const options = v.safeParse(buildOptions, target?.options);
      if (!options.success) return [];
      const { package: packageName, cargoWorkspace } = options.output;
      return [{ name, folder: data.root, package: packageName, cargoWorkspace }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const buildOptions = v.object({ package: v.string(), cargoWorkspace: v.string() });
