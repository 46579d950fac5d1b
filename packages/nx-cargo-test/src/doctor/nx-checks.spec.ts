import { checkCache } from './cache-checks';
import { checkNx, type NxFacts } from './nx-checks';
import type { CheckName } from './finding';
import { readNxJson } from './nx-json';
import { findingOf, short } from './test-support/findings';

const read = (value: unknown) => readNxJson(JSON.stringify(value), (text) => JSON.parse(text));
const named = { plugins: ['nx-cargo-test'] };

const facts: NxFacts = {
  node: 'v20.20.2',
  nodeRange: '>=20.19.0',
  workspaceRoot: '/workspace',
  nx: '23.2.1',
  devkit: '23.2.1',
  nxRange: '>=22.0.0 <25.0.0',
  nxJson: read(named),
};
const ALL_OK = ['node ok', 'nx ok', 'plugin-options ok', 'target-defaults ok'];

test('a workspace with the plugin is fine', () => {
  expect(short(checkNx(facts))).toEqual(ALL_OK);
});

test('an Nx with which the ledger knows nothing is fine, and told', () => {
  const findings = checkNx({ ...facts, nx: '24.0.0', devkit: '24.0.0' });
  expect(short(findings)).toEqual(ALL_OK);
  expect(findings[1]?.found).toMatch(/^24\.0\.0; .*the ledger leaves out no test$/);
});

test('outside of a workspace only the machine is judged', () => {
  const { workspaceRoot: _, ...outside } = facts;
  expect(short(checkNx(outside))).toEqual(['node ok', 'nx-workspace skipped']);
});

test.each<[string, Partial<NxFacts>, string]>([
  ['an old Node.js', { node: 'v18.20.4' }, 'node problem'],
  ['an old Nx', { nx: '21.6.0', devkit: '21.6.0' }, 'nx problem'],
  ['an Nx that nobody tried', { nx: '25.0.0', devkit: '25.0.0' }, 'nx problem'],
  ['packages of two versions', { devkit: '23.0.0' }, 'nx hint'],
  ['a devkit that is not there', { devkit: undefined! }, 'nx problem'],
  ['no Nx', { nx: undefined! }, 'nx problem'],
  ['a workspace without the plugin', { nxJson: read({}) }, 'plugin-options problem'],
  ['one that may name it elsewhere', { nxJson: read({ extends: 'x' }) }, 'plugin-options skipped'],
])('%s is told', (_, changes, expected) => {
  expect(short(checkNx({ ...facts, ...changes }))).toContain(expected);
});

test('wrong options are told with their path, and those of others are left alone', () => {
  const plugins = [
    { plugin: 'other', options: { runner: 1 } },
    { plugin: 'nx-cargo-test', options: { runer: 'lima' } },
  ];
  expect(
    findingOf(checkNx({ ...facts, nxJson: read({ plugins }) }), 'plugin-options'),
  ).toMatchObject({
    severity: 'problem',
    found: expect.stringContaining('runer: unknown option; did you mean runner?'),
  });
});

test.each([['{"plugins": ['], [''], ['[]']])('an nx.json with %j is no end', (text) => {
  const nxJson = readNxJson(text, (json) => JSON.parse(json));
  expect(short(checkNx({ ...facts, nxJson }))).toContain('plugin-options problem');
});

test('lists in targetDefaults that replace inferred ones are told in the form that merges', () => {
  const targetDefaults = {
    test: { dependsOn: ['^build'], inputs: ['...', 'default'] },
    'nx-cargo-test:group': [
      { filter: { plugin: '@nx/jest' }, inputs: ['default'] },
      { inputs: ['production'] },
    ],
    build: { inputs: ['production'] },
    'test-mod*': [{ filter: { projects: ['web'] }, inputs: ['default'] }],
    'test-names': { outputs: ['{projectRoot}/dist'] },
    '*-tests': { dependsOn: ['generate'] },
  };
  const nxJson = read({ ...named, targetDefaults });
  expect(findingOf(checkNx({ ...facts, nxJson }), 'target-defaults')).toMatchObject({
    severity: 'problem',
    found: 'nx-cargo-test:group.inputs, *-tests.dependsOn, test-names.outputs',
    mend: [
      '# in nx.json: "targetDefaults": {"nx-cargo-test:group":{"inputs":["...","production"]}}',
    ],
  });
});

test('the usual setting for test tasks replaces what the umbrella depends on', () => {
  const nxJson = read({ ...named, targetDefaults: { test: { dependsOn: ['^build'] } } });
  expect(findingOf(checkNx({ ...facts, nxJson }), 'target-defaults').found).toBe('test.dependsOn');
});

test('a usual cache is fine', () => {
  const ok = ['cache ok', 'cache-failures ok', 'cache-use ok', 'remote-cache ok'];
  expect(short(checkCache(read(named), {}))).toEqual(ok);
  expect(
    findingOf(checkCache(read({ cacheDirectory: 'kept' }), { CI: 'true' }), 'cache'),
  ).toMatchObject({
    severity: 'ok',
    found: 'kept (cacheDirectory in nx.json)',
  });
});

test.each<[string, Record<string, string>, CheckName, string]>([
  ['a CI job that says no folder', { CI: 'true' }, 'cache', 'hint'],
  ['a CI job that says one', { CI: 'true', NX_CACHE_DIRECTORY: 'x' }, 'cache', 'ok'],
  ['failures that are kept', { NX_CACHE_FAILURES: 'true' }, 'cache-failures', 'hint'],
  ['a cache that is not used', { NX_SKIP_NX_CACHE: 'true' }, 'cache-use', 'hint'],
])('%s is told', (_, environment, check, severity) => {
  expect(findingOf(checkCache(read(named), environment), check).severity).toBe(severity);
});

test('a remote cache is named without what is secret', () => {
  const of = (environment: Record<string, string>, json: unknown = named) =>
    findingOf(checkCache(read(json), environment), 'remote-cache').found;
  const server = 'https://user:secret@cache.example/v1?token=secret';
  const found = of({ NX_SELF_HOSTED_REMOTE_CACHE_SERVER: server });
  expect(found).toMatch(/^https:\/\/cache\.example\/v1; /);
  expect(found).not.toContain('secret');
  expect(of({ NX_CLOUD_ACCESS_TOKEN: 'secret' })).not.toMatch(/=|: secret/);
  expect(of({}, { ...named, nxCloudId: 'x' })).toBe('Nx Cloud (nx.json has nxCloudId)');
});
