import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import type { BuiltBinary } from '../../build/ensure-built';
import type { BuildHost } from '../../build/build-host';
import type { BuildTestsOptions } from '../../build/build-options';
import type { Manifest } from '../../fingerprint/manifest';
import type { LedgerSession } from '../../ledger/ledger-session';
import type { HashedNodes } from '../../ledger/nx-inputs';
import { describeFailure } from '../../report/describe-failure';
import { leafLabel } from '../../report/leaf-label';
import { createEventQueue } from '../../run/event-queue';
import type { Runner } from '../../run/runner';
import type { Runners } from './open-runners';
import {
  buildOptionsOf,
  parseTestModuleOptions,
  projectFolder,
  type TestModuleOptions,
} from './options';
import { packLeaves } from './pack-leaves';
import { runLeaf } from './run-leaf';

/** What Nx wants to hear about a task of a batch. */
export interface BatchTaskResult {
  readonly task: string;
  readonly result: {
    success: boolean;
    terminalOutput: string;
    startTime: number;
    endTime: number;
    status: 'success' | 'failure';
  };
}

/** The parts of a batch run that reach outside. */
export interface BatchEdges {
  assertTargetIntact(context: ExecutorContext): void;
  ensureBuilt(request: {
    workspaceRoot: string;
    cargoWorkspace: string;
    packageName: string;
    leaves: readonly string[];
    build: BuildTestsOptions;
    host?: BuildHost | undefined;
  }): Promise<{ manifest: Manifest; binary(index: number): BuiltBinary }>;
  openRunners(): Runners;
  openLedger(workspaceRoot: string, announce: (line: string) => void): LedgerSession;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Shows a line to the user at once. */
  announce(line: string): void;
}

interface BatchTask {
  readonly id: string;
  readonly project: string;
  readonly hashed: HashedNodes | undefined;
  readonly options: TestModuleOptions;
  readonly runner: Runner;
}

/**
 * Runs the leaves of a batch, which may belong to several projects, and yields
 * each task's result as soon as it ends. One check of the build per package.
 * Nothing here may throw: Nx would count every task of the batch as failed and
 * lose the results yielded so far.
 */
export async function* runBatch(
  taskGraph: TaskGraph,
  inputs: Readonly<Record<string, unknown>>,
  context: ExecutorContext,
  edges: BatchEdges,
): AsyncGenerator<BatchTaskResult> {
  const results = createEventQueue<BatchTaskResult>();
  const startTime = Date.now();
  const finish = (
    task: string,
    success: boolean,
    terminalOutput: string,
    start = startTime,
  ): void =>
    results.push({
      task,
      result: {
        success,
        terminalOutput,
        startTime: start,
        endTime: Date.now(),
        status: success ? 'success' : 'failure',
      },
    });
  const failed = (task: string, error: unknown): void =>
    finish(task, false, `${describeFailure(error)}\n`);

  const runners = edges.openRunners();
  const packages = new Map<string, BatchTask[]>();
  for (const [id, task] of Object.entries(taskGraph.tasks)) {
    try {
      const { project, target, configuration } = task.target;
      const own = contextOf(context, project, target, configuration);
      edges.assertTargetIntact(own);
      const options = parseTestModuleOptions(inputs[id]);
      const runner = runners.runnerFor(options, own);
      const key = JSON.stringify([project, options.cargoWorkspace, options.package]);
      const tasks = packages.get(key) ?? [];
      tasks.push({ id, project, options, runner, hashed: task.hashDetails });
      packages.set(key, tasks);
    } catch (error) {
      failed(id, error);
    }
  }

  const ledger = edges.openLedger(context.root, edges.announce);
  const runPackage = async (tasks: readonly BatchTask[]): Promise<void> => {
    const { project, options } = tasks[0] as BatchTask;
    const build = buildOptionsOf(context, project);
    const built = await edges.ensureBuilt({
      workspaceRoot: context.root,
      cargoWorkspace: options.cargoWorkspace,
      packageName: options.package,
      leaves: tasks.map((task) => task.options.leafId),
      build,
      host: runners.buildHostFor(build, context.root, options),
    });
    const packed = packLeaves(tasks, {
      workspaceRoot: context.root,
      project,
      environment: edges.environment,
      announce: edges.announce,
    });
    await Promise.all(
      tasks.map(async (task) => {
        const seat = packed.seatOf(task);
        const firstEvent: { at?: number } = {};
        try {
          const { success, report } = await runLeaf({
            workspaceRoot: context.root,
            options: task.options,
            built,
            runner: seat?.runner ?? task.runner,
            ledger,
            project: { name: project, folder: projectFolder(context, project) },
            hashed: task.hashed,
            verbose: context.isVerbose,
            environment: edges.environment,
            onEvent(event) {
              // Before its first process a leaf only waits for a place.
              firstEvent.at ??= Date.now();
              if (event.type !== 'slow') return;
              const label = leafLabel(task.options.leafId);
              edges.announce(
                `${label}: ${event.test} has been running for over ${event.seconds} s`,
              );
            },
          });
          finish(task.id, success, report, firstEvent.at);
        } catch (error) {
          failed(task.id, error);
        }
        seat?.leave();
        ledger.leafEnded();
      }),
    );
    await packed.end();
  };

  const runAll = async (): Promise<void> => {
    await Promise.all(
      [...packages.values()].map((tasks) =>
        runPackage(tasks).catch((error: unknown) => {
          for (const task of tasks) failed(task.id, error);
        }),
      ),
    );
    await runners.close();
    await ledger.end();
  };
  void runAll().then(results.end, results.end);
  yield* results;
}

/** The context as a single task's executor would get it. */
function contextOf(
  context: ExecutorContext,
  projectName: string,
  targetName: string,
  configurationName: string | undefined,
): ExecutorContext {
  const target = context.projectGraph.nodes[projectName]?.data.targets?.[targetName];
  return {
    ...context,
    projectName,
    targetName,
    ...(target === undefined ? {} : { target }),
    ...(configurationName === undefined ? {} : { configurationName }),
  };
}
