import * as v from 'valibot';
import { parseJson } from './fingerprint-file';

/** Version of the manifest's shape. */
export const MANIFEST_SCHEMA = 1;

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
  /** Every test that the binary lists, sorted by name. */
  tests: v.array(v.strictObject({ name: v.string(), ignored: v.boolean() })),
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
  return `${JSON.stringify(manifest, null, 1)}\n`;
}
