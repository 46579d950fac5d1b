import { resolve } from 'node:path';
import type { RunProgram } from '../../cargo/run-program';
import { COMMANDS } from '../../command/cargo-command';
import { clippyConfigurationArguments } from '../../command/clippy-configuration';
import { commandLine } from '../../command/command-line';
import { findMissingTool } from '../../command/missing-tool';
import { CargoTestError } from '../../errors';
import { commandEnvironment } from '../../process/command-environment';
import { describeExit } from '../../process/process-exit';
import type { SpawnSupervised, Supervision } from '../../process/supervise-group';
import { shellWord } from '../../shell-word';
import type { CargoOptions } from './options';

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
}

/**
 * Runs it to its end. What cargo writes is handed on as it comes.
 *
 * @throws {CargoTestError} `COMMAND_FAILED` unless it succeeded; `TOOL_MISSING` or
 *   `CARGO_NOT_FOUND` if what it needs is not installed; `UNSUPPORTED_HOST` for one
 *   that compiles, elsewhere than on Linux.
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
  const packageFolder = resolve(world.workspaceRoot, world.packageFolder);
  const forTool =
    command === 'lint' ? clippyConfigurationArguments(packageFolder, environment) : [];
  const args = commandLine({ ...options, packageFolder, forTool });
  if (world.verbose) world.onOutput('stdout', `cargo ${args.map(shellWord).join(' ')}\n`);
  const child = world.spawn(
    { file: 'cargo', args, workingDirectory, environment },
    { onOutput: world.onOutput },
  );
  const { exit } = await child.ended;
  if (exit.type === 'code' && exit.code === 0) return;
  const how = describeExit(exit);
  if (exit.type === 'notStarted') throw new CargoTestError('CARGO_NOT_FOUND', `cargo ${how}`);
  const { toolchain } = options;
  const failed = {
    command,
    workingDirectory,
    environment,
    ...(toolchain === undefined ? {} : { toolchain }),
  };
  throw (
    (await findMissingTool(failed, world.run)) ??
    new CargoTestError(
      'COMMAND_FAILED',
      `${task}: cargo ${COMMANDS[command].words[0]} ended with ${how}`,
    )
  );
}
