import { realpathSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import type { RunProgram } from '../cargo/run-program';
import { CargoTestError } from '../errors';
import { isCoveredBuildVariable } from './build-environment';
import type { BuildInput, BuildInputs } from './build-inputs';
import type { CoversFile } from './fileset';
import { ignoredFiles } from './ignored-files';

/** What the key of `build-tests` covers, and what needs no covering. */
export interface CoverageRequest {
  readonly inputs: BuildInputs;
  /** Absolute path of the Nx workspace. */
  readonly workspaceRoot: string;
  readonly covers: CoversFile;
  /** Name of the target that is cached, for messages. Default: `build-tests`. */
  readonly target?: string;
  /** Files whose content a runtime input prints, absolute, so that git may ignore them. */
  readonly printedFiles: readonly string[];
  /** Absolute folders whose content follows from the rest: cargo's target folder, registry, toolchain. */
  readonly derivedFolders: readonly string[];
  /** The option `buildEnvironment`. */
  readonly declaredVariables: readonly string[];
  /** Variables that cargo's `[env]` and build scripts set. */
  readonly setVariables: ReadonlySet<string>;
  readonly environment: Readonly<Record<string, string>>;
  readonly run: RunProgram;
}

/**
 * Checks that everything that a build read is in the key under which Nx caches
 * it: an uncovered file or variable could change without the build being run again.
 *
 * @throws {CargoTestError} `UNCOVERED_INPUT` naming each, with what to do.
 */
export async function assertInputsCovered(request: CoverageRequest): Promise<void> {
  const complaints = [...(await uncoveredFiles(request)), ...uncoveredVariables(request)];
  if (complaints.length === 0) return;
  throw new CargoTestError(
    'UNCOVERED_INPUT',
    `the build read what its inputs do not cover, so a change there would go unnoticed:\n\n${complaints.join('\n\n')}`,
  );
}

async function uncoveredFiles(request: CoverageRequest): Promise<string[]> {
  const { workspaceRoot, derivedFolders, covers, printedFiles, target = 'build-tests' } = request;
  const outside: string[] = [];
  const undeclared: string[] = [];
  const covered: { path: string; reader: string }[] = [];
  for (const input of request.inputs.files) {
    const file = realPath(input.name);
    if (isInside(file, derivedFolders) || isInside(input.name, derivedFolders)) continue;
    if (printedFiles.includes(input.name) || printedFiles.includes(file)) continue;
    const path = relative(workspaceRoot, file);
    if (path.startsWith('..')) {
      if (!isInside(file, SYSTEM_FOLDERS)) outside.push(line(input));
    } else if (!covers(path)) undeclared.push(`  ${path} (read by ${input.reader})`);
    else covered.push({ path, reader: input.reader });
  }
  const ignored = await ignoredFiles(
    request,
    covered.map(({ path }) => path),
  );
  const readers = new Map(covered.map(({ path, reader }) => [path, reader]));
  return [
    section('files outside of the Nx workspace; move them into it:', outside),
    section(
      `files that are no input of the target ${target}; add them in project.json or nx.json as ` +
        `"${target}": {"inputs": ["...", "{workspaceRoot}/<file>"]}:`,
      undeclared,
    ),
    section(
      'files that git or Nx ignores, so that Nx does not hash them; write them to OUT_DIR, or stop ignoring them in .gitignore or .nxignore:',
      ignored.map((path) => `  ${path} (read by ${readers.get(path)})`),
    ),
  ].filter((text) => text !== '');
}

/**
 * The system's own headers and libraries. Their versions come with the compiler's,
 * and no Nx input can name them.
 */
const SYSTEM_FOLDERS = ['/usr', '/lib', '/lib64', '/opt', '/nix/store', '/dev', '/proc', '/sys'];

function uncoveredVariables(request: CoverageRequest): string[] {
  const missing = request.inputs.variables
    .filter(({ name, onlyElsewhere }) => !isSetByCargo(name) && !(onlyElsewhere && isPlace(name)))
    .filter(({ name }) => !request.setVariables.has(name))
    .filter(({ name }) => !isCoveredBuildVariable(name, request.declaredVariables));
  if (missing.length === 0) return [];
  const names = [...new Set([...request.declaredVariables, ...missing.map(({ name }) => name)])];
  return [
    section(
      `environment variables; set the plugin's option in nx.json: "buildEnvironment": ${JSON.stringify(names.sort())}`,
      missing.map(line),
    ),
  ];
}

/** Variables that cargo sets itself from what is covered, for rustc or for build scripts. */
function isSetByCargo(name: string): boolean {
  return (
    /^(CARGO_(PKG|BIN|CFG|FEATURE|MANIFEST)_|DEP_|LIB_)/.test(name) ||
    [
      ...['CARGO', 'OUT_DIR', 'TARGET', 'HOST', 'PROFILE', 'OPT_LEVEL', 'DEBUG', 'NUM_JOBS'],
      ...['RUSTC', 'RUSTDOC', 'RUSTC_LINKER', 'CARGO_CRATE_NAME', 'CARGO_PRIMARY_PACKAGE'],
      ...[
        'CARGO_TARGET_TMPDIR',
        'CARGO_ENCODED_RUSTFLAGS',
        'CARGO_MAKEFLAGS',
        'CARGO_MANIFEST_DIR',
      ],
    ].includes(name)
  );
}

/**
 * Whether a variable only tells where programs and files are. What published
 * packages look for there, compilers above all, is covered by other means; code
 * of one's own may compile the path itself in.
 */
function isPlace(name: string): boolean {
  return ['PATH', 'HOME', 'TMPDIR', 'CARGO_HOME', 'CARGO_TARGET_DIR'].includes(name);
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}\n${[...new Set(lines)].sort().join('\n')}`;
}

function line({ name, reader }: BuildInput): string {
  return `  ${name} (read by ${reader})`;
}

function isInside(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => file === folder || file.startsWith(`${folder}/`));
}

function realPath(file: string): string {
  return statSync(file, { throwIfNoEntry: false }) === undefined ? file : realpathSync(file);
}
