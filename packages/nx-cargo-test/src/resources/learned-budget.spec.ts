import fc from 'fast-check';
import { smallerBatches } from '../run/smaller-batches';
import {
  describeSplit,
  learnFromEnd,
  learnFromKill,
  splitTests,
  testsPerProcess,
  type LearnedBudget,
} from './learned-budget';

const killOf = (tests: number): LearnedBudget['killed'] => ({
  tests,
  why: 'SIGKILL, cause unknown',
  at: '2026-11-24T10:00:00.000Z',
});

describe('splitTests', () => {
  it('parts tests in order, drops none, and makes no part larger than allowed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { maxLength: 300 }),
        fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constant(Infinity)),
        (tests, most) => {
          const parts = splitTests(tests, most);
          expect(parts.flat()).toEqual(tests);
          const sizes = parts.map((part) => part.length);
          for (const size of sizes) {
            expect(size).toBeGreaterThan(0);
            expect(size).toBeLessThanOrEqual(most);
          }
          // As few as possible, of about one length.
          expect(parts.length).toBe(
            most === Infinity ? Math.min(1, tests.length) : Math.ceil(tests.length / most),
          );
          if (sizes.length > 0) expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(2);
        },
      ),
    );
  });

  it.each([0, -1, NaN])('drops nothing even for a limit of %p', (most) => {
    expect(splitTests(['a', 'b', 'c'], most).flat()).toEqual(['a', 'b', 'c']);
  });
});

/** Runs processes of tests of which so many fit into one, as the runner does, and learns from it. */
function runTests(
  tests: readonly string[],
  room: number,
  known: LearnedBudget | undefined,
): { budget: LearnedBudget | undefined; kills: number; verdicts: string[] } {
  let budget = known;
  let kills = 0;
  const verdicts: string[] = [];
  const most = budget === undefined ? Infinity : testsPerProcess(budget);
  const waiting = splitTests(tests, most);
  while (waiting.length > 0) {
    const asked = waiting.shift()!;
    if (asked.length <= room) {
      verdicts.push(...asked);
      if (budget !== undefined) budget = learnFromEnd(budget, asked.length);
      continue;
    }
    kills++;
    verdicts.push(...asked.slice(0, room));
    budget = learnFromKill(budget, killOf(asked.length), room);
    waiting.unshift(...smallerBatches(asked.slice(room), asked.length));
  }
  return { budget, kills, verdicts };
}

describe('what is learned', () => {
  const crowd = fc.record({
    count: fc.integer({ min: 2, max: 200 }),
    room: fc.integer({ min: 1, max: 199 }),
  });

  it('keeps every later run from being killed, and each test has one verdict', () => {
    fc.assert(
      fc.property(crowd, ({ count, room }) => {
        const tests = Array.from({ length: count }, (_, index) => `${index + 1000}`);
        const first = runTests(tests, room, undefined);
        expect(first.kills > 0).toBe(count > room);
        expect(first.verdicts.toSorted()).toEqual(tests);
        let { budget } = first;
        for (let round = 0; round < 10; round++) {
          const again = runTests(tests, room, budget);
          expect(again.kills).toBe(0);
          expect(again.verdicts).toEqual(tests);
          ({ budget } = again);
        }
        // It grows back to what fits, within a test, and never beyond.
        if (budget === undefined) return;
        expect(testsPerProcess(budget)).toBeLessThanOrEqual(room);
      }),
    );
  });

  it('is never as large as the process that was killed', () => {
    const steps = fc.array(
      fc.record({
        asked: fc.integer({ min: 2, max: 50 }),
        ended: fc.nat(),
        isKill: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(steps, (all) => {
        let budget: LearnedBudget | undefined;
        for (const { asked, ended, isKill } of all) {
          if (isKill) budget = learnFromKill(budget, killOf(asked), ended % asked);
          else if (budget !== undefined) budget = learnFromEnd(budget, asked);
          if (budget === undefined) continue;
          expect(testsPerProcess(budget)).toBeGreaterThanOrEqual(1);
          expect(testsPerProcess(budget)).toBeLessThan(budget.killed.tests);
        }
      }),
    );
  });

  it('is one test if no process ended by itself after the kill', () => {
    expect(testsPerProcess(learnFromKill(undefined, killOf(20), 18))).toBe(1);
  });

  it('grows from run to run up to what had ended in the killed process', () => {
    let budget = learnFromEnd(learnFromKill(undefined, killOf(20), 9), 2);
    const grown: number[] = [];
    for (let run = 0; run < 4; run++) {
      grown.push(testsPerProcess(budget));
      budget = learnFromEnd(budget, testsPerProcess(budget));
    }
    expect(grown).toEqual([4, 8, 9, 9]);
  });

  it('starts lower after the next kill', () => {
    const before = learnFromEnd(learnFromKill(undefined, killOf(20), 9), 8);
    const after = learnFromEnd(learnFromKill(before, killOf(8), 3), 2);
    expect([testsPerProcess(before), testsPerProcess(after)]).toEqual([9, 3]);
  });
});

test('says why tests are split in one line', () => {
  const budget = learnFromKill(undefined, killOf(20), 6);
  expect(describeSplit(budget, [5, 5, 5, 5], 'forget it')).toBe(
    'split into 4 processes of at most 5 tests, because a process of 20 was killed by ' +
      'SIGKILL, cause unknown on 2026-11-24; `forget it` forgets that',
  );
  expect(describeSplit(budget, [1, 1], 'forget it')).toContain('2 processes of 1 test, because');
});
