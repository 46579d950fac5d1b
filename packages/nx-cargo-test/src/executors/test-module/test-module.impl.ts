import type { ExecutorContext } from '@nx/devkit';
import { ensureBuilt } from '../../build/ensure-built';
import { assertTargetIntact } from '../../plugin/merged-target';
import { spawnSupervised } from '../../process/spawn';
import { describeFailure } from '../../report/describe-failure';
import { createLimit, parallelProcesses } from '../../run/concurrency';
import { assertHostRunsTests } from '../../run/host';
import { nativeHost } from '../../run/native-host';
import { createProcessRunner } from '../../run/process-runner';
import { openLedger } from './open-ledger';
import { buildOptionsOf, ownTask, parseTestModuleOptions, projectFolder } from './options';
import { runLeaf } from './run-leaf';

/** Runs the tests of one leaf in a process of Nx's own for the task. */
export default async function testModuleExecutor(
  rawOptions: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  try {
    assertTargetIntact(context);
    assertHostRunsTests();
    const options = parseTestModuleOptions(rawOptions);
    const built = await ensureBuilt({
      workspaceRoot: context.root,
      cargoWorkspace: options.cargoWorkspace,
      packageName: options.package,
      leaves: [options.leafId],
      build: buildOptionsOf(context, context.projectName ?? ''),
    });
    const ledger = openLedger(context.root, (line) => void process.stdout.write(`${line}\n`));
    const { success, report } = await runLeaf({
      workspaceRoot: context.root,
      options,
      built,
      runner: createProcessRunner({
        host: nativeHost(spawnSupervised),
        limit: createLimit(parallelProcesses(process.env)),
      }),
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
  }
}
