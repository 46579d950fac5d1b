import type { LinkRecord } from '../build/link-records';
import { CargoTestError } from '../errors';
import type { CapturedBinary } from './captured-links';
import { plainText } from './plain-text';
import { proposeSimilar } from './similar-names';

/** A test of a recorded link. */
export interface FoundTest {
  readonly binary: CapturedBinary;
  /** The newest link of the binary. */
  readonly record: LinkRecord;
  /** Full name. */
  readonly test: string;
}

/**
 * Finds a test by its full name, or else by the end of it, in the newest link of
 * each binary.
 *
 * @throws {CargoTestError} `UNKNOWN_TEST` proposing similar names; `UNCLEAR_SELECTION`
 *   if several are meant.
 */
export function findTest(binaries: readonly CapturedBinary[], name: string): FoundTest {
  const all = binaries.flatMap((binary): FoundTest[] => {
    const record = binary.records[0]!;
    return record.tests.map((test) => ({ binary, record, test }));
  });
  const exact = all.filter(({ test }) => test === name);
  const found = exact.length > 0 ? exact : all.filter(({ test }) => test.endsWith(`::${name}`));
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    const list = found.map(({ binary, test }) => `\n  ${plainText(test)} --binary=${binary.id}`);
    throw new CargoTestError(
      'UNCLEAR_SELECTION',
      `several tests are called ${plainText(name)}; name one of:${list.join('')}`,
    );
  }
  const names = all.map(({ test }) => test);
  const where = binaries.map(({ id }) => id).join(', ');
  const proposal = proposeSimilar(name, names, (test) => test.split('::').at(-1)!);
  throw new CargoTestError(
    'UNKNOWN_TEST',
    plainText(`there is no test ${name} in ${where}${proposal}`),
  );
}
