import { assert, integer, property } from 'fast-check';
import { smallerBatches } from './smaller-batches';

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index}`);

test('every test is in one batch, in order, and each batch is smaller than the process was', () => {
  assert(
    property(integer({ min: 2, max: 500 }), integer({ min: 0, max: 499 }), (asked, ended) => {
      const left = names(asked).slice(Math.min(ended, asked - 1));
      const batches = smallerBatches(left, asked);
      expect(batches.flat()).toEqual(left);
      for (const batch of batches) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThan(asked);
      }
    }),
  );
});

test('no batch is larger than what had ended before', () => {
  expect(smallerBatches(names(10).slice(3), 10).map(({ length }) => length)).toEqual([3, 3, 1]);
});

test('a process that ended no test is halved', () => {
  expect(smallerBatches(names(9), 9).map(({ length }) => length)).toEqual([4, 4, 1]);
});
