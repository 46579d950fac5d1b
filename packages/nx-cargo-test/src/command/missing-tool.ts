import type { RunProgram } from '../cargo/run-program';
import { CargoTestError } from '../errors';
import { COMMANDS, type CargoCommand } from './cargo-command';
import { toolchainArguments } from './command-line';

/** A command that failed, and where. */
export interface FailedCommand {
  readonly command: CargoCommand;
  readonly toolchain?: string;
  /** Absolute path of the folder that cargo was started in. */
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Name of the Lima instance in whose guest it ran. Default: it ran on this machine. */
  readonly instance?: string;
}

/**
 * Finds out whether a command failed because something is not installed. To ask
 * before each run would cost every run a process or two.
 *
 * @returns `TOOL_MISSING` with the command that installs it, or `undefined` if all is there.
 */
export async function findMissingTool(
  { command, toolchain, workingDirectory, environment, instance }: FailedCommand,
  run: RunProgram,
): Promise<CargoTestError | undefined> {
  const prefix = toolchainArguments(toolchain);
  const answers = async (args: readonly string[]): Promise<boolean> => {
    const end = await run({
      file: 'cargo',
      args: [...prefix, ...args],
      workingDirectory,
      environment,
    });
    return end.code === 0;
  };
  const missing = (what: string, install: string, note?: string): CargoTestError =>
    new CargoTestError(
      'TOOL_MISSING',
      `${what}; install it${instance === undefined ? '' : ` in the Lima instance ${instance}`} with \`${install}\`${note === undefined ? '' : ` (${note})`}`,
    );
  const { tool } = COMMANDS[command];
  if (tool !== undefined && (await answers(tool.probe))) return undefined;
  if (toolchain !== undefined && !(await answers(['--version']))) {
    return missing(
      `cargo +${toolchain} does not work here`,
      `rustup toolchain install ${toolchain}`,
      'a toolchain is chosen by the cargo of rustup, https://rustup.rs, which must be the one in the PATH',
    );
  }
  if (tool === undefined) return undefined;
  const { name, from } = tool;
  if (from.kind === 'crate')
    return missing(`${name} is not installed`, `cargo install ${from.crate}`);
  const option = toolchain === undefined ? '' : ` --toolchain ${toolchain}`;
  return missing(
    `${name} is not installed${toolchain === undefined ? '' : ` for the toolchain ${toolchain}`}`,
    `rustup component add ${from.component}${option}`,
    from.component === 'miri' ? 'only nightly toolchains have it' : undefined,
  );
}
