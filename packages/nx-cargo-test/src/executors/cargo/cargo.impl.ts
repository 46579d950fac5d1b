import type { ExecutorContext } from '@nx/devkit';
import { runProgram } from '../../cargo/run-program';
import { runningTarget } from '../../plugin/merged-target';
import { commandEnvironment } from '../../process/command-environment';
import { spawnSupervised } from '../../process/spawn';
import { describeFailure } from '../../report/describe-failure';
import { projectFolder } from '../test-module/options';
import { assertCommandIntact } from './assert-command-intact';
import { openFormatCheck } from './format-check';
import { openLintCheck } from './lint-check';
import { parseCargoOptions, type CargoOptions } from './options';
import { runCommand } from './run-command';
import type { SuccessCheck } from './success-check';

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
      packageFolder: projectFolder(context, context.projectName ?? ''),
      task: `${context.projectName}:${context.targetName}`,
      options,
      verbose: context.isVerbose,
      environment: process.env,
      platform: process.platform,
      run: runProgram,
      spawn: spawnSupervised,
      onOutput: (stream, text) => void process[stream].write(text),
      openCheck: () => openCheck(context, options),
    });
    return { success: true };
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    return { success: false };
  }
}

async function openCheck(
  context: ExecutorContext,
  options: CargoOptions,
): Promise<SuccessCheck | undefined> {
  if (runningTarget(context).target.cache !== true) return undefined;
  const environment = commandEnvironment(process.env);
  if (options.command === 'lint') return openLintCheck(context, options, environment);
  return options.command === 'fmt-check' ? openFormatCheck(context, environment) : undefined;
}
