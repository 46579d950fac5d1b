import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { learnFromKill } from './learned-budget';
import {
  emptyResources,
  lessonsFor,
  KEPT_RUNS,
  readAllResources,
  readResources,
  resourceFile,
  withLessons,
  withRun,
  writeResources,
  type BudgetScope,
  type ResourceFile,
} from './resource-records';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'nx-cargo-test-resources-'))));
afterEach(() => rm(folder, { recursive: true }));

const scope: BudgetScope = {
  ceiling: { memoryBytes: 2 ** 30, memoryFrom: 'machine', descriptors: 1024 },
  runner: [],
};
const budget = learnFromKill(undefined, { tests: 20, why: 'SIGKILL', at: 'now' }, 6);
const peaks = { descriptors: 7, rings: 3, residentBytes: 4096, lockedBytes: 0, threads: 2 };
const runAt = (at: string): ResourceFile['runs'][number] => ({
  at,
  ceiling: { ...scope.ceiling },
  processes: [
    { tests: 20, seconds: 1, killedBy: 'SIGKILL', rerun: 14, peaks },
    { tests: 14, seconds: 0.5 },
  ],
});

test('lies beside the results', () => {
  const leaf = {
    binary: { kind: 'lib', name: 'sample' },
    scope: { type: 'module', path: 'task::arena' },
  } as const;
  expect(resourceFile('crates/sample', 'sample', leaf)).toBe(
    'crates/sample/target/nx-cargo-test/sample/resources/lib.task.arena.json',
  );
});

test('what was written is read again, whole', async () => {
  const file = join(folder, 'new', 'lib.a.json');
  const content = withLessons(withRun(emptyResources('lib::a'), runAt('now')), scope, {
    budget,
    alone: [],
  });
  await writeResources(file, content);
  expect(await readResources(file, 'lib::a')).toEqual({ content });
  expect(await readdir(join(folder, 'new'))).toEqual(['lib.a.json']);
});

test('keeps the last runs', () => {
  let content = emptyResources('lib::a');
  for (let run = 0; run < KEPT_RUNS + 5; run++) content = withRun(content, runAt(`${run}`));
  expect(content.runs.map(({ at }) => at)).toEqual(
    Array.from({ length: KEPT_RUNS }, (_, index) => `${index + 5}`),
  );
});

test('another machine, a raised limit or another target runner starts afresh', () => {
  const content = withLessons(emptyResources('lib::a'), scope, { budget, alone: [] });
  expect(lessonsFor(content, scope).budget).toEqual(budget);
  const { ceiling } = scope;
  const others: BudgetScope[] = [
    { ceiling: { ...ceiling, memoryBytes: 2 ** 31 }, runner: [] },
    { ceiling: { ...ceiling, memoryFrom: 'controlGroup' }, runner: [] },
    { ceiling: { ...ceiling, descriptors: 4096 }, runner: [] },
    { ceiling: { ...ceiling, lockedBytes: 0 }, runner: [] },
    { ceiling: {}, runner: [] },
    { ceiling, runner: ['sh', '-c'] },
  ];
  for (const other of others) expect(lessonsFor(content, other).budget).toBeUndefined();
  const both = withLessons(content, others[0]!, { budget: { ...budget, fitted: 9 }, alone: [] });
  expect(lessonsFor(both, scope).budget?.fitted).toBe(6);
  expect(
    withLessons(both, scope, { budget: { ...budget, fitted: 2 }, alone: [] }).budgets,
  ).toHaveLength(2);
});

test.each([
  ['cut short', '{"schema":1,"leaf":"lib::a","ru'],
  ['of another version', '{"schema":99,"leaf":"lib::a","runs":[],"budgets":[]}'],
  ['not about the leaf', JSON.stringify(emptyResources('lib::b'))],
  [
    'with a number of tests that is none',
    JSON.stringify({
      ...emptyResources('lib::a'),
      runs: [{ at: '', ceiling: {}, processes: [{ tests: -1, seconds: 0 }] }],
    }),
  ],
])('a file that is %s is ignored and named', async (_, text) => {
  const file = join(folder, 'lib.a.json');
  await writeFile(file, text);
  const { content, problem } = await readResources(file, 'lib::a');
  expect(content).toEqual(emptyResources('lib::a'));
  expect(problem).toContain(file);
});

test('a missing file is nothing that is known', async () => {
  expect(await readResources(join(folder, 'missing.json'), 'lib::a')).toEqual({
    content: emptyResources('lib::a'),
  });
  expect(await readAllResources(join(folder, 'missing'))).toEqual({ files: [], problems: [] });
});

test('all files of a folder are read, sorted by leaf, and bad ones are named', async () => {
  await writeResources(join(folder, 'z.json'), emptyResources('lib::a'));
  await writeResources(join(folder, 'a.json'), emptyResources('lib::z'));
  await writeFile(join(folder, 'b.json'), 'nothing');
  await writeFile(join(folder, 'left.json.1.tmp'), 'of a process that was killed');
  const { files, problems } = await readAllResources(folder);
  expect(files.map(({ content }) => content.leaf)).toEqual(['lib::a', 'lib::z']);
  expect(problems).toEqual([expect.stringContaining('b.json')]);
});
