import { fakeManifest } from '../run/test-support/fake-leaf';
import type { ResourceUse } from '../resources/resource-use';
import { packPlans, type PackBudget } from './pack-plans';
import { planRun, type PlanRequest, type RunPlan } from './run-plan';

const nothing: ResourceUse = {
  ...{ descriptors: 0, rings: 0, residentBytes: 0, lockedBytes: 0, threads: 0 },
};

function planOf(
  module: string,
  count: number,
  needs: Partial<ResourceUse> | undefined = {},
  changes: Partial<PlanRequest> = {},
): RunPlan {
  const names = Array.from({ length: count }, (_, index) => `${module}::t${index}`);
  return planRun({
    manifest: {
      ...fakeManifest(names),
      leaves: [{ id: `lib::${module}`, binary: 0, tests: names }],
    },
    leaf: `lib::${module}`,
    args: [],
    expectedFailures: [],
    command: ['/target/tests'],
    workingDirectory: '/crate',
    environment: { PATH: '/bin' },
    limits: { warnAfterSeconds: 60, killAfterSeconds: 300 },
    needs: { tests: count, peaks: { ...nothing, ...needs } },
    ...changes,
  });
}

const membersOf = (plans: readonly RunPlan[], budget: PackBudget): (readonly number[])[] =>
  packPlans(plans, budget).map(({ members }) => members);

test('a shared process has the tests of its leaves in the order in which they start', () => {
  const [pack] = packPlans([planOf('b', 2), planOf('a', 1)], { tests: 10 });
  expect(pack?.plan.processes).toEqual([
    {
      tests: ['a::t0', 'b::t0', 'b::t1'],
      args: ['--exact', 'a::t0', 'b::t0', 'b::t1'],
      leaves: [['b::t0', 'b::t1'], ['a::t0']],
    },
  ]);
  expect(pack?.plan.tests).toEqual(['a::t0', 'b::t0', 'b::t1']);
});

test('a process has no more tests than the budget allows', () => {
  const plans = [planOf('a', 6), planOf('b', 5), planOf('c', 4), planOf('d', 5), planOf('e', 11)];
  expect(membersOf(plans, { tests: 10 })).toEqual([
    [0, 2],
    [1, 3],
  ]);
});

test.each(['descriptors', 'lockedBytes', 'residentBytes'] as const)(
  'what leaves need of %s together stays within the budget',
  (resource) => {
    const plans = [40, 50, 30, 20].map((amount, index) =>
      planOf(`m${index}`, 1, { [resource]: amount }),
    );
    expect(membersOf(plans, { tests: 100, [resource]: 70 })).toEqual([
      [0, 2],
      [1, 3],
    ]);
    expect(membersOf(plans, { tests: 100 })).toEqual([[0, 1, 2, 3]]);
  },
);

test('a leaf of which it is not known what it needs stays alone', () => {
  const { needs: _, ...unknown } = planOf('a', 2);
  const lessKnown = { ...planOf('b', 3), needs: { tests: 2 } };
  expect(membersOf([unknown, lessKnown, planOf('c', 1), planOf('d', 1)], { tests: 10 })).toEqual([
    [2, 3],
  ]);
});

test.each<[string, Partial<PlanRequest>]>([
  ['arguments', { args: ['--test-threads=1'] }],
  ['a time limit', { limits: { warnAfterSeconds: 60, killAfterSeconds: 301 } }],
  ['a variable', { environment: { PATH: '/bin', RUST_LOG: 'debug' } }],
  ['a folder', { workingDirectory: '/other' }],
  ['a program', { command: ['/runner', '/target/tests'] }],
  ['shown output', { args: ['--nocapture'] }],
])('leaves that differ in %s share no process', (_, changes) => {
  expect(membersOf([planOf('a', 1), planOf('b', 1, {}, changes)], { tests: 10 })).toEqual([]);
});

test('nothing is shared where output is to be shown, and nothing of what is split', () => {
  const shown = { args: ['--nocapture'] };
  expect(membersOf([planOf('a', 1, {}, shown), planOf('b', 1, {}, shown)], { tests: 10 })).toEqual(
    [],
  );
  const split = { testsPerProcess: 1 };
  expect(membersOf([planOf('a', 2, {}, split), planOf('b', 1)], { tests: 10 })).toEqual([]);
});

test('tests whose failure is expected stay out', () => {
  const plans = [planOf('a', 2, {}, { expectedFailures: ['a::t1'] }), planOf('b', 1)];
  const [pack] = packPlans(plans, { tests: 10 });
  expect(pack?.plan.tests).toEqual(['a::t0', 'b::t0']);
});
