import { parseJson, type ProjectGraphProjectNode, type Tree } from '@nx/devkit';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateOptsAgainstSchema, type Schema } from 'nx/src/utils/params';
import { emptyTree, listen } from '../test-support/empty-tree';
import moduleBatchGenerator from './generator';
import { packageMembers } from './package-members';

let tree: Tree;

beforeEach(() => {
  tree = emptyTree();
  tree.write('nx.json', '{\n  "plugins": ["nx-cargo-test"]\n}\n');
});

/** A project with leaves and groups by those names, the set `old`, and targets that are no members. */
function project(
  packageName: string,
  leaves: readonly string[],
): Record<string, ProjectGraphProjectNode> {
  const options = { package: packageName };
  const names = (executor: string, all: readonly string[]): [string, object][] =>
    all.map((name) => [name, { executor, options }]);
  const targets = Object.fromEntries([
    ...names(
      'nx-cargo-test:test-module',
      leaves.map((name) => `test-${name}`),
    ),
    ...names('nx-cargo-test:group', ['test', 'test-old']),
    ...names('nx-cargo-test:test-doc', ['test-doc']),
  ]) as ProjectGraphProjectNode['data']['targets'];
  const data = { root: packageName, targets: targets ?? {} };
  return { [`${packageName}-project`]: { name: packageName, type: 'lib', data } };
}

const graph = {
  nodes: {
    ...project('glommio', ['arena', 'executor', 'error']),
    ...project('histogram', ['error', 'buckets']),
    web: { name: 'web', type: 'app', data: { root: 'web', targets: { 'test-e2e': {} } } } as const,
  },
};

async function moduleBatch(options: object): Promise<string> {
  const { say, said } = listen();
  await moduleBatchGenerator(tree, options, say, (sets) =>
    Promise.resolve(packageMembers(graph, sets)),
  );
  return said();
}

const pluginOptions = (): unknown =>
  parseJson<{ plugins: { options: unknown }[] }>(tree.read('nx.json', 'utf-8') ?? '').plugins[0]
    ?.options;

it('defines a set, and says how to run it', async () => {
  const said = await moduleBatch({ name: 'lima-safe', members: ['test-arena', 'executor'] });
  expect(pluginOptions()).toEqual({ sets: { 'lima-safe': ['arena', 'executor'] } });
  expect(said).toContain('nx run glommio-project:test-lima-safe');
  expect(said).not.toContain('histogram-project');
});

it('keeps all else in nx.json, and changes nothing when it runs again', async () => {
  const text = [
    '{',
    '  // why',
    '  "plugins": [',
    '    {',
    '      "plugin": "nx-cargo-test",',
    '      "options": {',
    '        "sets": { "old": ["arena"] }',
    '      }',
    '    }',
    '  ]',
    '}',
    '',
  ].join('\n');
  tree.write('nx.json', text);
  const options = { name: 'quick', members: ['arena', 'executor', 'arena'] };
  await moduleBatch(options);
  const expected = text.replace('["arena"] }', '["arena"], "quick": ["arena", "executor"] }');
  expect(tree.read('nx.json', 'utf-8')).toBe(expected);
  await moduleBatch(options);
  expect(tree.read('nx.json', 'utf-8')).toBe(expected);
});

it('redefines a set that is there', async () => {
  await moduleBatch({ name: 'quick', members: ['arena'] });
  await moduleBatch({ name: 'quick', members: ['executor'] });
  expect(pluginOptions()).toEqual({ sets: { quick: ['executor'] } });
});

it('takes members as they are typed at the prompt, which Nx accepts', async () => {
  await moduleBatch({ name: 'quick', members: 'arena, test-executor' });
  expect(pluginOptions()).toEqual({ sets: { quick: ['arena', 'executor'] } });
  const file = join(__dirname, '../../../schemas/generators/module-batch.json');
  const schema = JSON.parse(readFileSync(file, 'utf8')) as Schema;
  for (const members of ['arena, executor', ['arena', 'executor']])
    expect(() => validateOptsAgainstSchema({ name: 'quick', members }, schema)).not.toThrow();
});

it('has members of one package only, where asked for or written so', async () => {
  await moduleBatch({ name: 'quick', members: ['arena', 'error'], package: 'glommio' });
  expect(pluginOptions()).toEqual({ sets: { quick: ['glommio:arena', 'glommio:error'] } });
  const both = await moduleBatch({ name: 'both', members: ['glommio:arena', 'error'] });
  expect(both).toContain('nx run glommio-project:test-both\n  nx run histogram-project:test-both');
});

it('says that a module makes way for the set', async () => {
  expect(await moduleBatch({ name: 'arena', members: ['arena'] })).toContain(
    'glommio-project:test-arena was a module or a group until now',
  );
});

it.each([
  [['arnea'], 'no package has the target test-arnea; did you mean arena?'],
  [['glommio:buckets'], 'the package glommio does not have the target test-buckets'],
  [['glomio:arena'], 'there is no package glomio; did you mean glommio?'],
  [['doc'], 'no package has the target test-doc'],
  [
    ['arena', 'error'],
    'the package histogram has error but not arena, and its set would fail; write glommio:arena, or pass --package=glommio',
  ],
])('refuses the members %j', async (members, message) => {
  await expect(moduleBatch({ name: 'quick', members })).rejects.toThrow(
    `INVALID_OPTIONS: options of the generator nx-cargo-test:module-batch: members: ${message}`,
  );
  expect(tree.read('nx.json', 'utf-8')).not.toContain('quick');
});

it('does not take a set for a member of another', async () => {
  await moduleBatch({ name: 'old', members: ['arena'] });
  await expect(moduleBatch({ name: 'quick', members: ['old'] })).rejects.toThrow(
    'no package has the target test-old',
  );
});

it.each([
  [{ name: 'a b', members: ['arena'] }, 'name: expected'],
  [{ name: 'doc', members: ['arena'] }, 'sets.doc'],
  [{ name: 'quick', members: [] }, 'members: expected a list that is not empty, got []'],
  [{ name: 'quick', members: ' , ' }, 'members: expected a list that is not empty, got []'],
  [{ name: 'quick', members: 3 }, 'members: expected Array, got 3'],
  [{ name: 'quick' }, 'members: expected'],
  [{ members: ['arena'] }, 'name: expected a value, got none'],
])('refuses %j', async (options, message) => {
  await expect(moduleBatch(options)).rejects.toThrow(message);
});

it('writes the set unchecked where there is no project graph, and says so', async () => {
  const { say, said } = listen();
  const noGraph = (): Promise<never> => Promise.reject(new Error('the graph is broken'));
  await moduleBatchGenerator(tree, { name: 'quick', members: ['anything'] }, say, noGraph);
  expect(said()).toContain('was not checked: there is no project graph (the graph is broken)');
  expect(pluginOptions()).toEqual({ sets: { quick: ['anything'] } });
});

it('asks for the plugin in nx.json first', async () => {
  tree.write('nx.json', '{}');
  await expect(moduleBatch({ name: 'quick', members: ['arena'] })).rejects.toThrow(
    'run `nx g nx-cargo-test:init` first',
  );
});
