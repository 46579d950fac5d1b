import * as v from 'valibot';
import { describeIssue } from '../describe-issue';
import { CargoTestError } from '../errors';

/**
 * Checks the options of a generator, of which Nx has checked the types already.
 *
 * @param generator Its name, such as `lima`.
 * @throws {CargoTestError} `INVALID_OPTIONS` naming the first wrong key, what was
 *   expected there, what was found and the nearest right one.
 */
export function parseGeneratorOptions<const E extends v.ObjectEntries>(
  entries: E,
  generator: string,
  options: unknown,
): v.InferOutput<v.StrictObjectSchema<E, undefined>> {
  const result = v.safeParse(v.strictObject(entries), options);
  if (result.success) return result.output;
  throw new CargoTestError(
    'INVALID_OPTIONS',
    `options of the generator nx-cargo-test:${generator}: ${describeIssue(result.issues[0], () => Object.keys(entries))}`,
  );
}
