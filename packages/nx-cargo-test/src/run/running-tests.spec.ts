import { trackRunningTests, type TrackedProcess } from './running-tests';

const track = (changes: Partial<TrackedProcess> = {}): ReturnType<typeof trackRunningTests> =>
  trackRunningTests({
    tests: ['a', 'b', 'c', 'd'],
    likelyThreads: 2,
    ordered: true,
    startedAt: 0,
    ...changes,
  });

test('without a certain number of threads only the first test surely runs', () => {
  const running = track();
  expect(running.runningFor(10, 9)).toBeUndefined();
  expect(running.runningFor(10, 10)).toEqual(['a']);
  expect(running.probablyRunning()).toEqual(['a', 'b']);
});

test('a test counts from when it became the first without a verdict', () => {
  const running = track();
  running.ended('b', 3);
  running.ended('a', 5);
  expect(running.runningFor(10, 14)).toBeUndefined();
  expect(running.runningFor(10, 15)).toEqual(['c']);
});

test('with a certain number of threads a hanging test is found while others go on', () => {
  const running = track({ threads: 2 });
  running.ended('b', 8);
  running.ended('c', 9);
  expect(running.runningFor(10, 10)).toEqual(['a']);
  expect(running.probablyRunning()).toEqual(['a', 'd']);
});

test('what libtest says about a slow test counts, but not for longer than the process runs', () => {
  const running = track({ startedAt: 100 });
  running.reportedSlow('c', 60, 170);
  expect(running.runningFor(60, 170)).toEqual(['a', 'c']);
  expect(running.probablyRunning()).toEqual(['a', 'b', 'c']);
  running.reportedSlow('d', 1000, 171);
  expect(running.runningFor(72, 171)).toBeUndefined();
  running.reportedSlow('not ours', 1000, 171);
  expect(running.runningFor(71, 171)).toEqual(['a', 'd']);
});

test('in random order nobody is accused, unless all that is left runs', () => {
  const running = track({ ordered: false, threads: 2 });
  expect(running.runningFor(10, 9)).toBeUndefined();
  expect(running.runningFor(10, 10)).toEqual([]);
  running.ended('d', 11);
  running.ended('a', 12);
  expect(running.runningFor(10, 22)).toEqual(['b', 'c']);
});

test('a process that stays after its last test is told', () => {
  const running = track({ tests: ['a'] });
  running.ended('a', 1);
  expect(running.runningFor(10, 10)).toBeUndefined();
  expect(running.runningFor(10, 11)).toEqual([]);
});
