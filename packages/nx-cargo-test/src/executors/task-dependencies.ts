import type { ExecutorContext } from '@nx/devkit';

/** True when this run's own task depends on the target. */
export function isDependency(context: ExecutorContext, project: string, target: string): boolean {
  const graph = context.taskGraph;
  if (graph === undefined) return false;
  const own = Object.values(graph.tasks).filter(
    (task) =>
      task.target.project === context.projectName &&
      task.target.target === context.targetName &&
      (task.target.configuration ?? '') === (context.configurationName ?? ''),
  );
  return own.some((task) =>
    dependenciesOf(graph, task.id).some((id) => {
      const dependency = graph.tasks[id];
      return dependency?.target.project === project && dependency.target.target === target;
    }),
  );
}

/** Ids of tasks: up to Nx 23 the graph has them as such, from Nx 24 on in objects. */
function dependenciesOf(
  graph: NonNullable<ExecutorContext['taskGraph']>,
  id: string,
): readonly string[] {
  const edges: readonly (string | { readonly id: string })[] = graph.dependencies[id] ?? [];
  return edges.map((edge) => (typeof edge === 'string' ? edge : edge.id));
}
