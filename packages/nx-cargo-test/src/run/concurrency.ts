import { availableParallelism } from 'node:os';
import { CargoTestError } from '../errors';

/** Runs a job when one of the places is free, in the order of the calls. */
export type Limit = <T>(job: () => Promise<T>) => Promise<T>;

/**
 * Lets at most `places` jobs run at a time.
 *
 * @param places A function is asked whenever a job comes, for a number that is not known before.
 */
export function createLimit(places: number | (() => number)): Limit {
  const most = typeof places === 'number' ? () => places : places;
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (job) => {
    if (running >= most()) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await job();
    } finally {
      // The place is handed on, so that a newcomer cannot take it in between.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/**
 * How many test processes run at a time: `NX_CARGO_TEST_PARALLEL`, by default
 * half the processors, as libtest already runs a thread for each processor
 * within every process, while many modules have fewer tests than that.
 *
 * @param processors Of the machine that they run on.
 * @throws {CargoTestError} `INVALID_OPTIONS` when the variable is not a positive integer.
 */
export function parallelProcesses(
  environment: Readonly<Record<string, string | undefined>>,
  processors: number = availableParallelism(),
): number {
  const text = environment['NX_CARGO_TEST_PARALLEL'];
  if (text === undefined || text === '') return Math.max(1, Math.floor(processors / 2));
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new CargoTestError(
      'INVALID_OPTIONS',
      `NX_CARGO_TEST_PARALLEL: expected a positive integer, got ${JSON.stringify(text)}`,
    );
  }
  return Number(text);
}
