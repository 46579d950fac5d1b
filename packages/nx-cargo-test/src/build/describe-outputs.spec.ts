import { parseCfgSet } from '../cargo/cfg-expression';
import type { CompiledTests } from './compile-tests';
import type { CompiledBinary } from './compiled-binaries';
import { describeLeaf, describeManifest } from './describe-outputs';
import type { CompiledFingerprints } from './fingerprint-compiled';
import type { Listed } from './list-binaries';

const names = ['a', 'b', 'c'];

function describeBinary(state: CompiledFingerprints['binaries'][number]['state']) {
  const compiled: CompiledBinary = {
    kind: 'lib',
    name: 'demo',
    isTest: true,
    executable: '/ws/target/debug/deps/demo-1',
    sha256: '00',
    sourceFile: '',
    optimized: false,
    cfg: parseCfgSet(''),
    link: undefined,
    unseen: undefined,
    workingDirectory: '/ws/demo',
    environment: {},
  };
  const listed: Listed = {
    kind: 'lib',
    name: 'demo',
    harness: true,
    listing: names.map((name) => ({ name, ignored: false })),
    tests: names,
    discovered: { tests: [], hasUnreadModules: false } as unknown as Listed['discovered'],
    cfg: compiled.cfg,
  };
  const build = { runner: [], target: 'aarch64-unknown-linux-gnu', nativeCpu: true };
  const [described] = describeManifest(
    'demo',
    '/ws',
    [compiled],
    [listed],
    [],
    build as unknown as CompiledTests,
    {
      binaries: [
        {
          fingerprints: {},
          widened: [],
          readsEnvironment: [],
          compiling: [],
          ...(state === undefined ? {} : { state }),
        },
      ],
      widened: [],
      compiling: [],
    },
  ).binaries;
  return described;
}

test('a binary tells what it was compiled for', () => {
  expect(describeBinary(undefined)).toMatchObject({
    target: 'aarch64-unknown-linux-gnu',
    nativeCpu: true,
  });
});

test('tests that share state are given by their index', () => {
  expect(
    describeBinary({
      statics: [{ name: 'demo::X', isThreadLocal: true, tests: ['c', 'a'] }],
      unknown: ['b'],
    }),
  ).toMatchObject({
    sharedState: [{ name: 'demo::X', threadLocal: true, tests: [0, 2] }],
    stateUnknown: [1],
  });
});

test('nothing shared is not the same as nothing known', () => {
  const none = describeBinary({ statics: [], unknown: [] });
  expect(none).toMatchObject({ sharedState: [] });
  expect(none).not.toHaveProperty('stateUnknown');
  expect(describeBinary(undefined)).not.toHaveProperty('sharedState');
});

describe('what cargo tells of the package', () => {
  const leafOf = (version: string, readsEnvironment: readonly string[]) => {
    const binary = { environment: { CARGO_PKG_VERSION: version }, workingDirectory: '/ws' };
    return describeLeaf(
      {
        leaf: { binary: { kind: 'lib', name: 'demo' }, scope: { type: 'rest' } },
        binary: 0,
        tests: ['a', 'b'],
      },
      [binary as unknown as CompiledBinary],
      {
        binaries: [
          {
            fingerprints: { a: '1', b: '2' },
            widened: [],
            readsEnvironment: [...readsEnvironment],
            compiling: [],
          },
        ],
        widened: [],
        compiling: [],
      },
      { runner: [] } as unknown as CompiledTests,
      [],
    );
  };

  test('counts for tests that can read it', () => {
    const [first, second] = [leafOf('1.0.0', ['b']), leafOf('1.0.1', ['b'])];
    expect(first.tests).toEqual([
      { name: 'a', fingerprint: '1' },
      { name: 'b', fingerprint: '2', readsEnvironment: true },
    ]);
    expect(second.packageVariables).not.toBe(first.packageVariables);
    expect({ ...second, packageVariables: first.packageVariables }).toEqual(first);
  });

  test('is left out of a leaf whose tests cannot', () => {
    expect(leafOf('1.0.1', ['c'])).toEqual(leafOf('1.0.0', []));
    expect(leafOf('1.0.0', [])).not.toHaveProperty('packageVariables');
  });
});
