import type { ExecutorContext } from '@nx/devkit';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { CargoTestError } from '../../errors';
import { instanceCommand } from '../../lima/instance-command';
import { limaBuildHost } from '../../lima/lima-build-host';
import {
  limaGuest,
  type LimaEdges,
  type LimaGuest,
  type LimaSettings,
} from '../../lima/lima-guest';
import { limaHost } from '../../lima/lima-host';
import { chooseRunner } from '../../choose-runner';
import { createLimit, parallelProcesses } from '../../run/concurrency';
import { nativeHost } from '../../run/native-host';
import { createProcessRunner } from '../../run/process-runner';
import type { Runner } from '../../run/runner';
import type { BuildHost } from '../../build/build-host';
import type { BuildTestsOptions } from '../../build/build-options';
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
  /**
   * Where the tests of a package are built, and its binaries are; undefined for this machine.
   *
   * @param workspaceRoot Absolute path of the Nx workspace.
   * @param leaf Of a leaf that is to run what was built.
   * @throws {CargoTestError} `GRAPH_OUT_OF_DATE` when the leaf would run elsewhere than where it is built for.
   */
  buildHostFor(
    build: BuildTestsOptions,
    workspaceRoot: string,
    leaf?: TestModuleOptions,
  ): BuildHost | undefined;
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
  const guests = new Map<string, LimaGuest>();
  /** A guest has one shell, for building and running. */
  const guestOf = (settings: LimaSettings): LimaGuest => {
    const key = JSON.stringify([settings.instance, settings.start, settings.build]);
    const guest = guests.get(key) ?? limaGuest(settings, edges);
    guests.set(key, guest);
    return guest;
  };
  return {
    runnerFor({ runner: option, lima, shareResults }, context) {
      const { runner: kind, why } = chooseRunner({ option, environment, platform });
      if (kind === 'lima' && !shareResults) assertInstanceHashed(context, lima.instance);
      const key = kind === 'native' ? kind : JSON.stringify(lima);
      const present = runners.get(key);
      if (present !== undefined) return present;
      const where = kind === 'native' ? kind : `${kind}, instance ${lima.instance}`;
      announce(`runner: ${where} (${why})`);
      const host = kind === 'native' ? nativeHost(edges.spawn) : limaHost(lima, guestOf(lima));
      const places = (): number => parallelProcesses(environment, host.processors());
      // A wrong number is told before anything is built.
      places();
      const runner = createProcessRunner({ host, limit: createLimit(places) });
      runners.set(key, runner);
      return runner;
    },
    buildHostFor(build, workspaceRoot, leaf) {
      if (leaf !== undefined) {
        const { runner } = chooseRunner({ option: leaf.runner, environment, platform });
        assertBuiltThere(build, runner === 'lima' ? leaf.lima : undefined);
      }
      const settings = guestThatBuilds(build);
      if (settings === undefined) return undefined;
      const root = realpathSync(workspaceRoot);
      return limaBuildHost(guestOf(settings), {
        sources: settings.sources,
        workspaceRoot: root,
        cargoFolder: resolve(root, build.cargoWorkspace),
        environment,
        declaredVariables: build.buildEnvironment ?? [],
      });
    },
    async close() {
      await Promise.all([...runners.values()].map((runner) => runner.close()));
      await Promise.all([...guests.values()].map(({ session }) => session.close()));
    },
  };
}

/** Binaries in a guest are no good elsewhere, nor those of this machine there. */
function assertBuiltThere(build: BuildTestsOptions, lima: LimaSettings | undefined): void {
  const wanted = lima?.build === 'guest' ? lima.instance : undefined;
  if (build.limaInstance === wanted) return;
  const place = (instance: string | undefined): string =>
    instance === undefined ? 'on this machine' : `in the Lima instance ${instance}`;
  throw new CargoTestError(
    'GRAPH_OUT_OF_DATE',
    `the tests of ${build.package} are built ${place(build.limaInstance)}, and this target wants them built ${place(wanted)}: set the options of nx-cargo-test in nx.json, or NX_CARGO_TEST_RUNNER and run \`nx reset\``,
  );
}

function guestThatBuilds(build: BuildTestsOptions): LimaSettings | undefined {
  const {
    limaInstance: instance,
    limaSources: sources = 'mount',
    limaStart: start = false,
  } = build;
  return instance === undefined
    ? undefined
    : { instance, sources, start, build: 'guest', forwarded: [] };
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
