import type { ExecutorContext } from '@nx/devkit';
import { CargoTestError } from '../../errors';
import { instanceCommand } from '../../lima/instance-command';
import { limaHost, type LimaEdges } from '../../lima/lima-host';
import { chooseRunner } from '../../choose-runner';
import { createLimit, parallelProcesses } from '../../run/concurrency';
import { nativeHost } from '../../run/native-host';
import { createProcessRunner } from '../../run/process-runner';
import type { Runner } from '../../run/runner';
import type { TestModuleOptions } from './options';

/** The runners of a command: one for each machine that its leaves ask for. */
export interface Runners {
  /**
   * The runner of a leaf.
   *
   * @param context Of the leaf's task.
   * @throws {CargoTestError} when the tests can't run where they should.
   */
  runnerFor(options: TestModuleOptions, context: ExecutorContext): Runner;
  /** Lets go of all machines. */
  close(): Promise<void>;
}

/** What {@link openRunners} works with. */
export interface RunnersEdges extends LimaEdges {
  /** Environment of our own process. */
  readonly ownEnvironment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/** Makes runners as leaves ask for them, and says once which it is and why. */
export function openRunners(edges: RunnersEdges): Runners {
  const { ownEnvironment: environment, platform, announce } = edges;
  const runners = new Map<string, Runner>();
  return {
    runnerFor({ runner: option, lima }, context) {
      const { runner: kind, why } = chooseRunner({ option, environment, platform });
      if (kind === 'lima') assertInstanceHashed(context, lima.instance);
      const key = kind === 'native' ? kind : JSON.stringify(lima);
      const present = runners.get(key);
      if (present !== undefined) return present;
      const where = kind === 'native' ? kind : `${kind}, instance ${lima.instance}`;
      announce(`runner: ${where} (${why})`);
      const host = kind === 'native' ? nativeHost(edges.spawn) : limaHost(lima, edges);
      const places = (): number => parallelProcesses(environment, host.processors());
      // A wrong number is told before anything is built.
      places();
      const runner = createProcessRunner({ host, limit: createLimit(places) });
      runners.set(key, runner);
      return runner;
    },
    async close() {
      await Promise.all([...runners.values()].map((runner) => runner.close()));
    },
  };
}

/** A pass from one guest would else be taken for that of another, or of this host. */
function assertInstanceHashed(context: ExecutorContext, instance: string): void {
  const { projectName = '', targetName = '' } = context;
  const inputs = context.projectGraph.nodes[projectName]?.data.targets?.[targetName]?.inputs ?? [];
  const command = instanceCommand(instance);
  const isHashed = inputs.some(
    (input) => typeof input === 'object' && 'runtime' in input && input.runtime === command,
  );
  if (isHashed) return;
  throw new CargoTestError(
    'GRAPH_OUT_OF_DATE',
    `${projectName}:${targetName} is asked to run in the Lima instance ${instance}, but was not inferred for it: set the options runner and limaInstance of nx-cargo-test in nx.json, or NX_CARGO_TEST_RUNNER and run \`nx reset\``,
  );
}
