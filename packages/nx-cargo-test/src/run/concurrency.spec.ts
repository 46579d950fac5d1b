import { createLimit, parallelProcesses } from './concurrency';
import { assertHostRunsTests } from './host';

test('never more jobs at a time than places, and a failed one gives its place back', async () => {
  const limit = createLimit(2);
  let running = 0;
  let most = 0;
  const job = async (fails: boolean): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    if (fails) throw new Error('failed');
  };
  const ends = await Promise.allSettled(
    Array.from({ length: 9 }, (_, index) => limit(() => job(index % 2 === 0))),
  );
  expect(most).toBe(2);
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
});

test('half the processors, at least one, unless the variable says otherwise', () => {
  expect(parallelProcesses({}, 8)).toBe(4);
  expect(parallelProcesses({}, 1)).toBe(1);
  expect(parallelProcesses({ NX_CARGO_TEST_PARALLEL: '3' }, 8)).toBe(3);
  for (const wrong of ['0', '-1', 'two', '1.5']) {
    expect(() => parallelProcesses({ NX_CARGO_TEST_PARALLEL: wrong }, 8)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS' }),
    );
  }
});

test('tests are built on Linux only', () => {
  expect(() => assertHostRunsTests('linux')).not.toThrow();
  expect(() => assertHostRunsTests('darwin')).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED_HOST' }),
  );
});
