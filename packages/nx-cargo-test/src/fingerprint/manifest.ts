import * as v from 'valibot';
import { parseJson } from './fingerprint-file';

/** Version of the manifest's shape. */
export const MANIFEST_SCHEMA = 2;

const testIndex = v.pipe(v.number(), v.integer(), v.minValue(0));

const binarySchema = v.strictObject({
  kind: v.picklist(['lib', 'bin', 'example', 'test', 'bench']),
  /** Cargo target name. */
  name: v.string(),
  /** False for `harness = false`: the binary is one test, judged by its exit status. */
  harness: v.boolean(),
  /** The executable that cargo linked, relative to the Nx workspace root when it lies inside it. */
  executable: v.string(),
  /** SHA-256 of the executable, lower-case hexadecimal. */
  sha256: v.string(),
  /** Where cargo runs the binary, relative to the Nx workspace root when inside it. */
  workingDirectory: v.string(),
  /**
   * Environment that `cargo test` adds for this binary: CARGO_*, OUT_DIR, `[env]`,
   * rustc-env of build scripts and the library path. Values may hold the token
   * `{workspaceRoot}` where a path inside the Nx workspace stood.
   */
  environment: v.record(v.string(), v.string()),
  /** The configured target runner (`target.<triple>.runner`) and its arguments; empty without one. */
  runner: v.array(v.string()),
  /** Target that the binary was compiled for: a triple, or the name of a target file. */
  target: v.string(),
  /** Whether it may hold instructions of the processor that it was compiled on, by `target-cpu=native`. */
  nativeCpu: v.boolean(),
  /** Every test that the binary lists, sorted by name. */
  tests: v.array(v.strictObject({ name: v.string(), ignored: v.boolean() })),
  /**
   * Writable statics and thread-locals of the workspace that two or more tests
   * reach, sorted by name, with the indices of these tests in `tests`. Tests of one
   * process can act on each other through them. Names are for people, and may
   * recur. Absent when it is not known of any test: then each may share with all.
   */
  sharedState: v.exactOptional(
    v.array(
      v.strictObject({ name: v.string(), threadLocal: v.boolean(), tests: v.array(testIndex) }),
    ),
  ),
  /** Indices of tests of which it is not known what they reach, so that each may share with all. */
  stateUnknown: v.exactOptional(v.array(testIndex)),
});

const manifestSchema = v.strictObject({
  schema: v.literal(MANIFEST_SCHEMA),
  /** Cargo package name. */
  package: v.string(),
  binaries: v.array(binarySchema),
  /** Which tests each leaf runs; every listed test stands in exactly one leaf. */
  leaves: v.array(
    v.strictObject({
      /** {@link formatLeafId} of the leaf. */
      id: v.string(),
      /** Index into `binaries`; absent when the leaf has no binary in this configuration. */
      binary: v.optional(v.number()),
      tests: v.array(v.string()),
    }),
  ),
});

/** What `build-tests` built: which binary to run for which test, and how. */
export type Manifest = v.InferOutput<typeof manifestSchema>;

/** One test binary of a {@link Manifest}. */
export type ManifestBinary = v.InferOutput<typeof binarySchema>;

/**
 * Reads a manifest's content.
 *
 * @throws {CargoTestError} `INVALID_FILE` naming `file` and the first wrong key.
 */
export function parseManifest(text: string, file: string): Manifest {
  return parseJson(manifestSchema, text, file);
}

/** The canonical text of a manifest. */
export function formatManifest(manifest: Manifest): string {
  const text = JSON.stringify(manifest, null, 1);
  // Numbers in one line; the line breaks are none of a string's, which has them escaped.
  const compact = text.replace(/\[\n\s*(\d+(?:,\n\s*\d+)*)\n\s*\]/g, (_, numbers: string) => {
    return `[${numbers.replace(/\s+/g, '')}]`;
  });
  return `${compact}\n`;
}
