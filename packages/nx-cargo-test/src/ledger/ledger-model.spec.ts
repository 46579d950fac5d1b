import fc from 'fast-check';
import { LEDGER_LIMITS } from './bound-records';
import { LedgerSimulation, type Command } from './test-support/ledger-simulation';
import type { Action } from './test-support/simulated-process';

const KEYS = ['a1', 'a2', 'b1'];
const SLOTS = 4;

const key = fc.constantFrom('a1', ...KEYS);
const slot = fc.nat(SLOTS - 1);
const at = fc.nat(2_000_000_000_000);

const recordingAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('read') }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('pass'), key, whole: fc.boolean(), at }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('fail'), key, at }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('compact') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('export') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('import'), which: fc.nat(9) }) },
);
const anyAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 14, arbitrary: recordingAction },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('forget'), key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('forgetAll') }) },
);

// A few operations, to stop in the middle, or all that are left of an action.
const count = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(99));
const step: fc.Arbitrary<Command> = fc.record({ type: fc.constant('step'), slot, count });
const interruption: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('kill'), slot }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('powerFailure'), seed: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('namespaces'), shared: fc.boolean() }) },
);
const fault: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('damage'),
      file: fc.nat(99),
      at: fc.nat(5000),
      cut: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('space'), full: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('failNext'), slot, done: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('foreignFile') }) },
);

function commands(
  action: fc.Arbitrary<Action>,
  others: fc.Arbitrary<Command>,
): fc.Arbitrary<Command[]> {
  const act: fc.Arbitrary<Command> = fc.record({ type: fc.constant('act'), slot, action });
  const command = fc.oneof(
    { weight: 6, arbitrary: act },
    { weight: 8, arbitrary: step },
    { weight: 2, arbitrary: others },
  );
  return fc.array(command, { minLength: 1, maxLength: 240, size: 'max' });
}

// Compaction after few files either way.
const limits = fc.constantFrom(
  { ...LEDGER_LIMITS, files: 2 },
  { passesPerTest: 2, passes: 3, revocations: 3, revocationsOfEveryKey: 2, files: 2 },
);

test('whatever happens, nothing is reused that was revoked or never passed', async () => {
  await fc.assert(
    fc.asyncProperty(
      limits,
      commands(anyAction, fc.oneof(interruption, fault)),
      async (bounds, list) => {
        const simulation = new LedgerSimulation(bounds, KEYS, SLOTS);
        for (const command of list) await simulation.run(command);
        await simulation.finish();
        expect(simulation.violations).toEqual([]);
      },
    ),
    { numRuns: 1000 },
  );
}, 120_000);

test('kills and power failures lose nothing that was acknowledged', async () => {
  await fc.assert(
    fc.asyncProperty(commands(recordingAction, interruption), async (list) => {
      const simulation = new LedgerSimulation({ ...LEDGER_LIMITS, files: 2 }, KEYS, SLOTS);
      for (const command of list) await simulation.run(command);
      const { ledger, problems } = await simulation.finish();
      expect(simulation.violations).toEqual([]);
      expect(problems).toEqual([]);

      for (const { key, id, acknowledgedAt } of simulation.revocations) {
        if (acknowledgedAt !== undefined) expect(ledger.revocationsOf(key)).toContain(id);
      }
      for (const key of KEYS) {
        const passes = simulation.passes.filter((pass) => pass.key === key && pass.acknowledged);
        const superseded = new Set(passes.flatMap(({ supersedes }) => supersedes));
        const revoked = simulation.revocations.some(
          (revocation) => revocation.key === key && !superseded.has(revocation.id!),
        );
        if (passes.length > 0 && !revoked) expect(ledger.lookup(key).state).toBe('passed');
      }
    }),
    { numRuns: 300 },
  );
}, 60_000);
