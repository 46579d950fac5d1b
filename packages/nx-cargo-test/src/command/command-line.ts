import { pathToFileURL } from 'node:url';
import { selectionArguments, type BuildTestsOptions } from '../build/build-options';
import { COMMANDS, type CargoCommand } from './cargo-command';

/** A command of cargo for one package. */
export interface CommandLine extends Omit<BuildTestsOptions, 'cargoWorkspace'> {
  readonly command: CargoCommand;
  /** Absolute path of the package's folder. */
  readonly packageFolder: string;
  /** The benches to run. Default: all that there are. For the command `bench`. */
  readonly benches?: readonly string[];
  /** Toolchain of rustup. Default: the one that rustup chooses in the folder. */
  readonly toolchain?: string;
  /** Further arguments, as they would stand after the command: cargo's, then `--` and the tool's. */
  readonly args: readonly string[];
  /** The same from the command line; they follow after those of `args`. */
  readonly given: readonly string[];
  /** Arguments that are ours. Default: none. */
  readonly added?: { readonly forCargo: readonly string[]; readonly forTool: readonly string[] };
}

/** The arguments for cargo. */
export function commandLine(line: CommandLine): string[] {
  const { words, compiles } = COMMANDS[line.command];
  const own = splitArguments(line.args);
  const given = splitArguments(line.given);
  const { added = { forCargo: [], forTool: [] } } = line;
  const forTool = [...own.forTool, ...given.forTool, ...added.forTool];
  return [
    ...toolchainArguments(line.toolchain),
    ...words,
    ...benchArguments(line),
    ...['--package', packageArgument(line)],
    ...['--manifest-path', `${line.packageFolder}/Cargo.toml`],
    ...(compiles ? selectionArguments({ ...line, cargoWorkspace: '.' }) : []),
    ...own.forCargo,
    ...given.forCargo,
    ...added.forCargo,
    ...(forTool.length === 0 ? [] : ['--', ...forTool]),
  ];
}

/** What chooses a toolchain of rustup, before all other arguments. */
export function toolchainArguments(toolchain: string | undefined): string[] {
  return toolchain === undefined ? [] : [`+${toolchain}`];
}

function benchArguments({ command, benches = ['*'] }: CommandLine): string[] {
  // Without a name cargo would start the unit tests' binary, too, which refuses the
  // arguments that benches understand.
  return command === 'bench' ? benches.flatMap((name) => ['--bench', name]) : [];
}

/** A package of a registry may have the same name, so the folder is part of it where that is understood. */
function packageArgument({ command, package: name, packageFolder }: CommandLine): string {
  const knowsNamesOnly = !COMMANDS[command].compiles || command === 'coverage';
  return knowsNamesOnly ? name : `path+${pathToFileURL(packageFolder).href}#${name}`;
}

/** Takes arguments apart at the first `--`. */
export function splitArguments(args: readonly string[]): {
  readonly forCargo: readonly string[];
  readonly forTool: readonly string[];
} {
  const index = args.indexOf('--');
  return index === -1
    ? { forCargo: args, forTool: [] }
    : { forCargo: args.slice(0, index), forTool: args.slice(index + 1) };
}
