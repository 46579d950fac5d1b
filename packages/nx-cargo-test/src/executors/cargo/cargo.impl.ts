import type { ExecutorContext } from '@nx/devkit';
import { runProgram } from '../../cargo/run-program';
import { spawnSupervised } from '../../process/spawn';
import { describeFailure } from '../../report/describe-failure';
import { assertCommandIntact } from './assert-command-intact';
import { parseCargoOptions } from './options';
import { runCommand } from './run-command';

/** Runs one command of cargo for a package. */
export default async function cargoExecutor(
  rawOptions: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  try {
    const options = parseCargoOptions(rawOptions);
    assertCommandIntact(context, options);
    await runCommand({
      workspaceRoot: context.root,
      packageFolder: context.projectGraph.nodes[context.projectName ?? '']?.data.root ?? '.',
      task: `${context.projectName}:${context.targetName}`,
      options,
      verbose: context.isVerbose,
      environment: process.env,
      platform: process.platform,
      run: runProgram,
      spawn: spawnSupervised,
      onOutput: (stream, text) => void process[stream].write(text),
    });
    return { success: true };
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    return { success: false };
  }
}
