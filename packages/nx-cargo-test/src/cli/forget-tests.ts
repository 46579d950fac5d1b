import { CargoTestError } from '../errors';
import { findTests, ofPackage } from './find-tests';
import type { LedgerCommand } from './ledger-commands';
import { countTests, ledgerEntries } from './ledger-entries';
import { countOf } from '../count-of';
import { orUnusable, readLedger } from './read-ledger';

/**
 * `ledger forget`: makes tests run again.
 *
 * @param names Exact names; none for all tests.
 * @param packageName Only tests of this Cargo package. Default: of any.
 * @throws {CargoTestError} `UNKNOWN_TEST`, after which nothing is forgotten.
 */
export async function forgetTests(
  { store, stdout, stderr }: LedgerCommand,
  names: readonly string[],
  packageName: string | undefined,
): Promise<void> {
  const all = ledgerEntries(await readLedger(store, stderr));
  const known = names.length > 0 ? findTests(all, names, packageName) : ofPackage(all, packageName);
  if (packageName !== undefined && known.length === 0) {
    throw new CargoTestError('UNKNOWN_TEST', `the ledger knows no test of ${packageName}`);
  }
  const everything = names.length === 0 && packageName === undefined;
  if (everything) {
    // Damaged files go as well, whatever they held.
    await orUnusable(() => store.forgetAll());
  } else {
    const keys = new Set(known.map(({ key }) => key));
    await orUnusable(() => store.forget((pass) => keys.has(pass.key)));
  }
  const reusable = known.filter(({ state }) => state === 'reusable');
  if (reusable.length === 0) {
    stdout.write(`${everything ? 'Forgot all that was known; no' : 'No'} test was reusable.\n`);
    return;
  }
  const tests = countOf(countTests(reusable), 'test');
  stdout.write(
    `Forgot that ${tests} passed (${countOf(reusable.length, 'entry')}).\n` +
      "Nx's cache is as it was: what it answers still does not run without --skip-nx-cache.\n",
  );
}
