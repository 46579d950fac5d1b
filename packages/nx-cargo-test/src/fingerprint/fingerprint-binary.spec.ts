import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprintTests, ObjectGraphError } from '@nx-cargo-test/object-graph';
import type { CapturedLink } from '../cargo/read-capture';
import { fingerprintBinary, type FingerprintRequest } from './fingerprint-binary';

jest.mock('@nx-cargo-test/object-graph', () => ({
  ...jest.requireActual<object>('@nx-cargo-test/object-graph'),
  fingerprintTests: jest.fn(),
  fingerprintProgram: () => 'program',
}));

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
      ...{ output: '', inputs: [], libraries: [], sharedLibraries: [], searchPaths: [] },
      ...{ otherArguments: [], ...link },
    },
    unseen: undefined,
    sysroot: '/rust',
    isOptimized: () => false,
    isWorkspace: (path: string) => path.startsWith('/ws/'),
    ...changes,
  };
}

test('what each test shares is known but for tests that nothing is known of', async () => {
  const { state } = await fingerprintBinary(request({}));
  expect(state).toEqual({ statics, unknown: ['b'] });
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
