import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLinkerShim } from './linker-shim';
import { CAPTURE_VARIABLE } from './linker-shim-script';
import { listCaptures, readCapture } from './read-capture';

// A linker that writes its arguments into the output and removes its temporary inputs, as rustc would.
const FAKE_LINKER = `#!/bin/sh
[ -n "$FAKE_STATUS" ] && exit "$FAKE_STATUS"
previous=
for argument; do [ "$previous" = -o ] && output=$argument; previous=$argument; done
[ -n "$output" ] && printf '%s\\n' "$PATH" "$@" >"$output"
exit 0
`;

let folder: string;
let shimParent: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linker shim '));
  shimParent = join(folder, 'target');
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'links'));
  executable('bin/cc', FAKE_LINKER);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function executable(name: string, content: string): void {
  writeFileSync(join(folder, name), content);
  chmodSync(join(folder, name), 0o755);
}

function file(name: string, content = name): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

async function link(args: readonly string[], environment: Record<string, string> = {}) {
  const searchPath = `${join(folder, 'bin')}:${process.env['PATH']}`;
  const shim = await writeLinkerShim(shimParent, ['cc'], searchPath);
  const end = spawnSync(join(shim.folder, 'cc'), args, {
    cwd: folder,
    encoding: 'utf8',
    env: {
      PATH: `${shim.folder}:${searchPath}`,
      CARGO_CRATE_NAME: 'demo',
      [CAPTURE_VARIABLE]: join(folder, 'links'),
      ...environment,
    },
  });
  return { ...end, records: await listCaptures(join(folder, 'links')) };
}

test('a link leaves a record that outlives its inputs', async () => {
  const object = file('deps/demo.o');
  const archive = file('deps/libother.rlib');
  const output = join(folder, 'deps/demo');
  const { status, records } = await link([
    object,
    '-Wl,-Bstatic',
    archive,
    '-lc',
    '-o',
    output,
    '-pie',
  ]);
  expect(status).toBe(0);
  rmSync(object);
  const captured = await readCapture(records[0]!);
  expect(captured).toMatchObject({
    output,
    inputs: [
      { path: object, kind: 'object' },
      { path: archive, kind: 'archive' },
    ],
    libraries: ['-lc'],
    otherArguments: ['-Bstatic', '-pie'],
  });
  expect(captured.inputs.map((input) => readFileSync(input.file, 'utf8'))).toEqual([
    'deps/demo.o',
    'deps/libother.rlib',
  ]);
  expect(existsSync(join(records[0]!, 'output'))).toBe(true);
});

test('files of equal name are kept apart, and one that is named twice is kept', async () => {
  const paths = [file('one/a.o'), file('two/a.o'), file('one/a.o')];
  const { records } = await link([...paths, '-o', join(folder, 'demo')]);
  const { inputs } = await readCapture(records[0]!);
  expect(inputs.map(({ path }) => readFileSync(path, 'utf8'))).toEqual(
    inputs.map(({ file: captured }) => readFileSync(captured, 'utf8')),
  );
  expect(inputs.map(({ path }) => path)).toEqual(paths);
});

test('a response file is read as rustc writes it', async () => {
  const spaced = file('with space/b.o');
  const response = file(
    'linker-arguments',
    [spaced, '-o', join(folder, 'demo')]
      .map((each) => each.replaceAll(/[\\ ]/g, '\\$&'))
      .join('\n'),
  );
  const { records } = await link([`@${response}`]);
  rmSync(response);
  const { inputs, output } = await readCapture(records[0]!);
  expect(inputs.map(({ path }) => path)).toEqual([spaced]);
  expect(output).toBe(join(folder, 'demo'));
});

test.each([
  ['compiling', ['-c', 'a.c', '-o', 'a.o'], {}],
  ['a shared library', ['-shared', 'a.o', '-o', 'liba.so'], {}],
  ['asking for the version', ['--version'], {}],
  ['a build script', ['a.o', '-o', 'build'], { CARGO_CRATE_NAME: 'build_script_build' }],
  ['a compiler called by a build script', ['a.o', '-o', 'conftest'], { CARGO_CRATE_NAME: '' }],
  ['a build that captures nothing', ['a.o', '-o', 'a'], { [CAPTURE_VARIABLE]: '' }],
])('%s is passed through', async (_, args, environment) => {
  const { status, records } = await link(args, environment);
  expect(status).toBe(0);
  expect(records).toEqual([]);
});

test('the status of a failed link is kept, and nothing is recorded', async () => {
  const { status, records } = await link(['-o', join(folder, 'demo')], { FAKE_STATUS: '7' });
  expect(status).toBe(7);
  expect(records).toEqual([]);
});

test('a link succeeds when it cannot be recorded', async () => {
  const { status, stderr } = await link([file('a.o'), '-o', join(folder, 'demo')], {
    [CAPTURE_VARIABLE]: join(file('no-folder'), 'x'),
  });
  expect(status).toBe(0);
  expect(stderr).toBe('');
});

test('the real linker does not find the stand-in in its PATH', async () => {
  const output = join(folder, 'demo');
  await link(['-o', output]);
  expect(readFileSync(output, 'utf8').split('\n')[0]).not.toContain('shim-');
});

test('a linker that is configured by its path is not captured, and that is said', async () => {
  const shim = await writeLinkerShim(
    shimParent,
    ['cc', '/opt/ld', 'no-such-linker'],
    join(folder, 'bin'),
  );
  expect(shim.uncaptured).toEqual([
    'the linker is configured by its path, /opt/ld',
    'the linker no-such-linker is not in the PATH',
  ]);
});
