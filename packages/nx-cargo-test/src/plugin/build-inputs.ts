import type { TargetConfiguration } from '@nx/devkit';
import { posix } from 'node:path';
import { printBuildEnvironment } from '../build/build-environment';
import { configurationFiles } from '../cargo/configuration-files';
import { pluginVersion } from '../disk-cache';
import { MANIFEST_SCHEMA } from '../fingerprint/manifest';
import { guestToolchainCommand } from '../lima/guest-toolchain-command';
import { instanceCommand } from '../lima/instance-command';

/** One entry of a target's `inputs`. */
export type Input = NonNullable<TargetConfiguration['inputs']>[number];

/** What `build-tests` of a package reads. Folders are relative to the Nx workspace root. */
export interface BuildInputRequest {
  readonly cargoWorkspace: string;
  readonly packageFolder: string;
  /** Folders of the package and of its path dependencies. */
  readonly sourceFolders: readonly string[];
  /** Folders that cargo writes to, left out of the sources. */
  readonly targetFolders: readonly string[];
  readonly buildEnvironment: readonly string[];
  /** Name of the Lima instance that builds. Default: this machine does. */
  readonly guest?: string;
}

/**
 * The inputs of `build-tests`: every file and variable that can change what is
 * compiled. Files are named from the workspace root, because `{projectRoot}`
 * leaves out the folders of projects inside the project.
 */
export function buildInputs(request: BuildInputRequest): readonly Input[] {
  const { cargoWorkspace, packageFolder, sourceFolders, targetFolders } = request;
  const all = new Set(sourceFolders);
  const outermost = sourceFolders.filter(
    (folder) => !foldersUpward(folder).some((other) => other !== folder && all.has(other)),
  );
  const sources = outermost.map((folder) => workspacePath(folder, '**/*'));
  const written = targetFolders
    // A target folder around a package would take the package's own source away.
    .filter((folder) => !sourceFolders.some((source) => contains(folder, source)))
    .filter((folder) => outermost.some((source) => contains(source, folder)))
    .map((folder) => `!${workspacePath(folder, '**/*')}`);
  const rootFiles = ['Cargo.toml', 'Cargo.lock'].map((name) => workspacePath(cargoWorkspace, name));
  const configuration = [...new Set([packageFolder, cargoWorkspace].flatMap(foldersUpward))]
    // `nx affected` compares every changed file with every pattern, and these are among the sources.
    .filter((folder) => !outermost.some((source) => contains(source, folder)))
    .flatMap((folder) => configurationFiles.map((name) => workspacePath(folder, name)));
  return [
    ...sources,
    ...written,
    ...rootFiles,
    ...configuration.sort(),
    ...toolInputs(request),
    { externalDependencies: [] },
  ];
}

/** This machine need have no Rust toolchain for what a guest builds. */
function toolInputs({ cargoWorkspace, buildEnvironment, guest }: BuildInputRequest): Input[] {
  if (guest === undefined)
    return [{ runtime: describeToolchain(cargoWorkspace, buildEnvironment) }];
  return [
    { runtime: describeSurroundings(cargoWorkspace, buildEnvironment) },
    { runtime: instanceCommand(guest) },
    { runtime: guestToolchainCommand(guest, buildEnvironment) },
  ];
}

/**
 * A POSIX shell command that prints what a build depends on besides the files
 * that Nx sees: the tools' versions, the environment, and Cargo.lock and the
 * configuration files, which git may ignore or which lie outside of the Nx
 * workspace. It prints no path, so that two checkouts print the same.
 */
export function describeToolchain(
  cargoWorkspace: string,
  buildEnvironment: readonly string[],
): string {
  const tools = ['rustc -vV 2>&1', 'cargo -V 2>&1', '${CC:-cc} --version 2>&1 | head -n 2'];
  return describeSurroundings(cargoWorkspace, buildEnvironment, tools);
}

/** @param tools Commands that print their versions. */
function describeSurroundings(
  cargoWorkspace: string,
  buildEnvironment: readonly string[],
  tools: readonly string[] = [],
): string {
  const files = configurationFiles.map((name) => `"$d/${name}"`).join(' ');
  return [
    `cd ${quote(cargoWorkspace)} 2>&1`,
    ...tools,
    'show() { if [ -f "$2" ]; then echo "== $1 ${2##*/}"; cat "$2" 2>&1; fi; }',
    'show lock Cargo.lock',
    'd=$PWD; n=0',
    `while :; do for f in ${files}; do show "$n" "$f"; done; [ -n "$d" ] || break; d=\${d%/*}; n=$((n+1)); done`,
    'h=${CARGO_HOME:-$HOME/.cargo}',
    'show home "$h/config.toml"; show home "$h/config"',
    // Nx hashes files, and follows no link to a folder.
    SHOW_LINKED_FOLDERS,
    printBuildEnvironment(buildEnvironment),
    // What another version made must not come from a cache: modules might not read it, and
    // a fingerprint is no better than the algorithm that took it.
    `echo 'nx-cargo-test ${pluginVersion()}, manifest ${MANIFEST_SCHEMA}'`,
    'true',
  ].join('; ');
}

/** Prints where symbolic links to folders lead, of those that git knows below the working directory. */
const SHOW_LINKED_FOLDERS =
  'git -c core.quotePath=off ls-files -s 2>/dev/null | sed -n "s/^120000 [^\t]*\t//p" | ' +
  'while IFS= read -r l; do if [ -d "$l" ]; then echo "link $l $(readlink "$l")"; fi; done';

/** `{workspaceRoot}/folder/rest`, without a `.` for the root. */
export function workspacePath(folder: string, rest = ''): string {
  return `{workspaceRoot}/${posix.join(folder, rest)}`.replace(/\/\.?$/, '');
}

/** Whether a path holds characters that Nx would take for a pattern. */
export function hasGlobCharacters(path: string): boolean {
  return /[[\]{}()*?!|\\]/.test(path);
}

function contains(folder: string, inner: string): boolean {
  return folder === '.' || inner === folder || inner.startsWith(`${folder}/`);
}

/** A folder relative to the Nx workspace root, and all above it. */
export function foldersUpward(folder: string): readonly string[] {
  return folder === '.' ? ['.'] : [folder, ...foldersUpward(posix.dirname(folder))];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
