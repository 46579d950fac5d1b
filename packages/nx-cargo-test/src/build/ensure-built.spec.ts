import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FINGERPRINT_SCHEMA, type FingerprintFile } from '../fingerprint/fingerprint-file';
import { MANIFEST_SCHEMA, type Manifest } from '../fingerprint/manifest';
import { binaryCopy } from './binary-copy';
import { buildTestBinaries, type BuiltTests } from './build-test-binaries';
import { ensureBuilt } from './ensure-built';
import { nativeBuildHost } from './native-build-host';
import { clearOutputs, writeFingerprints } from './write-fingerprints';

jest.mock('./build-test-binaries', () => ({ buildTestBinaries: jest.fn() }));

const leaf = { binary: { kind: 'test', name: 'it' }, scope: { type: 'binary' } } as const;
let root: string;
let executable: string;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'ensure-'));
  executable = join(root, 'target/debug/deps/it-1');
  link('first');
  const place = { workspaceRoot: root, cargoWorkspace: '.', packageName: 'demo' };
  await clearOutputs(place);
  await writeFingerprints(built('first', 'f1'), place, nativeBuildHost());
  jest.mocked(buildTestBinaries).mockReset();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function link(content: string): void {
  mkdirSync(dirname(executable), { recursive: true });
  writeFileSync(executable, content);
}

function digest(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

function built(binaryContent: string, fingerprint: string): BuiltTests {
  const manifest: Manifest = {
    schema: MANIFEST_SCHEMA,
    package: 'demo',
    binaries: [
      {
        kind: 'test',
        name: 'it',
        harness: true,
        executable: 'target/debug/deps/it-1',
        sha256: digest(binaryContent),
        workingDirectory: '.',
        environment: {},
        runner: [],
        target: 'x86_64-unknown-linux-gnu',
        nativeCpu: false,
        tests: [{ name: 'a', ignored: false }],
      },
    ],
    leaves: [{ id: 'test:it', binary: 0, tests: ['a'] }],
  };
  const content: FingerprintFile = {
    schema: FINGERPRINT_SCHEMA,
    leaf: 'test:it',
    behaviour: 1,
    environment: 'e',
    tests: [{ name: 'a', fingerprint }],
  };
  return {
    manifest,
    executables: [executable],
    fingerprints: [{ leaf, content }],
    widened: [],
    compiling: [],
    remade: [],
    cargoMilliseconds: 0,
    totalMilliseconds: 0,
  };
}

const ensure = (platform: NodeJS.Platform = 'linux') =>
  ensureBuilt({
    workspaceRoot: root,
    cargoWorkspace: '.',
    packageName: 'demo',
    leaves: ['test:it'],
    build: { package: 'demo', cargoWorkspace: '.' },
    platform,
  });

test('the copy is run, although cargo has linked something else since', async () => {
  link('second');
  const { file } = (await ensure()).binary(0);
  expect(file).toBe(binaryCopy(executable, digest('first')));
  expect(buildTestBinaries).not.toHaveBeenCalled();
});

test('the executable is run when the copy is gone', async () => {
  rmSync(binaryCopy(executable, digest('first')));
  expect((await ensure()).binary(0).file).toBe(executable);
});

test('a missing binary is built again; other bytes of equal fingerprints will do', async () => {
  rmSync(dirname(executable), { recursive: true });
  jest.mocked(buildTestBinaries).mockImplementation(() => {
    link('elsewhere');
    return Promise.resolve(built('elsewhere', 'f1'));
  });
  const binaries = await ensure();
  expect(binaries.binary(0).file).toBe(binaryCopy(executable, digest('elsewhere')));
  expect(binaries.manifest.binaries[0]?.sha256).toBe(digest('elsewhere'));
});

test('other fingerprints than those on disk fail', async () => {
  rmSync(dirname(executable), { recursive: true });
  jest.mocked(buildTestBinaries).mockImplementation(() => {
    link('edited');
    return Promise.resolve(built('edited', 'f2'));
  });
  await expect(ensure()).rejects.toMatchObject({ code: 'SOURCES_CHANGED' });
});

test('without a manifest the build has to run first', async () => {
  await clearOutputs({ workspaceRoot: root, cargoWorkspace: '.', packageName: 'demo' });
  await expect(ensure()).rejects.toMatchObject({ code: 'GRAPH_OUT_OF_DATE' });
});

test('a Mac runs in a guest what is there, and never builds what is missing', async () => {
  expect((await ensure('darwin')).binary(0).file).toBe(binaryCopy(executable, digest('first')));
  rmSync(dirname(executable), { recursive: true });
  await expect(ensure('darwin')).rejects.toMatchObject({ code: 'UNSUPPORTED_HOST' });
  expect(buildTestBinaries).not.toHaveBeenCalled();
});
