import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompilerArtifact } from '../cargo/cargo-messages';
import { parseCfgSet } from '../cargo/cfg-expression';
import type { CompiledBinary } from './compiled-binaries';
import { fingerprintCompiled, type FingerprintBinary } from './fingerprint-compiled';
import { openLinkStates } from '../fingerprint/link-states';
import { readSharedLibraries } from '../fingerprint/shared-libraries';
import { withoutTableCache } from '../fingerprint/table-cache';
import { openFingerprintStore } from './fingerprint-store';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'store-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function binary(kind: CompiledBinary['kind'], sha256: string, isLinked = true): CompiledBinary {
  return {
    kind,
    name: kind,
    isTest: true,
    executable: `/target/${kind}`,
    sha256,
    sourceFile: '',
    optimized: false,
    cfg: parseCfgSet(''),
    link: isLinked
      ? {
          output: '',
          directory: '',
          inputs: [],
          libraries: [],
          sharedLibraries: [],
          searchPaths: [],
          otherArguments: [],
        }
      : undefined,
    unseen: undefined,
    workingDirectory: '/',
    environment: {},
  };
}

/** Tests that read the environment where the link was seen. */
let readers: string[];
beforeEach(() => (readers = []));

const fingerprintBinary = jest.fn<ReturnType<FingerprintBinary>, Parameters<FingerprintBinary>>(
  ({ tests, sha256, link }) =>
    Promise.resolve({
      fingerprints: new Map(tests.map((test) => [test, `${test}@${sha256}`])),
      widened: link === undefined ? [{ reason: 'unseen', count: tests.length }] : [],
      readsEnvironment: new Set(link === undefined ? tests : readers),
      state: link === undefined ? undefined : { statics: [], unknown: [] },
    }),
);
beforeEach(() => fingerprintBinary.mockClear());

const take = (
  compiled: CompiledBinary,
  plain: CompiledBinary[] = [],
  version = '1',
  artifacts: CompilerArtifact[] = [],
  sources = 'all',
) =>
  fingerprintCompiled([{ compiled, harness: true, tests: ['t'] }], plain, {
    messages: { artifacts, buildScripts: [] },
    sysroot: '/sysroot',
    tables: withoutTableCache([]),
    states: openLinkStates(join(folder, 'states'), version),
    keepLink: () => Promise.resolve(),
    store: openFingerprintStore(folder, version),
    digestSources: () => Promise.resolve(sources),
    fingerprintBinary,
  });

test('a binary that is known is not looked at again, unless by another version', async () => {
  const first = await take(binary('lib', 'a'));
  expect(await take(binary('lib', 'a', false))).toEqual(first);
  expect(fingerprintBinary).toHaveBeenCalledTimes(1);
  await take(binary('lib', 'a'), [], '2');
  expect(fingerprintBinary).toHaveBeenCalledTimes(2);
});

test('a link that is seen at last replaces what was known without it', async () => {
  expect((await take(binary('lib', 'a', false))).widened).toEqual([{ reason: 'unseen', count: 1 }]);
  expect((await take(binary('lib', 'a'))).widened).toEqual([]);
});

test('what tests share and read is recalled as it was, and so is that nothing is known of it', async () => {
  const seen = binary('lib', 'a');
  fingerprintBinary.mockImplementationOnce(({ tests }) =>
    Promise.resolve({
      fingerprints: new Map(tests.map((test) => [test, '1'])),
      widened: [],
      readsEnvironment: new Set(['t']),
      state: { statics: [{ name: 'X', isThreadLocal: true, tests: ['t'] }], unknown: ['u'] },
    }),
  );
  const first = await take(seen);
  expect(first.binaries[0]?.state).toEqual({
    statics: [{ name: 'X', isThreadLocal: true, tests: ['t'] }],
    unknown: ['u'],
  });
  expect(first.binaries[0]?.readsEnvironment).toEqual(['t']);
  expect(await take(seen)).toEqual(first);

  await take(binary('lib', 'b', false));
  const [recalled] = (await take(binary('lib', 'b', false))).binaries;
  expect(recalled).not.toHaveProperty('state');
});

test('entries of before state was known are looked at again', async () => {
  await take(binary('lib', 'a'));
  const file = join(folder, 'fingerprints/a.json');
  const { state, version, ...old } = JSON.parse(readFileSync(file, 'utf8')) as Stored;
  expect(state).toBeDefined();
  writeFileSync(file, JSON.stringify({ version: version.replace(/^\d+:/, ''), ...old }));
  await take(binary('lib', 'a'));
  expect(fingerprintBinary).toHaveBeenCalledTimes(2);
});

