import { CLIPPY_FILES } from '../command/clippy-configuration';
import { toolchainArguments } from '../command/command-line';
import { guestToolchainCommand } from '../lima/guest-toolchain-command';
import { shellWord } from '../shell-word';
import { foldersUpward, workspacePath, type Input } from './build-inputs';

/** Commands whose result is kept: they judge sources and leave nothing behind. */
export const CACHED_COMMANDS = ['lint', 'fmt-check'] as const;
export type CachedCommand = (typeof CACHED_COMMANDS)[number];

/** Name that the inputs of `build-tests` have in the project, where several targets use them. */
export const BUILD_INPUT = 'cargoBuild';

/** A command of which the inputs are asked for. Folders are relative to the Nx workspace root. */
export interface CommandInputRequest {
  readonly command: CachedCommand;
  readonly cargoWorkspace: string;
  readonly packageFolder: string;
  readonly toolchain?: string | undefined;
  /** Name of the Lima instance that runs it. Default: this machine does. */
  readonly guest?: string | undefined;
}

/**
 * The inputs of a command: those of the build, its tool, and the files that configure the tool.
 *
 * @param request.build Inputs of the build. Default: the named input of the project.
 */
export function commandInputs(
  request: CommandInputRequest & {
    readonly buildEnvironment: readonly string[];
    readonly build?: readonly Input[];
  },
): readonly Input[] {
  const { packageFolder, command, guest, buildEnvironment, build = [BUILD_INPUT] } = request;
  // What lies in the package's folder is among the inputs of the build.
  const [, ...above] = foldersUpward(packageFolder);
  const configuration = above.flatMap((folder) =>
    TOOLS[command].configuration.map((name) => workspacePath(folder, name)),
  );
  return [
    ...build,
    ...configuration,
    { runtime: describeTool(request) },
    ...(guest === undefined ? [] : [{ runtime: guestToolchainCommand(guest, buildEnvironment) }]),
    { externalDependencies: [] },
  ];
}

interface ToolFacts {
  readonly version: string;
  /** Files that it looks for in the package's folder and in all above it. */
  readonly configuration: readonly string[];
  /** Others, as words of a POSIX shell. */
  readonly elsewhere: readonly string[];
}

const TOOLS: Readonly<Record<CachedCommand, ToolFacts>> = {
  lint: {
    version: 'clippy --version',
    configuration: CLIPPY_FILES,
    elsewhere: CLIPPY_FILES.map((name) => `"$CLIPPY_CONF_DIR/${name}"`),
  },
  'fmt-check': {
    version: 'fmt --version',
    configuration: ['rustfmt.toml', '.rustfmt.toml'],
    elsewhere: [
      '"$HOME"',
      '"${XDG_CONFIG_HOME:-$HOME/.config}/rustfmt"',
      '"$HOME/Library/Application Support/rustfmt"',
    ].flatMap((folder) => ['rustfmt.toml', '.rustfmt.toml'].map((name) => `${folder}/${name}`)),
  },
};

/**
 * A POSIX shell command that prints what a command depends on besides the inputs of the
 * build: the versions of its toolchain and its tool, and configuration that git may
 * ignore or that lies outside of the Nx workspace. It prints no path of this machine. Of
 * what a guest runs, only the configuration; the guest tells of its tools itself.
 */
export function describeTool({
  command,
  cargoWorkspace,
  packageFolder,
  toolchain,
  guest,
}: CommandInputRequest): string {
  const { version, configuration, elsewhere } = TOOLS[command];
  const chosen = toolchainArguments(toolchain)
    .map((argument) => ` ${shellWord(argument)}`)
    .join('');
  const files = configuration.map((name) => `"$d/${name}"`).join(' ');
  const tools = [
    ...(toolchain === undefined ? [] : [`rustc${chosen} -vV 2>&1`, `cargo${chosen} -V 2>&1`]),
    `cargo${chosen} ${version} 2>&1`,
  ];
  return [
    `r=$PWD; cd ${shellWord(cargoWorkspace)} 2>&1`,
    ...(guest === undefined ? tools : [`echo 'the guest ${guest}'`]),
    'show() { if [ -f "$2" ]; then echo "== $1 ${2##*/}"; cat "$2" 2>&1; fi; }',
    `cd "$r" 2>&1; cd ${shellWord(packageFolder)} 2>&1`,
    'd=$PWD; n=0',
    `while :; do for f in ${files}; do show "$n" "$f"; done; [ -n "$d" ] || break; d=\${d%/*}; n=$((n+1)); done`,
    `for f in ${elsewhere.join(' ')}; do show home "$f"; done`,
    'true',
  ].join('; ');
}
