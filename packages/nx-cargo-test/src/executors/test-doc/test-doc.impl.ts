import type { ExecutorContext } from '@nx/devkit';
import { runProgram } from '../../cargo/run-program';
import { assertTargetIntact } from '../../plugin/merged-target';
import { spawnSupervised } from '../../process/spawn';
import { describeFailure } from '../../report/describe-failure';
import { assertHostRunsTests } from '../../run/host';
import { assertDocInputsCovered } from './assert-doc-inputs';
import { parseTestDocOptions } from './options';
import { runDocTests } from './run-doc-tests';

/** Compiles and runs the doc tests of a package's library. */
export default async function testDocExecutor(
  rawOptions: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  try {
    assertTargetIntact(context);
    assertHostRunsTests();
    const options = parseTestDocOptions(rawOptions);
    const { success, report } = await runDocTests({
      workspaceRoot: context.root,
      options,
      environment: process.env,
      run: runProgram,
      spawn: spawnSupervised,
      check: (listed) => assertDocInputsCovered(context, options.buildEnvironment ?? [], listed),
      announce: (line) => void process.stdout.write(`${line}\n`),
    });
    process.stdout.write(report);
    return { success };
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    return { success: false };
  }
}
