import type { ExecutorContext } from '@nx/devkit';
import type { LimaGuest } from '../../lima/lima-guest';
import { openGuest } from '../../lima/open-guest';
import { assertTargetIntact } from '../../plugin/merged-target';
import { spawnSupervised, spawnTalking } from '../../process/spawn';
import { describeFailure } from '../../report/describe-failure';
import { assertGuestHashed } from '../assert-guest-hashed';
import { chooseCommandPlace } from '../cargo/choose-place';
import { assertDocInputsCovered } from './assert-doc-inputs';
import { guestDocMachine, nativeDocMachine } from './doc-machine';
import { parseTestDocOptions } from './options';
import { runDocTests } from './run-doc-tests';

/** Compiles and runs the doc tests of a package's library, where its other tests are compiled. */
export default async function testDocExecutor(
  rawOptions: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  let guest: LimaGuest | undefined;
  try {
    assertTargetIntact(context);
    const options = parseTestDocOptions(rawOptions);
    const { env: environment, platform } = process;
    const { buildEnvironment = [], limaEnvironment } = options;
    const task = `${context.projectName}:${context.targetName}`;
    const { guest: instance, line } = chooseCommandPlace({ task, options, environment, platform });
    assertGuestHashed(context, instance, buildEnvironment);
    announce(line);
    const request = { workspaceRoot: context.root, options, environment };
    const edges = { spawn: spawnSupervised, spawnTalking, announce };
    if (instance !== undefined) guest = openGuest({ instance, options }, edges);
    const { success, report } = await runDocTests({
      workspaceRoot: context.root,
      machine:
        guest === undefined
          ? nativeDocMachine(request, spawnSupervised)
          : guestDocMachine(request, guest, limaEnvironment),
      options,
      check: (listed) => assertDocInputsCovered(context, buildEnvironment, listed),
      announce,
    });
    process.stdout.write(report);
    return { success };
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    return { success: false };
  } finally {
    await guest?.session.close();
  }
}

function announce(line: string): void {
  process.stdout.write(`${line}\n`);
}
