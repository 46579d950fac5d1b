import { parseCfgSet } from '../cargo/cfg-expression';
import type { CompiledBinary, CompiledTests } from './compile-tests';
import { describeManifest } from './describe-outputs';
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
      binaries: [{ fingerprints: {}, widened: [], ...(state === undefined ? {} : { state }) }],
      widened: [],
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
