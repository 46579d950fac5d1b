import type { ExecutorContext } from '@nx/devkit';
import { COMMANDS } from '../../command/cargo-command';
import type { LimaGuest } from '../../lima/lima-guest';
import { openGuest } from '../../lima/open-guest';
import { runningTarget } from '../../plugin/merged-target';
import { commandEnvironment } from '../../process/command-environment';
import { spawnSupervised, spawnTalking } from '../../process/spawn';
import { wholeLines } from '../../process/whole-lines';
import { describeFailure } from '../../report/describe-failure';
import { projectFolder } from '../test-module/options';
import { assertCommandIntact } from './assert-command-intact';
import { assertOutputsThere } from './assert-outputs-there';
import { chooseCommandPlace } from './choose-place';
import { guestMachine, nativeMachine, type CommandMachine } from './command-machine';
import { forwardedVariables } from './forwarded-variables';
import { openFormatCheck } from './format-check';
import { openLintCheck } from './lint-check';
import { parseCargoOptions, type CargoOptions } from './options';
import { runCommand } from './run-command';
import type { SuccessCheck } from './success-check';

/** Runs one command of cargo for a package, on the machine that its tests are compiled on. */
export default async function cargoExecutor(
  rawOptions: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  let guest: LimaGuest | undefined;
  try {
    const options = parseCargoOptions(rawOptions);
    const task = `${context.projectName}:${context.targetName}`;
    const { env: environment, platform } = process;
    // What compiles nothing runs here, whatever the runner is.
    const place = COMMANDS[options.command].compiles
      ? chooseCommandPlace({ task, options, environment, platform, isForTests: false })
      : undefined;
    const instance = place?.guest;
    assertCommandIntact(context, options, instance);
    if (place !== undefined) announce(place.line);
    const request = { workspaceRoot: context.root, options, environment };
    const edges = { spawn: spawnSupervised, spawnTalking, announce };
    if (instance !== undefined) guest = openGuest({ instance, options }, edges);
    const machine =
      guest === undefined
        ? nativeMachine(request, spawnSupervised)
        : guestMachine(request, guest, forwardedVariables(options, context.root, environment));
    const shown = { stdout: wholeLines(process.stdout), stderr: wholeLines(process.stderr) };
    await runCommand({
      machine,
      packageFolder: projectFolder(context, context.projectName ?? ''),
      task,
      options,
      verbose: context.isVerbose,
      onOutput: (stream, text) => shown[stream].write(text),
      openCheck: () => openCheck(context, options, machine),
    }).finally(() => {
      shown.stdout.end();
      shown.stderr.end();
    });
    assertOutputsThere(context);
    return { success: true };
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

async function openCheck(
  context: ExecutorContext,
  options: CargoOptions,
  machine: CommandMachine,
): Promise<SuccessCheck | undefined> {
  if (runningTarget(context).target.cache !== true) return undefined;
  if (options.command === 'lint') return openLintCheck(context, options, machine);
  return options.command === 'fmt-check'
    ? openFormatCheck(context, commandEnvironment(process.env))
    : undefined;
}
