import { CargoTestError } from '../errors';
import { proposeNearest } from '../nearest-name';
import type { CargoSide } from './cargo-side';
import type { ResolvedOptions } from './plugin-options';

/**
 * What is wrong with options that are given by package: one of a package that there is not
 * has no effect, and nobody would notice.
 *
 * @returns what is wrong with the first, or `undefined`, also where packages could not be
 *   read, among which it may be.
 */
export function findStrayPackage(
  { expectedFailures }: ResolvedOptions,
  { packages, unreadable }: CargoSide,
): CargoTestError | undefined {
  if (unreadable.length > 0) return undefined;
  const names = new Set(packages.map(({ cargo }) => cargo.name));
  const stray = Object.keys(expectedFailures).find((name) => !names.has(name));
  if (stray === undefined) return undefined;
  return new CargoTestError(
    'INVALID_OPTIONS',
    `options of nx-cargo-test in nx.json: expectedFailures.${stray}: no package is called ${stray}${proposeNearest(stray, names)}`,
  );
}
