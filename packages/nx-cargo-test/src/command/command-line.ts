import { pathToFileURL } from 'node:url';
import { selectionArguments, type BuildTestsOptions } from '../build/build-options';
import { CargoTestError } from '../errors';
import { COMMANDS, type CargoCommand } from './cargo-command';

/** A command of cargo for one package. */
export interface CommandLine extends Omit<BuildTestsOptions, 'cargoWorkspace'> {
  readonly command: CargoCommand;
  /** Absolute path of the package's folder. */
  readonly packageFolder: string;
  /** The only bench to run; all of them without it. For the command `bench`. */
  readonly bench?: string;
  /** Toolchain of rustup. Default: the one that rustup chooses in the folder. */
  readonly toolchain?: string;
  /** Further arguments, as they would stand after the command: cargo's, then `--` and the tool's. */
  readonly args: readonly string[];
  /** The same from the command line; they follow after those of `args`. */
  readonly given: readonly string[];
  /** Arguments for the tool that are ours. Default: none. */
  readonly forTool?: readonly string[];
}

/**
 * The arguments for cargo.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` for an argument by which the command would
 *   be about something else than the target says.
 */
export function commandLine(line: CommandLine): string[] {
  const { words, compiles } = COMMANDS[line.command];
  const own = splitArguments(line.args);
  const given = splitArguments(line.given);
  const forTool = [...own.forTool, ...given.forTool, ...(line.forTool ?? [])];
  refuseArguments(line.command, [...own.forCargo, ...given.forCargo]);
  return [
    ...toolchainArguments(line.toolchain),
    ...words,
    ...benchArguments(line),
    ...['--package', packageArgument(line)],
    ...['--manifest-path', `${line.packageFolder}/Cargo.toml`],
    ...(compiles ? selectionArguments({ ...line, cargoWorkspace: '.' }) : []),
    ...own.forCargo,
    ...given.forCargo,
    ...(forTool.length === 0 ? [] : ['--', ...forTool]),
  ];
}

/** What chooses a toolchain of rustup, before all other arguments. */
export function toolchainArguments(toolchain: string | undefined): string[] {
  return toolchain === undefined ? [] : [`+${toolchain}`];
}

function benchArguments({ command, bench }: CommandLine): string[] {
  // Without a name cargo would start the unit tests' binary, too, which refuses the
  // arguments that benches understand.
  return command === 'bench' ? ['--bench', bench ?? '*'] : [];
}

/** A package of a registry may have the same name, so the folder is part of it where that is understood. */
function packageArgument({ command, package: name, packageFolder }: CommandLine): string {
  const knowsNamesOnly = !COMMANDS[command].compiles || command === 'coverage';
  return knowsNamesOnly ? name : `path+${pathToFileURL(packageFolder).href}#${name}`;
}

function splitArguments(args: readonly string[]): {
  readonly forCargo: readonly string[];
  readonly forTool: readonly string[];
} {
  const index = args.indexOf('--');
  return index === -1
    ? { forCargo: args, forTool: [] }
    : { forCargo: args.slice(0, index), forTool: args.slice(index + 1) };
}

/** Arguments by which another package would be meant than the target stands for, or all. */
const FOREIGN = ['-p', '--package', '--workspace', '--all', '--manifest-path', '--exclude'];

function refuseArguments(command: CargoCommand, args: readonly string[]): void {
  for (const argument of args) {
    const name = argument.split('=')[0] ?? '';
    if (FOREIGN.includes(name)) {
      throw refused(
        command,
        argument,
        'the target stands for its own package; run that of another project',
      );
    }
    if (command === 'lint' && name === '--fix') {
      throw refused(
        command,
        argument,
        'Nx would not fix what it takes from its cache; run `cargo clippy --fix` itself',
      );
    }
    if (command === 'lint' && name === '--message-format') {
      throw refused(command, argument, 'the plugin reads cargo’s messages to learn what was read');
    }
  }
}

function refused(command: CargoCommand, argument: string, why: string): CargoTestError {
  return new CargoTestError('INVALID_OPTIONS', `${command}: ${argument} is not passed on: ${why}`);
}
