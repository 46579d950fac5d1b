import { CargoTestError } from '../errors';
import { plainText } from './plain-text';
import type { LedgerEntry } from './ledger-entries';

/** How many similar names a message proposes. */
const PROPOSALS = 5;

/**
 * The entries of the tests with exactly the given names.
 *
 * @param packageName Only tests of this Cargo package. Default: of any.
 * @throws {CargoTestError} `UNKNOWN_TEST` if a name has none.
 */
export function findTests(
  entries: readonly LedgerEntry[],
  names: readonly string[],
  packageName: string | undefined,
): LedgerEntry[] {
  const candidates = ofPackage(entries, packageName);
  const where = packageName === undefined ? '' : ` in the package ${packageName}`;
  for (const name of names) {
    if (candidates.some(({ test }) => test.name === name)) continue;
    const similar = [
      ...new Set(candidates.map(({ test }) => test.name).filter((other) => other.includes(name))),
    ];
    const proposal =
      similar.length === 0
        ? ''
        : `; it knows ${similar.slice(0, PROPOSALS).map(plainText).join(', ')}${similar.length > PROPOSALS ? ', …' : ''}`;
    throw new CargoTestError(
      'UNKNOWN_TEST',
      `the ledger knows no test ${plainText(name)}${where}${proposal}`,
    );
  }
  return candidates.filter(({ test }) => names.includes(test.name));
}

/** The entries of one Cargo package, or all. */
export function ofPackage(
  entries: readonly LedgerEntry[],
  packageName: string | undefined,
): readonly LedgerEntry[] {
  return packageName === undefined
    ? entries
    : entries.filter(({ test }) => test.package === packageName);
}
