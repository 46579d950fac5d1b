import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprintTests, ObjectGraphError } from '@nx-cargo-test/object-graph';
import type { FileTable } from '@nx-cargo-test/object-graph';
import type { CapturedLink } from '../cargo/read-capture';
import { fingerprintBinary, type FingerprintRequest } from './fingerprint-binary';
import type { TableCache } from './table-cache';

jest.mock('@nx-cargo-test/object-graph', () => ({
  ...jest.requireActual<object>('@nx-cargo-test/object-graph'),
  fingerprintTests: jest.fn(),
  fingerprintProgram: () => 'program',
  readExecutable: () => executable,
}));

const executable = {
  machine: 62,
  imports: ['read'],
  exports: [],
  foreignLibraries: [],
  foreignImports: [],
};
const table: FileTable = { members: [], index: undefined, missing: [] };
/** Keeps every table under the name of its file. */
const tables: TableCache = {
  read: (name) => ({ table, key: name }),
  find: () => undefined,
  release: () => undefined,
  save: () => undefined,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fingerprint-'));
  writeFileSync(join(folder, 'file'), 'x');
  jest
    .mocked(fingerprintTests)
    .mockReset()
    .mockReturnValue({
      fingerprints: new Map([['a', '1']]),
      unknown: new Map([['b', 'no descriptor']]),
      readsLocations: new Set(),
      readsEnvironment: new Set(['c']),
      sharedState: statics,
    });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const statics = [{ name: 'demo::X', isThreadLocal: false, tests: ['a', 'c'] }];

function request(changes: Partial<FingerprintRequest>, link: Partial<CapturedLink> = {}) {
  return {
    executable: join(folder, 'file'),
    sha256: '00',
    harness: true,
    isStarted: false,
    tests: ['a', 'b'],
    link: {
      ...{
        output: '',
        directory: '',
        inputs: [],
        libraries: [],
        sharedLibraries: [],
        searchPaths: [],
      },
      ...{ otherArguments: [], ...link },
    },
    unseen: undefined,
    sysroot: '/rust',
    isOptimized: () => false,
    isWorkspace: (path: string) => path.startsWith('/ws/'),
    tables,
    ...changes,
  };
}

test('what each test shares is known but for tests that nothing is known of', async () => {
  const { state } = await fingerprintBinary(request({}));
  expect(state).toEqual({ statics, unknown: ['b'] });
});

test('a test reads the environment if it can, or if nothing is known of it', async () => {
  const readers = async (changes: Partial<FingerprintRequest>) =>
    [...(await fingerprintBinary(request(changes))).readsEnvironment].sort();
  expect(await readers({ tests: ['a', 'b', 'c'] })).toEqual(['b', 'c']);
  expect(await readers({ harness: false, tests: ['main'] })).toEqual(['main']);
  expect(await readers({ link: undefined, unseen: 'fresh' })).toEqual(['a', 'b']);
});

test('the link can be followed later by the keys of its tables, if all of them are kept', async () => {
  const inputs = ['/ws/demo.o', '/rust/lib/libstd.rlib'].map((path) => ({
    ...{ path, file: path, kind: 'object' as const },
  }));
  const { link } = await fingerprintBinary(request({}, { inputs }));
  expect(link).toEqual({
    executable,
    takesMore: false,
    files: [
      { name: '/ws/demo.o', key: '/ws/demo.o', ...{ isStandard: false, isWorkspace: true } },
      {
        ...{ name: '/rust/lib/libstd.rlib', key: '/rust/lib/libstd.rlib' },
        ...{ isStandard: true, isWorkspace: false },
      },
    ].map((file) => ({ ...file, optimized: false })),
  });
  const unkept: TableCache = { ...tables, read: () => ({ table, key: undefined }) };
  expect(await fingerprintBinary(request({ tables: unkept }, { inputs }))).not.toHaveProperty(
    'link',
  );
});

test('files of the workspace are told from those of the toolchain and of registries', async () => {
  const paths = ['/ws/demo.o', '/registry/libdep.rlib', '/rust/lib/libstd.rlib'];
  const inputs = paths.map((path) => ({
    ...{ path, file: join(folder, 'file'), kind: 'object' as const },
  }));
  await fingerprintBinary(request({ isWorkspace: (path) => !path.includes('dep') }, { inputs }));
  const [link] = jest.mocked(fingerprintTests).mock.calls[0]!;
  expect(link.files.map(({ isWorkspace }) => isWorkspace)).toEqual([true, false, false]);
});

test('a program that is one test shares with none', async () => {
  const { state } = await fingerprintBinary(request({ harness: false, tests: ['main'] }));
  expect(state).toEqual({ statics: [], unknown: [] });
});

test('nothing is known of a link that was not seen or cannot be followed', async () => {
  const unseen = await fingerprintBinary(request({ link: undefined, unseen: 'fresh' }));
  expect(unseen).toMatchObject({ state: undefined, widened: [{ reason: 'fresh', count: 2 }] });
  jest.mocked(fingerprintTests).mockImplementation(() => {
    throw new ObjectGraphError('BITCODE', 'an object');
  });
  expect((await fingerprintBinary(request({}))).state).toBeUndefined();
});

test('nothing is known beside a shared library of the workspace, which may hold statics', async () => {
  const beside = async (path: string) => {
    writeFileSync(join(folder, 'lib.so'), '');
    const sharedLibraries = [join(folder, 'lib.so')];
    const isWorkspace = () => path === 'workspace';
    const sysroot = path === 'toolchain' ? folder : '/rust';
    return (await fingerprintBinary(request({ isWorkspace, sysroot }, { sharedLibraries }))).state;
  };
  expect(await beside('workspace')).toBeUndefined();
  expect(await beside('registry')).toBeDefined();
  expect(await beside('toolchain')).toBeDefined();
});

test('nothing is known where the linker was told to do more than to link', async () => {
  const told = await fingerprintBinary(request({}, { otherArguments: ['--wrap malloc'] }));
  expect(Object.fromEntries(told.fingerprints)).toEqual({ a: 'binary-00', b: 'binary-00' });
  expect(told.widened).toEqual([
    { reason: 'the linker is called with --wrap malloc: it redirects references', count: 2 },
  ]);
  expect(told.state).toBeUndefined();
  expect(fingerprintTests).not.toHaveBeenCalled();
});

test('nothing is known where a linker script stands in the place of a shared library', async () => {
  const library = join(folder, 'lib.so');
  writeFileSync(library, 'INPUT(-lother)');
  const { widened } = await fingerprintBinary(request({}, { sharedLibraries: [library] }));
  expect(widened).toEqual([{ reason: `${library} is a linker script, not a library`, count: 2 }]);
});

test('a shared library counts for every test, whatever else is known of it', async () => {
  const library = join(folder, 'lib.so');
  const beside = async (content: string, link: Partial<CapturedLink> = {}) => {
    writeFileSync(library, `${content}\0`);
    return (await fingerprintBinary(request({}, { sharedLibraries: [library], ...link })))
      .fingerprints;
  };
  const otherArguments = ['--wrap malloc'];
  for (const test of ['a', 'b']) {
    expect((await beside('one')).get(test)).toBe((await beside('one')).get(test));
    expect((await beside('one')).get(test)).not.toBe((await beside('two')).get(test));
    const widened = (await beside('one', { otherArguments })).get(test);
    expect(widened).not.toBe((await beside('two', { otherArguments })).get(test));
  }
  jest.mocked(fingerprintTests).mockImplementation(() => {
    throw new ObjectGraphError('BITCODE', 'an object');
  });
  expect((await beside('one')).get('a')).not.toBe((await beside('two')).get('a'));
});
