import * as v from 'valibot';
import { CargoTestError } from '../errors';
import { describeIssue } from '../describe-issue';

/**
 * Checks the options of an executor.
 *
 * @param executor Its name, such as `test-module`.
 * @throws {CargoTestError} `INVALID_OPTIONS` naming the first wrong key, what was
 *   expected there and what was found.
 */
export function parseOptions<S extends v.GenericSchema>(
  schema: S,
  executor: string,
  options: unknown,
): v.InferOutput<S> {
  const result = v.safeParse(schema, options);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new CargoTestError(
    'INVALID_OPTIONS',
    `options of the executor nx-cargo-test:${executor}: ${describeIssue(issue, () => keysOf(schema))}`,
  );
}

/** Known keys, for a schema of an object. */
function keysOf(schema: v.GenericSchema): readonly string[] {
  return 'entries' in schema && typeof schema.entries === 'object' && schema.entries !== null
    ? Object.keys(schema.entries)
    : [];
}
