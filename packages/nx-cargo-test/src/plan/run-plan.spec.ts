import fc from 'fast-check';
import { fakeManifest, fakePlan } from '../run/test-support/fake-leaf';
import { planRun } from './run-plan';

test('selected tests are passed by exact name, the others are named with the reason', () => {
  const plan = fakePlan(['io::b', 'io::a', 'io::c'], { args: ['--skip', 'c', 'io', '-q'] });
  expect(plan.processes).toEqual([
    { tests: ['io::a', 'io::b'], args: ['--exact', '-q', 'io::a', 'io::b'] },
  ]);
  expect(plan.notSelected).toEqual([{ test: 'io::c', why: '--skip c' }]);
});

test('a filter that matches nothing leaves no process', () => {
  const plan = fakePlan(['a::b'], { args: ['zzz'] });
  expect(plan.processes).toEqual([]);
  expect(plan.notSelected).toHaveLength(1);
});

test('expected failures run alone and last', () => {
  const plan = fakePlan(['a', 'b', 'c'], { args: [], expectedFailures: ['b', 'a', 'elsewhere'] });
  expect(plan.processes.map(({ tests }) => tests)).toEqual([['c'], ['a'], ['b']]);
  expect(plan.expectedFailures).toEqual(['a', 'b']);
});

test('names that exceed the limit are shared out, each once', () => {
  const names = Array.from({ length: 100 }, (_, index) => `module::test_${index}`);
  const plan = fakePlan(names, { args: [], nameBytes: 200 });
  expect(plan.processes.length).toBeGreaterThan(5);
  expect(plan.processes.flatMap(({ tests }) => tests).sort()).toEqual([...names].sort());
  for (const { tests } of plan.processes) {
    expect(tests.reduce((sum, name) => sum + name.length + 9, 0)).toBeLessThanOrEqual(200);
  }
});

test('a limit of tests per process only splits, and leaves expected failures alone', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 20, max: 400 }),
      fc.func(fc.constantFrom('runs', 'fails', 'decided')),
      (names, testsPerProcess, nameBytes, roleOf) => {
        const having = (role: string): string[] => names.filter((name) => roleOf(name) === role);
        const changes = {
          args: [],
          expectedFailures: having('fails'),
          decided: new Set(having('decided')),
          nameBytes,
        };
        const whole = fakePlan(names, changes);
        const split = fakePlan(names, { ...changes, testsPerProcess });
        const inOrder = (plan: typeof whole): string[] =>
          plan.processes.flatMap(({ tests }) => tests);
        expect(inOrder(split)).toEqual(inOrder(whole));
        expect(inOrder(split).sort()).toEqual([...having('runs'), ...having('fails')].sort());
        for (const { tests, args } of split.processes) {
          expect(tests.length).toBeGreaterThan(0);
          expect(tests.length).toBeLessThanOrEqual(testsPerProcess);
          expect(args.slice(-tests.length)).toEqual(tests);
        }
        expect({ ...split, processes: [] }).toEqual({ ...whole, processes: [] });
      },
    ),
  );
});

test('environment variables of libtest count like its flags', () => {
  const plan = fakePlan(['a'], {
    args: [],
    environment: { RUST_TEST_THREADS: '3', RUST_TEST_SHUFFLE: '1', RUST_TEST_NOCAPTURE: '1' },
  });
  expect(plan).toMatchObject({ threads: 3, ordered: false, showOutput: true });
  expect(fakePlan(['a'], { args: ['--test-threads=2'] }).threads).toBe(2);
  expect(fakePlan(['a'], { args: [] })).toMatchObject({ ordered: true, showOutput: false });
});

const request = {
  args: [],
  expectedFailures: [],
  command: ['x'] as const,
  workingDirectory: '/',
  environment: {},
  limits: { warnAfterSeconds: 60, killAfterSeconds: 300 },
} satisfies Partial<Parameters<typeof planRun>[0]>;

test.each([
  ['a leaf that the manifest lacks', fakeManifest(['a']), 'lib::b', 'GRAPH_OUT_OF_DATE'],
  [
    'a leaf without a binary',
    { ...fakeManifest(['a']), leaves: [{ id: 'lib::b', tests: ['a'] }] },
    'lib::b',
    'GRAPH_OUT_OF_DATE',
  ],
  [
    'a test that the binary does not list',
    { ...fakeManifest(['a']), leaves: [{ id: 'lib::b', binary: 0, tests: ['x'] }] },
    'lib::b',
    'INVALID_FILE',
  ],
  [
    'a test named twice',
    { ...fakeManifest(['a']), leaves: [{ id: 'lib::b', binary: 0, tests: ['a', 'a'] }] },
    'lib::b',
    'INVALID_FILE',
  ],
  ['two tests without a harness', fakeManifest(['a', 'b'], false), 'lib::a', 'INVALID_FILE'],
])('refuses %s', (_, manifest, leaf, code) => {
  expect(() => planRun({ ...request, manifest, leaf })).toThrow(expect.objectContaining({ code }));
});
