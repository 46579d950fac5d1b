import { resolve } from 'node:path';
import type { RunProgram } from '../../cargo/run-program';
import { COMMANDS } from '../../command/cargo-command';
import { clippyConfigurationArguments } from '../../command/clippy-configuration';
import { commandLine } from '../../command/command-line';
import { findMissingTool } from '../../command/missing-tool';
import { CargoTestError } from '../../errors';
import { commandEnvironment } from '../../process/command-environment';
import { describeExit, type ProcessExit } from '../../process/process-exit';
import type { Command, SpawnSupervised, Supervision } from '../../process/supervise-group';
import { shellWord } from '../../shell-word';
import type { CargoOptions } from './options';
import type { SuccessCheck } from './success-check';

/** A command to run, and the world to do it in. */
export interface CommandRun {
  /** Absolute path of the Nx workspace. */
  readonly workspaceRoot: string;
  /** The package's folder, relative to it. */
  readonly packageFolder: string;
  /** For messages: `glommio:lint`. */
  readonly task: string;
  readonly options: CargoOptions;
  /** Whether to show how cargo is called. */
  readonly verbose: boolean;
  /** Environment of our own process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly run: RunProgram;
  readonly spawn: SpawnSupervised;
  readonly onOutput: Supervision['onOutput'];
  /** Opens what says whether Nx may keep a success; undefined where it does not keep it. */
  readonly openCheck: () => Promise<SuccessCheck | undefined>;
}

/**
 * Runs it to its end. What cargo writes is handed on as it comes.
 *
 * @throws {CargoTestError} `COMMAND_FAILED` unless it succeeded; `TOOL_MISSING` or
 *   `CARGO_NOT_FOUND` if what it needs is not installed; `UNSUPPORTED_HOST` for one
 *   that compiles, elsewhere than on Linux; and what {@link SuccessCheck.mustRunAgain} throws.
 */
export async function runCommand(world: CommandRun): Promise<void> {
  const { options, task, platform } = world;
  const { command } = options;
  if (COMMANDS[command].compiles && platform !== 'linux') {
    throw new CargoTestError(
      'UNSUPPORTED_HOST',
      `${task} compiles a crate for Linux and runs on Linux only for now, and this host is ${platform}`,
    );
  }
  const workingDirectory = resolve(world.workspaceRoot, options.cargoWorkspace);
  const environment = commandEnvironment(world.environment);
  const check = await world.openCheck();
  const args = argumentsOf(world, check, environment);
  if (world.verbose) world.onOutput('stdout', `cargo ${args.map(shellWord).join(' ')}\n`);
  for (let runs = 1; ; runs++) {
    const started = Date.now();
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
  { options, ...world }: CommandRun,
  check: SuccessCheck | undefined,
  environment: Readonly<Record<string, string>>,
): string[] {
  const packageFolder = resolve(world.workspaceRoot, world.packageFolder);
  const configuration =
    options.command === 'lint' ? clippyConfigurationArguments(packageFolder, environment) : [];
  const { forCargo = [], forTool = [] } = check?.arguments ?? {};
  const added = { forCargo, forTool: [...forTool, ...configuration] };
  return commandLine({ ...options, packageFolder, added });
}

/** What a check reads is kept back until the end. */
async function runOnce(
  { onOutput, spawn }: CommandRun,
  check: SuccessCheck | undefined,
  command: Command,
): Promise<{ exit: ProcessExit; stdout: string }> {
  let stdout = '';
  const child = spawn(command, {
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

async function failure(
  { options: { command, toolchain }, task, run }: CommandRun,
  exit: ProcessExit,
  workingDirectory: string,
  environment: Readonly<Record<string, string>>,
): Promise<CargoTestError> {
  const how = describeExit(exit);
  if (exit.type === 'notStarted') return new CargoTestError('CARGO_NOT_FOUND', `cargo ${how}`);
  const failed = {
    ...{ command, workingDirectory, environment },
    ...(toolchain === undefined ? {} : { toolchain }),
  };
  return (
    (await findMissingTool(failed, run)) ??
    new CargoTestError(
      'COMMAND_FAILED',
      `${task}: cargo ${COMMANDS[command].words[0]} ended with ${how}`,
    )
  );
}
