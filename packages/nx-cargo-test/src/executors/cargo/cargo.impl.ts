import type { ExecutorContext } from '@nx/devkit';
import { runningTarget } from '../../plugin/merged-target';
import { commandEnvironment } from '../../process/command-environment';
import { outerEnvironment } from '../../process/outer-environment';
import { spawnSupervised, spawnTalking } from '../../process/spawn';
import { describeFailure } from '../../report/describe-failure';
import { limaGuest, type LimaGuest } from '../../lima/lima-guest';
import { projectFolder } from '../test-module/options';
import { assertCommandIntact } from './assert-command-intact';
import { chooseCommandPlace } from './choose-place';
import { guestMachine, nativeMachine, type CommandMachine } from './command-machine';
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
    const place = chooseCommandPlace({ task, options, environment, platform });
    assertCommandIntact(context, options, place.guest);
    if (place.line !== undefined) announce(place.line);
    const request = { workspaceRoot: context.root, options, environment };
    if (place.guest !== undefined) guest = openGuest(place.guest, options);
    const machine =
      guest === undefined ? nativeMachine(request, spawnSupervised) : guestMachine(request, guest);
    await runCommand({
      machine,
      packageFolder: projectFolder(context, context.projectName ?? ''),
      task,
      options,
      verbose: context.isVerbose,
      onOutput: (stream, text) => void process[stream].write(text),
      openCheck: () => openCheck(context, options, machine),
    });
    return { success: true };
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    return { success: false };
  } finally {
    await guest?.session.close();
  }
}

function openGuest(instance: string, options: CargoOptions): LimaGuest {
  const { limaSources: sources = 'mount', limaStart: start = false } = options;
  return limaGuest(
    { instance, sources, start, build: 'guest', forwarded: [] },
    {
      ...{ spawn: spawnSupervised, spawnTalking, announce },
      environment: outerEnvironment(process.env),
      architecture: process.arch,
    },
  );
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
