import type { ExecutorContext } from '@nx/devkit';
import { ensureBuilt } from '../../build/ensure-built';
import { assertTargetIntact } from '../../plugin/merged-target';
import { describeFailure } from '../../report/describe-failure';
import { openLedger } from './open-ledger';
import { openRealRunners } from './open-real-runners';
import { buildOptionsOf, ownTask, parseTestModuleOptions, projectFolder } from './options';
import { runLeaf } from './run-leaf';

/** Runs the tests of one leaf in a process of Nx's own for the task. */
export default async function testModuleExecutor(
  rawOptions: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const runners = openRealRunners((line) => void process.stdout.write(`${line}\n`));
  try {
    assertTargetIntact(context);
    const options = parseTestModuleOptions(rawOptions);
    const runner = runners.runnerFor(options, context);
    const build = buildOptionsOf(context, context.projectName ?? '');
    const built = await ensureBuilt({
      workspaceRoot: context.root,
      cargoWorkspace: options.cargoWorkspace,
      packageName: options.package,
      leaves: [options.leafId],
      build,
      host: runners.buildHostFor(build, context.root, options),
    });
    const ledger = openLedger(context.root, (line) => void process.stdout.write(`${line}\n`));
    const { success, report } = await runLeaf({
      workspaceRoot: context.root,
      options,
      built,
      runner,
      ledger,
      project: {
        name: context.projectName ?? '',
        folder: projectFolder(context, context.projectName ?? ''),
      },
      hashed: ownTask(context)?.hashDetails,
      verbose: context.isVerbose,
      environment: process.env,
      onEvent(event) {
        if (event.type === 'slow') {
          process.stdout.write(`${event.test} has been running for over ${event.seconds} s\n`);
        }
      },
    });
    await ledger.end();
    process.stdout.write(report);
    return { success };
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    return { success: false };
  } finally {
    await runners.close();
  }
}
