import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Link, LinkedFile } from '../linked-program';

const run = promisify(execFile);

/** Sources that make one test binary. */
export interface TestProgram {
  /** Files by their path; `main.rs` is the root of the crate under test. */
  readonly files: Readonly<Record<string, string>>;
  /** Crates that it uses, in the order in which they are compiled: name to root file. */
  readonly crates?: Readonly<Record<string, string>>;
  /** Those of `crates` that are no part of the workspace. Default: none. */
  readonly foreignCrates?: readonly string[];
  /** C sources: each becomes a static library `lib<name>.a` that is linked by `-l static=<name>`. */
  readonly libraries?: Readonly<Record<string, string>>;
  /** Further flags for `cc -c`. */
  readonly cFlags?: readonly string[];
  /** Further flags for rustc, of the crate under test only. */
  readonly flags?: readonly string[];
  /** Default: 0. */
  readonly optLevel?: 0 | 3;
}

/** A compiled and linked test binary. */
export interface CompiledProgram {
  readonly executable: string;
  /** Reads what was linked; nothing of it stays in memory. */
  readonly readLink: () => Link;
  readonly tests: readonly string[];
}

const toolchain = {
  ...process.env,
  RUSTUP_TOOLCHAIN: process.env['OBJECT_GRAPH_TOOLCHAIN'] ?? 'stable',
};
const workspace = mkdtempSync(join(tmpdir(), 'object-graph-'));
const compiled = new Map<string, Promise<CompiledProgram>>();
const contents = new Map<string, Uint8Array>();
let running = 0;
const waiting: (() => void)[] = [];

/** Removes all that was compiled; to be called when a spec file ends. */
export function removeCompiledPrograms(): void {
  rmSync(workspace, { recursive: true, force: true });
}

/** Compiles and links a test binary, each distinct one once, two at a time. */
export function compileProgram(program: TestProgram): Promise<CompiledProgram> {
  const key = createHash('sha256').update(JSON.stringify(program)).digest('hex').slice(0, 16);
  let result = compiled.get(key);
  if (result === undefined) {
    result = oneOfTwo(() => compile(program, join(workspace, key)));
    compiled.set(key, result);
  }
  return result;
}

/** Runs all tests of a compiled program one after the other; their outcomes (`ok`, `FAILED`, `ignored`) by name. */
export async function runTests({ executable }: CompiledProgram): Promise<Map<string, string>> {
  const failed = (error: { stdout: string }) => error;
  const { stdout } = await run(executable, ['--test-threads=1']).catch(failed);
  return new Map(
    [...stdout.matchAll(/^test (\S+)(?: - should panic)? \.\.\. (\w+)/gm)].map((match) => [
      match[1]!,
      match[2]!,
    ]),
  );
}

async function oneOfTwo<T>(task: () => Promise<T>): Promise<T> {
  if (running >= 2) await new Promise<void>((resume) => waiting.push(resume));
  running++;
  try {
    return await task();
  } finally {
    running--;
    waiting.shift()?.();
  }
}

async function compile(program: TestProgram, folder: string): Promise<CompiledProgram> {
  const capture = join(folder, 'capture');
  mkdirSync(capture, { recursive: true });
  for (const [path, text] of Object.entries(program.files)) writeFileSync(join(folder, path), text);
  const options = { cwd: folder, env: toolchain, maxBuffer: 1 << 26 };
  const optLevel = program.optLevel ?? 0;
  const common = [
    '--edition=2021',
    `-Copt-level=${optLevel}`,
    ...(optLevel === 0 ? ['-Coverflow-checks=on'] : []),
    '-Awarnings',
    '-L.',
  ];
  const externs: string[] = [];
  for (const [name, file] of Object.entries(program.crates ?? {})) {
    await run(
      'rustc',
      [
        ...common,
        '--crate-type=rlib',
        `--crate-name=${name}`,
        '-Ccodegen-units=4',
        ...externs,
        file,
      ],
      options,
    );
    externs.push(`--extern=${name}=lib${name}.rlib`);
  }
  const libraries: string[] = [];
  for (const [name, file] of Object.entries(program.libraries ?? {})) {
    await run(
      'cc',
      ['-c', `-O${optLevel === 0 ? 0 : 2}`, ...(program.cFlags ?? []), '-o', `${name}.o`, file],
      options,
    );
    await run('ar', ['crs', `lib${name}.a`, `${name}.o`], options);
    libraries.push(`-lstatic:-bundle=${name}`);
  }
  // rustc removes some of the linker's inputs right after the link, so a linker of ours keeps them.
  const linker = join(folder, 'linker');
  writeFileSync(linker, LINKER, { mode: 0o755 });
  await run(
    'rustc',
    [
      ...common,
      '--test',
      '--crate-name=sample',
      `-Clinker=${linker}`,
      '-Cstrip=debuginfo',
      ...externs,
      ...libraries,
      ...(program.flags ?? []),
      '-o',
      'sample',
      'main.rs',
    ],
    { ...options, env: { ...toolchain, CAPTURE: capture } },
  );
  const executable = join(folder, 'sample');
  const { stdout } = await run(executable, ['--list', '--format', 'terse'], options);
  const tests = stdout
    .split('\n')
    .flatMap((line) => (line.endsWith(': test') ? [line.slice(0, -6)] : []));
  const readLink = () => ({
    files: linkedFiles(capture, folder, optLevel > 0, program.foreignCrates ?? []),
    executable: readFileSync(executable),
  });
  return { executable, tests, readLink };
}

const LINKER = `#!/bin/sh
n=1000
for argument in "$@"; do
  case $argument in
    *.o) ln "$argument" "$CAPTURE/$n.o"; echo "$CAPTURE/$n.o" ;;
    *.rlib|*.a|-l*|-L*) echo "$argument" ;;
  esac
  n=$((n + 1))
done > "$CAPTURE/inputs"
exec cc "$@"
`;

function linkedFiles(
  capture: string,
  folder: string,
  optimized: boolean,
  foreignCrates: readonly string[],
): LinkedFile[] {
  const foreign = new Set(foreignCrates.map((name) => `lib${name}.rlib`));
  const inputs = readFileSync(join(capture, 'inputs'), 'utf8').trim().split('\n');
  const files: LinkedFile[] = [];
  for (const input of inputs) {
    if (input.startsWith('-L')) continue;
    const path = input.startsWith('-l')
      ? join(folder, `lib${input.slice(2).replace(/^:?/, '')}.a`)
      : input;
    if (!existsSync(path)) continue;
    const isStandard = path.includes('/rustlib/');
    let bytes = contents.get(path);
    if (bytes === undefined) {
      bytes = readFileSync(path);
      if (isStandard) contents.set(path, bytes);
    }
    const name = basename(path);
    files.push({
      name,
      bytes,
      optimized: optimized || isStandard,
      isStandard,
      isWorkspace: !isStandard && !foreign.has(name),
    });
  }
  return files;
}

/** Compiles a C source to one object. */
export async function compileC(source: string, flags: readonly string[] = []): Promise<Uint8Array> {
  const folder = mkdtempSync(join(workspace, 'c-'));
  writeFileSync(join(folder, 'a.c'), source);
  await run('cc', ['-c', '-o', 'a.o', ...flags, 'a.c'], { cwd: folder });
  return readFileSync(join(folder, 'a.o'));
}
