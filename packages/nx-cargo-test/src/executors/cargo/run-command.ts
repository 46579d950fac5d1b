import { join, resolve } from 'node:path';
import { findPackage } from '../../build/build-test-binaries';
import { COMMANDS, type CargoCommand } from '../../command/cargo-command';
import { clippyConfigurationArguments } from '../../command/clippy-configuration';
import { commandLine, splitArguments } from '../../command/command-line';
import { enabledBenches } from '../../command/enabled-benches';
import { findMissingTool } from '../../command/missing-tool';
import { CargoTestError } from '../../errors';
import { describeExit, type ProcessExit } from '../../process/process-exit';
import type { Command, Supervision } from '../../process/supervise-group';
import { shellWord } from '../../shell-word';
import type { CommandMachine } from './command-machine';
import type { CargoOptions } from './options';
import type { SuccessCheck } from './success-check';

/** A command to run, and the world to do it in. */
export interface CommandRun {
  /** Where it runs. */
  readonly machine: CommandMachine;
  /** The package's folder, relative to the Nx workspace. */
  readonly packageFolder: string;
  /** For messages: `glommio:lint`. */
  readonly task: string;
  readonly options: CargoOptions;
  /** Whether to show how cargo is called. */
  readonly verbose: boolean;
  readonly onOutput: Supervision['onOutput'];
  /** Opens what says whether Nx may keep a success; undefined where it does not keep it. */
  readonly openCheck: () => Promise<SuccessCheck | undefined>;
}

/**
 * Runs it to its end. What cargo writes is handed on as it comes.
 *
 * @throws {CargoTestError} `COMMAND_FAILED` unless it succeeded; `TOOL_MISSING` or
 *   `CARGO_NOT_FOUND` if what it needs is not installed; `GUEST_UNUSABLE`; and what
 *   {@link SuccessCheck.mustRunAgain} throws.
 */
export async function runCommand(world: CommandRun): Promise<void> {
  const { options, machine } = world;
  const workingDirectory = resolve(machine.workspaceRoot, options.cargoWorkspace);
  await machine.provideSources();
  const environment = await machine.environment();
  const check = await world.openCheck();
  const benches = await benchesOf(world, workingDirectory);
  const args = argumentsOf(world, check, environment, benches);
  if (world.verbose) world.onOutput('stdout', `cargo ${args.map(shellWord).join(' ')}\n`);
  for (let runs = 1; ; runs++) {
    const started = check === undefined ? 0 : await machine.host.now();
    const { exit, stdout } = await runOnce(world, check, {
      file: 'cargo',
      args,
      workingDirectory,
      environment,
    });
    if (exit.type !== 'code' || exit.code !== 0)
      throw await failure(world, exit, workingDirectory, environment);
    if (check === undefined || !(await check.mustRunAgain(stdout, started))) return;
    if (runs < MOST_RUNS) continue;
    throw new CargoTestError(
      'SOURCES_CHANGED',
      'another cargo keeps compiling crates of this build; run the command again when it has ended',
    );
  }
}

const MOST_RUNS = 4;

function argumentsOf(
  { options, machine, ...world }: CommandRun,
  check: SuccessCheck | undefined,
  environment: Readonly<Record<string, string>>,
  benches: { readonly benches?: readonly string[] },
): string[] {
  const packageFolder = resolve(machine.workspaceRoot, world.packageFolder);
  const configuration =
    options.command === 'lint' ? clippyConfigurationArguments(packageFolder, environment) : [];
  const { forCargo = [], forTool = [] } = check?.arguments ?? {};
  const added = { forCargo, forTool: [...forTool, ...configuration] };
  return commandLine({ ...options, ...benches, packageFolder, added });
}

/** Those that are asked for, or all that can be built; nothing for other commands. */
async function benchesOf(
  { options, machine: { host }, task }: CommandRun,
  cargoFolder: string,
): Promise<{ readonly benches?: readonly string[] }> {
  if (options.command !== 'bench') return {};
  if (options.bench !== undefined) return { benches: [options.bench] };
  const cargo = await host.readMetadata(join(cargoFolder, 'Cargo.toml'));
  const args = [options.args, options.given].flatMap((each) => splitArguments(each).forCargo);
  const enabled = enabledBenches(findPackage(cargo, options.package), { ...options, args });
  if (enabled.length > 0) return { benches: enabled };
  throw new CargoTestError(
    'COMMAND_FAILED',
    `${task}: no bench has the features that it requires; name them by the option features`,
  );
}

/** What a check reads is kept back until the end. */
async function runOnce(
  { onOutput, machine }: CommandRun,
  check: SuccessCheck | undefined,
  command: Command,
): Promise<{ exit: ProcessExit; stdout: string }> {
  let stdout = '';
  const child = machine.spawn(command, {
    onOutput(stream, text) {
      if (stream === 'stdout' && check !== undefined) stdout += text;
      else onOutput(stream, text);
    },
  });
  const { exit } = await child.ended;
  const shown = check?.shown(stdout) ?? '';
  if (shown !== '') onOutput('stdout', shown);
  return { exit, stdout };
}

/** rustfmt ends with 1 where it shows differences, and after errors of its own. */
function hintOf(command: CargoCommand, exit: ProcessExit): string {
  const differs = command === 'fmt-check' && exit.type === 'code' && exit.code === 1;
  return differs ? '; the target fmt makes the changes that are shown' : '';
}

async function failure(
  { options: { command, toolchain }, task, machine }: CommandRun,
  exit: ProcessExit,
  workingDirectory: string,
  environment: Readonly<Record<string, string>>,
): Promise<CargoTestError> {
  const how = describeExit(exit);
  const { instance } = machine;
  if (exit.type === 'notStarted') return new CargoTestError('CARGO_NOT_FOUND', `cargo ${how}`);
  if (exit.type === 'lost') return new CargoTestError('GUEST_UNUSABLE', `${task}: cargo ${how}`);
  const failed = {
    ...{ command, workingDirectory, environment },
    ...(toolchain === undefined ? {} : { toolchain }),
    ...(instance === undefined ? {} : { instance }),
  };
  return (
    (await findMissingTool(failed, machine.host.run)) ??
    new CargoTestError(
      'COMMAND_FAILED',
      `${task}: cargo ${COMMANDS[command].words[0]} ended with ${how}${hintOf(command, exit)}`,
    )
  );
}