test('a binary whose shared library changed since is looked at again', async () => {
  const library = join(folder, 'libother.so');
  const usual = fingerprintBinary.getMockImplementation()!;
  const takeBeside = async (content: string, isLinked: boolean) => {
    writeFileSync(library, content);
    const { digest } = await readSharedLibraries([library], []);
    fingerprintBinary.mockImplementation(({ tests }) =>
      Promise.resolve({
        fingerprints: new Map(tests.map((test) => [test, `1${digest}`])),
        widened: [],
        readsEnvironment: new Set(),
        state: undefined,
        libraries: { files: [library], searchPaths: [], digest },
      }),
    );
    const { binaries } = await take(binary('lib', 'a', isLinked));
    return binaries[0]?.fingerprints['t'];
  };
  const first = await takeBeside('one\0', true);
  expect(await takeBeside('one\0', false)).toBe(first);
  const second = await takeBeside('two\0', true);
  expect(second).not.toBe(first);
  const store = openFingerprintStore(folder, '1');
  expect(await store.has('a')).toBe(true);
  rmSync(library);
  expect(await store.has('a')).toBe(false);
  fingerprintBinary.mockImplementation(usual);
});

interface Stored {
  readonly version: string;
  readonly state: unknown;
}

test('integration tests depend on the binaries that they may start, library tests do not', async () => {
  const of = async (kind: 'lib' | 'test', started: string) =>
    (await take(binary(kind, 'a'), [binary('bin', started)])).binaries[0]?.fingerprints['t'];
  expect(await of('test', 'one')).not.toBe(await of('test', 'two'));
  expect(await of('lib', 'one')).toBe(await of('lib', 'two'));
});

test('tests that can start a program depend on all sources if a crate that compiles some is linked', async () => {
  const linking = (crate: string): CompiledBinary => {
    const { link, ...rest } = binary('test', crate);
    const path = `/deps/lib${crate}-0123456789abcdef.rlib`;
    return { ...rest, link: { ...link!, inputs: [{ path, file: path, kind: 'archive' }] } };
  };
  const of = async (crate: string, sources: string) => {
    const { binaries, compiling } = await take(linking(crate), [], '1', [], sources);
    return { fingerprint: binaries[0]?.fingerprints['t'], compiling };
  };
  readers = ['t'];
  const first = await of('trybuild', 'one');
  expect(first.compiling).toEqual([{ reason: 'trybuild', count: 1 }]);
  expect(await of('trybuild', 'one')).toEqual(first);
  expect((await of('trybuild', 'two')).fingerprint).not.toBe(first.fingerprint);
  expect(await of('tempfile', 'one')).toEqual(await of('tempfile', 'two'));
  readers = [];
  expect(await of('macrotest', 'one')).toEqual(await of('macrotest', 'two'));
});

test('of a link that was not seen, all crates of the build count', async () => {
  const artifact = (name: string): CompilerArtifact => ({
    packageId: name,
    manifestPath: '',
    kinds: ['lib'],
    name,
    sourceFile: '',
    features: [],
    isTest: false,
    filenames: [`/deps/lib${name}-0123456789abcdef.rlib`],
    executable: undefined,
    optimized: false,
    debugAssertions: true,
    fresh: true,
  });
  const of = (sources: string) =>
    take(binary('test', 'a', false), [], '1', [artifact('log'), artifact('ui_test')], sources);
  const [one, two] = [await of('one'), await of('two')];
  expect(one.compiling).toEqual([{ reason: 'ui_test', count: 1 }]);
  expect(one.binaries[0]?.fingerprints).not.toEqual(two.binaries[0]?.fingerprints);
});

test('what a link holds counts as optimised as far as cargo says or nobody knows, but C never', async () => {
  const artifact = {
    packageId: 'log',
    manifestPath: '',
    kinds: ['lib'],
    name: 'log',
    sourceFile: '',
    features: [],
    isTest: false,
    filenames: ['/deps/liblog-1.rlib'],
    executable: undefined,
    optimized: false,
    debugAssertions: true,
    fresh: true,
  };
  const compiled = binary('lib', 'a');
  const link = { ...compiled.link!, output: '/deps/glommio-1' };
  await take({ ...compiled, link }, [], '1', [artifact]);
  const { isOptimized } = fingerprintBinary.mock.calls[0]![0];
  const paths = [
    '/deps/liblog-1.rlib',
    '/deps/glommio-1.x.rcgu.o',
    '/tmp/rustc/symbols.o',
    '/build/out/liburing.a',
    '/deps/libother-1.rlib',
    '/deps/other-1.x.rcgu.o',
  ];
  expect(paths.filter(isOptimized)).toEqual(['/deps/libother-1.rlib', '/deps/other-1.x.rcgu.o']);
});
