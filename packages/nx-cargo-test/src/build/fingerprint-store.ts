import { readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { GRAPH_VERSION } from '@nx-cargo-test/object-graph';
import { FINGERPRINT_SCHEMA, parseJson } from '../fingerprint/fingerprint-file';
import { readSharedLibraries } from '../fingerprint/shared-libraries';
import { replaceFile } from '../replace-file';
import { keepNewestFiles } from './keep-newest-files';

/** Version of an entry's shape, and of what is learned beside fingerprints. */
const STORE_SCHEMA = 5;

const stateSchema = v.strictObject({
  statics: v.array(
    v.strictObject({ name: v.string(), isThreadLocal: v.boolean(), tests: v.array(v.string()) }),
  ),
  unknown: v.array(v.string()),
});

const storedSchema = v.strictObject({
  version: v.string(),
  /** Digest of the link arguments; absent when the link was not seen. */
  linkArguments: v.optional(v.string()),
  /** Fingerprint per test. */
  fingerprints: v.record(v.string(), v.string()),
  /** Why tests depend on the whole binary, and how many do. */
  widened: v.array(v.strictObject({ reason: v.string(), count: v.number() })),
  /** Tests that can read any variable of their environment. */
  readsEnvironment: v.array(v.string()),
  /** Crates in the binary that compile sources while tests run. */
  compiling: v.array(v.string()),
  /** Which tests share state; absent when that is not known of any. */
  state: v.exactOptional(stateSchema),
  /** The shared libraries that count; absent for none. */
  libraries: v.exactOptional(
    v.strictObject({
      files: v.array(v.string()),
      searchPaths: v.array(v.string()),
      digest: v.string(),
    }),
  ),
});

/** What was learned from the link of one binary. */
export type StoredFingerprints = Omit<v.InferOutput<typeof storedSchema>, 'version'>;

/**
 * Fingerprints by the SHA-256 of the binary that they were taken of. Those of a binary
 * whose shared libraries have changed since are not seen.
 */
export interface FingerprintStore {
  has(sha256: string): Promise<boolean>;
  read(sha256: string): Promise<StoredFingerprints | undefined>;
  write(sha256: string, content: StoredFingerprints): Promise<void>;
  /** Forgets the binaries used longest ago, but for a number that lets branches be switched. */
  prune(): Promise<void>;
}

const KEPT = 200;

async function areSame(libraries: StoredFingerprints['libraries']): Promise<boolean> {
  if (libraries === undefined) return true;
  const { digest } = await readSharedLibraries(libraries.files, libraries.searchPaths);
  return digest === libraries.digest;
}

/**
 * Opens the store, so that a binary that cargo finds fresh costs no second look
 * at its objects, which may be gone.
 *
 * @param version Version of the code that takes fingerprints, and what else they depend on
 *   besides the binary; entries of another are not seen.
 */
export function openFingerprintStore(buildFolder: string, version: string): FingerprintStore {
  const folder = join(buildFolder, 'fingerprints');
  const stamp = `${STORE_SCHEMA}:${FINGERPRINT_SCHEMA}:${GRAPH_VERSION}:${version}`;
  const fileOf = (sha256: string): string => join(folder, `${sha256}.json`);
  const read = async (sha256: string): Promise<StoredFingerprints | undefined> => {
    const file = fileOf(sha256);
    try {
      const { version: written, ...content } = parseJson(
        storedSchema,
        await readFile(file, 'utf8'),
        file,
      );
      return written === stamp && (await areSame(content.libraries)) ? content : undefined;
    } catch {
      // Missing, of an older shape, cut short, or a library is gone: the link is looked at again.
      return undefined;
    }
  };
  return {
    has: async (sha256) => (await read(sha256)) !== undefined,
    read: async (sha256) => {
      const content = await read(sha256);
      const now = new Date();
      if (content !== undefined) await utimes(fileOf(sha256), now, now).catch(() => undefined);
      return content;
    },
    write: (sha256, content) =>
      replaceFile(fileOf(sha256), JSON.stringify({ version: stamp, ...content })),
    prune: () => keepNewestFiles(folder, KEPT),
  };
}
