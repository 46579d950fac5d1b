import type { PlannedProcess } from '../plan/run-plan';

/**
 * Parts the tests that a process left without a verdict into processes to run them again:
 * by leaf, where several leaves shared it, and else into smaller ones.
 *
 * @param left Those without a verdict, in their order.
 */
export function batchesAfter(
  { tests, leaves }: PlannedProcess,
  left: readonly string[],
): string[][] {
  if (leaves === undefined) return smallerBatches(left, tests.length);
  return leaves
    .map((own) => left.filter((test) => own.includes(test)))
    .filter((own) => own.length > 0);
}

/**
 * Parts the tests of a process that was killed from outside into smaller
 * processes: at most half as many as it had been asked for, and no more than it had
 * ended by then, as so many fitted.
 *
 * @param tests Those without a verdict, in their order.
 * @param asked How many tests the process was to run: two or more.
 */
export function smallerBatches(tests: readonly string[], asked: number): string[][] {
  const ended = asked - tests.length;
  const half = Math.floor(asked / 2);
  const size = ended === 0 ? half : Math.min(half, ended);
  const batches: string[][] = [];
  for (let at = 0; at < tests.length; at += size) batches.push(tests.slice(at, at + size));
  return batches;
}
