import { realpathSync } from 'node:fs';
import { COMMANDS, type CargoCommand } from '../../command/cargo-command';
import { CargoTestError } from '../../errors';
import type { CargoOptions } from './options';

/** What says how output looks. */
const APPEARANCE = ['CARGO_TERM_COLOR', 'CARGO_TERM_QUIET', 'CARGO_TERM_VERBOSE', 'NO_COLOR'];

/** What the tool of a command reads. */
const OF_TOOLS: Readonly<Partial<Record<CargoCommand, readonly string[]>>> = {
  lint: ['CLIPPY_CONF_DIR'],
  miri: ['MIRIFLAGS'],
  coverage: ['LLVM_COV_FLAGS', 'LLVM_PROFDATA_FLAGS'],
};

/**
 * Variables of ours that a command gets in a guest, where they are set, beyond what every
 * build there gets.
 *
 * @param workspaceRoot Absolute path of the Nx workspace.
 * @param environment Environment of our own process.
 * @throws {CargoTestError} `INVALID_OPTIONS` for a configuration of clippy that the guest cannot see.
 */
export function forwardedVariables(
  { command, limaEnvironment }: CargoOptions,
  workspaceRoot: string,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  const { CLIPPY_CONF_DIR: folder = '' } = environment;
  const isSeen = folder === '' || `${folder}/`.startsWith(`${realpathSync(workspaceRoot)}/`);
  if (command === 'lint' && !isSeen) {
    throw new CargoTestError(
      'INVALID_OPTIONS',
      `CLIPPY_CONF_DIR is ${folder}, which lies outside of the Nx workspace, so the guest does not see it; put clippy.toml into the workspace, or unset the variable`,
    );
  }
  return [
    ...APPEARANCE,
    ...(OF_TOOLS[command] ?? []),
    ...(COMMANDS[command].runsCode === true ? limaEnvironment : []),
  ];
}
