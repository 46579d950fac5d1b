import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { parseJson } from '../fingerprint/fingerprint-file';

/** Version of the results file's shape. */
export const RESULT_SCHEMA = 2;

const verdictSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('passed') }),
  v.strictObject({
    kind: v.literal('reused'),
    passed: v.strictObject({
      commit: v.exactOptional(v.string()),
      localChanges: v.boolean(),
      at: v.string(),
      machine: v.string(),
      seconds: v.exactOptional(v.number()),
    }),
  }),
  v.strictObject({ kind: v.literal('failed'), message: v.exactOptional(v.string()) }),
  v.strictObject({ kind: v.literal('ignored'), message: v.exactOptional(v.string()) }),
  v.strictObject({
    kind: v.literal('killed'),
    cause: v.picklist(['timeout', 'processEnd']),
    by: v.string(),
  }),
  v.strictObject({
    kind: v.literal('notRun'),
    cause: v.picklist(['notSelected', 'processEnd']),
    why: v.string(),
  }),
]);

const resultFileSchema = v.strictObject({
  schema: v.literal(RESULT_SCHEMA),
  /** `formatLeafId` of the leaf. */
  leaf: v.string(),
  /** {@link digestOf} the fingerprint file that the tests ran for. */
  fingerprint: v.string(),
  /** The user's arguments, which may have selected some tests only. */
  args: v.array(v.string()),
  /** False until the last test had its verdict. */
  complete: v.boolean(),
  /** True when every test may end as it did; means nothing until complete. */
  success: v.boolean(),
  /** Sum of the durations of the leaf's processes. */
  seconds: v.number(),
  /** Why the leaf has no tests in this configuration, when it has none. */
  absent: v.exactOptional(v.string()),
  /** Why the leaf fails beyond its failed tests. */
  problems: v.array(v.string()),
  /** Every test of the leaf, once. */
  tests: v.array(
    v.strictObject({
      name: v.string(),
      verdict: verdictSchema,
      expectedFailure: v.boolean(),
      seconds: v.exactOptional(v.number()),
    }),
  ),
});

/** The verdicts of one leaf. */
export type ResultFile = v.InferOutput<typeof resultFileSchema>;

/**
 * Reads a results file's content.
 *
 * @throws {CargoTestError} `INVALID_FILE` naming `file` and the first wrong key.
 */
export function parseResultFile(text: string, file: string): ResultFile {
  return parseJson(resultFileSchema, text, file);
}

/** The text of a results file. */
export function formatResultFile(content: ResultFile): string {
  return `${JSON.stringify(content, null, 1)}\n`;
}

/** SHA-256 of a fingerprint file's text, lower-case hexadecimal. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
