import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProgramEnd } from '../cargo/run-program';
import { assertInputsCovered, type CoverageRequest } from './input-coverage';

let root: string;
beforeEach(() => (root = realpathSync(mkdtempSync(join(tmpdir(), 'coverage-')))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

function check(files: string[], variables: string[] = [], changes: Partial<CoverageRequest> = {}) {
  const read = (name: string) => ({ name, reader: 'demo' });
  return assertInputsCovered({
    inputs: {
      files: files.map(read),
      variables: variables.map((name) => ({ ...read(name), onlyElsewhere: false })),
    },
    workspaceRoot: root,
    covers: (file) => file.startsWith('crate/'),
    printedFiles: [join(root, 'Cargo.lock')],
    derivedFolders: ['/home/me/.cargo/registry'],
    targetFolder: join(root, 'target'),
    declaredVariables: ['DECLARED'],
    setVariables: new Set(['FROM_SCRIPT']),
    environment: {},
    // git says of every file whose name holds `ignored` that it is.
    run: ({ input }): Promise<ProgramEnd> => {
      const stdout = (input ?? '')
        .split('\0')
        .filter((file) => file.includes('ignored'))
        .join('\0');
      const code = stdout === '' ? 1 : 0;
      return Promise.resolve({ code, description: '', notFound: false, stdout, stderr: '' });
    },
    ...changes,
  });
}

test('covered, printed, derived and system files pass, and so do known variables', async () => {
  await expect(
    check(
      [
        join(root, 'crate/src/lib.rs'),
        join(root, 'Cargo.lock'),
        join(root, 'target/debug/build/demo-0123456789abcdef/out/x.rs'),
        join(root, 'target/debug/deps/artifact/tool-0123456789abcdef/bin/tool'),
        join(root, 'target/debug/deps/libother-0123456789abcdef.rlib'),
        '/usr/include/x.h',
      ],
      ['CARGO_PKG_NAME', 'OUT_DIR', 'DECLARED', 'FROM_SCRIPT', 'RUSTFLAGS', 'CARGO_BIN_EXE_tool'],
    ),
  ).resolves.toBeUndefined();
});

test.each([
  ['a file outside of the workspace', ['/elsewhere/data.txt'], [], '/elsewhere/data.txt'],
  ['a file that is no input', ['root.txt'], [], '{workspaceRoot}/<file>'],
  ['a file that git ignores', ['crate/ignored.rs'], [], '.gitignore'],
  ['a variable', [], ['GIT_HASH'], '"buildEnvironment": ["DECLARED","GIT_HASH"]'],
])('%s fails and says what to do', async (_, files, variables, advice) => {
  const absolute = files.map((file) => (file.startsWith('/') ? file : join(root, file)));
  await expect(check(absolute, variables)).rejects.toMatchObject({
    code: 'UNCOVERED_INPUT',
    message: expect.stringContaining(advice),
  });
});

test('variables that tell where programs are may be asked for by published packages alone', async () => {
  const asked = (onlyElsewhere: boolean) => ({
    inputs: { files: [], variables: [{ name: 'HOME', reader: 'demo', onlyElsewhere }] },
  });
  await expect(check([], [], asked(true))).resolves.toBeUndefined();
  await expect(check([], [], asked(false))).rejects.toMatchObject({ code: 'UNCOVERED_INPUT' });
});

test('what something else than this build put into the target folder fails, unless a runtime input prints it', async () => {
  const file = 'target/wasm32-unknown-unknown/release/program.wasm';
  const read = [join(root, file)];
  await expect(check(read)).rejects.toMatchObject({
    code: 'UNCOVERED_INPUT',
    message: expect.stringContaining('let a runtime input print'),
  });
  await expect(
    check(read, [], { covers: () => true, isPrinted: (each) => each === file }),
  ).resolves.toBeUndefined();
});

test('a workspace that lies below a folder of the system has neighbours that are none of it', async () => {
  const workspaceRoot = '/usr/src/app/workspace';
  await expect(check(['/usr/include/x.h'], [], { workspaceRoot })).resolves.toBeUndefined();
  await expect(check(['/usr/src/app/other.txt'], [], { workspaceRoot })).rejects.toMatchObject({
    code: 'UNCOVERED_INPUT',
  });
});

test('a file that only Nx ignores fails too', async () => {
  mkdirSync(join(root, 'crate'));
  writeFileSync(join(root, '.nxignore'), 'crate/*.gen\n');
  await expect(check([join(root, 'crate/a.gen')])).rejects.toMatchObject({
    code: 'UNCOVERED_INPUT',
  });
});
