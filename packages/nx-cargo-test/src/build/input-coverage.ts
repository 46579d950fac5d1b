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
  /** Whether a runtime input names a file, relative to the Nx workspace root. Default: none. */
  readonly isPrinted?: (file: string) => boolean;
  /** Absolute folders whose content follows from the rest: what build scripts write to, registry, toolchain. */
  readonly derivedFolders: readonly string[];
  /** Cargo's target folder, where content follows from the rest that cargo, or a build script, puts there. */
  readonly targetFolder?: string;
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
  const { workspaceRoot, covers, printedFiles, isPrinted, targetFolder } = request;
  const { target = 'build-tests' } = request;
  // What lies in the target folder is no input, and git ignores it as a rule.
  const unhashed: string[] = [];
  const outside: string[] = [];
  const undeclared: string[] = [];
  const covered: { path: string; reader: string }[] = [];
  for (const input of request.inputs.files) {
    const file = realPath(input.name);
    if (isDerived(file, request) || isDerived(input.name, request)) continue;
    if (printedFiles.includes(input.name) || printedFiles.includes(file)) continue;
    const path = relative(workspaceRoot, file);
    if (isPrinted?.(path) === true) continue;
    if (path.startsWith('..')) {
      if (!isOfSystem(file, workspaceRoot)) outside.push(line(input));
    } else if (targetFolder !== undefined && isInside(file, [targetFolder])) {
      unhashed.push(`  ${path} (read by ${input.reader})`);
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
      'files that git or Nx ignores, so that Nx does not hash them; write them to OUT_DIR, stop ignoring them in .gitignore or .nxignore, ' +
        `or let a runtime input print their content: "${target}": {"inputs": ["...", {"runtime": "cat <file>"}]}:`,
      [...unhashed, ...ignored.map((path) => `  ${path} (read by ${readers.get(path)})`)],
    ),
  ].filter((text) => text !== '');
}

/** Whether a file follows from what is covered. */
export function isDerived(
  file: string,
  { derivedFolders, targetFolder }: Pick<CoverageRequest, 'derivedFolders' | 'targetFolder'>,
): boolean {
  if (isInside(file, derivedFolders)) return true;
  return (
    targetFolder !== undefined &&
    isInside(file, [targetFolder]) &&
    MADE_BY_CARGO.test(relative(targetFolder, file))
  );
}

/** What build scripts write, libraries, and programs that a package depends on. */
const MADE_BY_CARGO =
  /(?:^|\/)build\/(?:.+\/)?out(?:\/|$)|(?:^|\/)deps\/(?:artifact\/|[^/]+\.(?:rlib|rmeta|so|a)$)/;

/**
 * Whether a file is one of the system's own. A workspace may lie below such a folder
 * itself, as in images for containers: then its neighbours are none.
 */
function isOfSystem(file: string, workspaceRoot: string): boolean {
  const beginning = (path: string): string =>
    path
      .split('/')
      .slice(0, path.startsWith('/usr/local/') ? 4 : 3)
      .join('/');
  return isInside(file, SYSTEM_FOLDERS) && beginning(file) !== beginning(workspaceRoot);
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
