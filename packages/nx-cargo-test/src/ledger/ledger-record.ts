import * as v from 'valibot';

/** Version of a record's shape and of what its key holds; each has a folder of its own. */
export const LEDGER_SCHEMA = 1;

/** The key of a revocation that applies to every key. */
export const EVERY_KEY = '*';

const testSchema = v.strictObject({
  /** Folder of the Cargo workspace relative to the Nx workspace root, `.` for the root itself. */
  cargoWorkspace: v.string(),
  /** Cargo package name. */
  package: v.string(),
  /** Test binary as `kind:name`, for example `lib:glommio`. */
  binary: v.string(),
  /** Name as the binary lists it. */
  name: v.string(),
});

/** Which test a record is about; for people, since its key says the same. */
export type LedgerTest = v.InferOutput<typeof testSchema>;

const partsSchema = v.strictObject({
  /** The fingerprint, and versions of how fingerprints are taken and tests are run. */
  code: v.string(),
  /** Digest of the declared files and variables. */
  inputs: v.string(),
  /** Digest of how and where the test ran: kernel, runner, environment, shared libraries. */
  machine: v.string(),
  /** Digest of options and arguments that bear on a verdict. */
  options: v.string(),
});

/** What a key is made of, part by part, to tell which part changed. */
export type KeyParts = v.InferOutput<typeof partsSchema>;

const circumstances = {
  /** SHA-256 of the test and its {@link KeyParts}, lower-case hexadecimal; of a revocation also {@link EVERY_KEY}. */
  key: v.string(),
  test: testSchema,
  /** When, ISO 8601 in UTC. For people only: it orders nothing and validates nothing. */
  at: v.string(),
  /** The commit that was checked out, in full; absent outside of a git repository. */
  commit: v.exactOptional(v.string()),
  /** Tracked files differed from the commit, or there were untracked ones. */
  localChanges: v.boolean(),
  /** The machine in words, for example `linux 6.1 x86_64, native`. */
  machine: v.string(),
};

const passSchema = v.strictObject({
  type: v.literal('pass'),
  ...circumstances,
  key: v.pipe(v.string(), v.notValue(EVERY_KEY)),
  parts: partsSchema,
  /** Duration, where it is known. */
  seconds: v.exactOptional(v.number()),
  /** Ids of the revocations of this key that a run of the whole module had before its eyes when it passed. */
  supersedes: v.array(v.string()),
});

const revocationSchema = v.strictObject({
  type: v.literal('revocation'),
  ...circumstances,
  /** Unlike any other revocation's. */
  id: v.string(),
  /** How the test ended, in words. */
  why: v.string(),
});

/** A test passed, in a process that ended by itself with a truthful verdict. */
export type PassRecord = v.InferOutput<typeof passSchema>;

/** A test failed or was killed: no pass of the key counts that does not supersede this. */
export type RevocationRecord = v.InferOutput<typeof revocationSchema>;

/** One line of the ledger. */
export type LedgerRecord = PassRecord | RevocationRecord;

/** Accepts one record; `undefined` for anything else. */
export const recordSchema = v.variant('type', [passSchema, revocationSchema]);

/** A revocation of every key, for failures of which nothing more is known. */
export function revokeEveryKey(id: string, why: string, at: string): RevocationRecord {
  const test = { cargoWorkspace: '*', package: '*', binary: '*', name: '*' };
  return {
    type: 'revocation',
    key: EVERY_KEY,
    test,
    at,
    localChanges: false,
    machine: '',
    id,
    why,
  };
}
