import * as v from 'valibot';
import { CargoTestError } from '../errors';

/** Version of the file's shape and of everything that enters a fingerprint. */
export const FINGERPRINT_SCHEMA = 2;

const fingerprintFileSchema = v.strictObject({
  schema: v.literal(FINGERPRINT_SCHEMA),
  /** {@link formatLeafId} of the leaf. */
  leaf: v.string(),
  /** Version of what the leaf executor does with a test; a new one reruns all. */
  behaviour: v.number(),
  /** Digest of all else that a run depends on: environment that Cargo supplies, runner, link arguments. */
  environment: v.string(),
  /** Digest of `CARGO_PKG_*`, which stand in no other; present if a test of the leaf can read them. */
  packageVariables: v.exactOptional(v.string()),
  /** Why the leaf has no tests in this configuration, when it has none. */
  absent: v.optional(v.string()),
  /** Sorted by name. */
  tests: v.array(
    v.strictObject({
      name: v.string(),
      fingerprint: v.string(),
      /** The test can read any variable, so that it depends on `packageVariables`. */
      readsEnvironment: v.exactOptional(v.literal(true)),
    }),
  ),
});

/**
 * One leaf's fingerprints: the only file that decides whether Nx answers the
 * leaf from its cache, so it holds nothing but what can change a test's outcome.
 */
export type FingerprintFile = v.InferOutput<typeof fingerprintFileSchema>;

/**
 * Reads a fingerprint file's content.
 *
 * @throws {CargoTestError} `INVALID_FILE` naming `file` and the first wrong key.
 */
export function parseFingerprintFile(text: string, file: string): FingerprintFile {
  return parseJson(fingerprintFileSchema, text, file);
}

/** The canonical text of a fingerprint file: tests sorted, one line each. */
export function formatFingerprintFile(content: FingerprintFile): string {
  const tests = [...content.tests].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return `${JSON.stringify({ ...content, tests }, null, 1)}\n`;
}

/** Parses JSON text against a schema, naming the file and the wrong key. */
export function parseJson<S extends v.GenericSchema>(
  schema: S,
  text: string,
  file: string,
): v.InferOutput<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CargoTestError('INVALID_FILE', `${file} is not JSON`, { cause });
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const key = v.getDotPath(issue) ?? '(top level)';
  throw new CargoTestError(
    'INVALID_FILE',
    `${file}: ${key}: expected ${issue.expected ?? 'another value'}, got ${issue.received}`,
  );
}
