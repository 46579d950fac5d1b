import {
  fingerprintAndKeep,
  fingerprintProgram,
  fingerprintTests,
  fingerprintTestsAgain,
  GRAPH_VERSION,
  ObjectGraphError,
} from '@nx-cargo-test/object-graph';
import type { SharedStatic, TestFingerprints } from '@nx-cargo-test/object-graph';
import type { CapturedLink } from '../cargo/read-capture';
import { unfollowedLinkArguments } from '../cargo/unfollowed-link-arguments';
import { isInside } from '../is-inside';
import type { LinkPayload } from './link-payload';
import type { LinkStates } from './link-states';
import { readLink, wholeLink } from './read-link';
import type { ReadLink } from './read-link';
import { readSharedLibraries } from './shared-libraries';
import type { TableCache } from './table-cache';

/** A linked executable and what is known of its link. */
export interface FingerprintRequest {
  readonly executable: string;
  /** SHA-256 of the executable, lower-case hexadecimal. */
  readonly sha256: string;
  /** True when the binary lists its tests; false when the whole program is one. */
  readonly harness: boolean;
  /** A program that tests start, whose output they may read. */
  readonly isStarted: boolean;
  /** Names as the binary lists them; for `harness: false` the one name of the program. */
  readonly tests: readonly string[];
  readonly link: CapturedLink | undefined;
  /** Why there is no link, when there is none. */
  readonly unseen: string | undefined;
  /** Folder of the compiler and its standard library. */
  readonly sysroot: string;
  /** Whether an input, as rustc named it, was compiled with optimisation; true when that is not known. */
  isOptimized(path: string): boolean;
  /** Whether an input outside of `sysroot` may hold code of the workspace; true when that is not known. */
  isWorkspace(path: string): boolean;
  /** Where the content of what the linker wrote, or of a shared library, can be read. Default: there. */
  locate?(path: string): string;
  /** Reads the files of the link. Default: without a cache, and with all paths counting. */
  readonly tables?: TableCache;
  /** What is known of earlier links. Default: nothing, and nothing is kept. */
  readonly states?: LinkStates;
}

/** Why some tests depend on the whole binary, and how many. */
export interface Widening {
  readonly reason: string;
  readonly count: number;
}

/** By what tests that run in one process can act on each other. */
export interface TestState {
  /** Writable statics and thread-locals of the workspace that two or more tests reach. */
  readonly statics: readonly SharedStatic[];
  /** Tests of which it is not known what they reach. */
  readonly unknown: readonly string[];
}

/** One fingerprint for every test that was asked for. */
export interface BinaryFingerprints {
  readonly fingerprints: ReadonlyMap<string, string>;
  readonly widened: readonly Widening[];
  /** Tests that can read any variable of their environment, or of which that is not known. */
  readonly readsEnvironment: ReadonlySet<string>;
  /** The link, for later questions; absent if its files' tables are not kept. */
  readonly link?: LinkPayload;
  /** Undefined when it is not known of any test. */
  readonly state: TestState | undefined;
  /** What the fingerprints hold of shared libraries, which may change while the binary stays the same. */
  readonly libraries?: LinkedLibraries;
}

/** The shared libraries of a link, and what they were when its tests were fingerprinted. */
export interface LinkedLibraries {
  readonly files: readonly string[];
  readonly searchPaths: readonly string[];
  /** See `readSharedLibraries`. */
  readonly digest: string;
}

/**
 * Fingerprints each test of a binary by what it can reach in the objects that
 * were linked. Where that cannot be told, the test gets the digest of the whole
 * binary, and the reason is counted. Never fails for a link that cannot be
 * followed; fails when a captured file cannot be read.
 */
export async function fingerprintBinary(request: FingerprintRequest): Promise<BinaryFingerprints> {
  const { link } = request;
  if (link === undefined) return wholeBinary(request, request.unseen ?? 'its link was not seen');
  const libraries = await readSharedLibraries(
    link.sharedLibraries,
    link.searchPaths,
    request.locate,
  );
  const taken = fingerprintLink(request, link, libraries);
  const { sharedLibraries: files, searchPaths } = link;
  return files.length === 0
    ? taken
    : { ...taken, libraries: { files, searchPaths, digest: libraries.digest } };
}

function fingerprintLink(
  request: FingerprintRequest,
  link: CapturedLink,
  libraries: Awaited<ReturnType<typeof readSharedLibraries>>,
): BinaryFingerprints {
  const { tests } = request;
  const [unfollowed] = [...unfollowedLinkArguments(link), ...libraries.unfollowed];
  if (unfollowed !== undefined) return wholeBinary(request, unfollowed, libraries.digest);
  try {
    const { objects, payload } = readLink(request, link);
    const {
      fingerprints: reached,
      unknown,
      readsEnvironment,
      sharedState: statics,
    } = request.harness
      ? takeFingerprints(request, objects)
      : {
          fingerprints: new Map(
            tests.map((name) => [name, fingerprintProgram(wholeLink(objects), request.isStarted)]),
          ),
          unknown: new Map<string, string>(),
          readsEnvironment: new Set(tests),
          sharedState: [],
        };
    const fingerprints = new Map<string, string>();
    const reasons = new Map<string, number>();
    for (const test of tests) {
      const digest = reached.get(test);
      fingerprints.set(
        test,
        (digest === undefined ? wholeDigest(request) : `code-${GRAPH_VERSION}-${digest}`) +
          libraries.digest,
      );
      if (digest !== undefined) continue;
      const reason = unknown.get(test) ?? 'the objects tell nothing of it';
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    return {
      fingerprints,
      widened: [...reasons].map(([reason, count]) => ({ reason, count })),
      readsEnvironment: new Set(
        tests.filter((test) => readsEnvironment.has(test) || !reached.has(test)),
      ),
      ...(payload === undefined ? {} : { link: payload }),
      state: hasHiddenState(request, link)
        ? undefined
        : { statics, unknown: tests.filter((test) => !reached.has(test)) },
    };
  } catch (error) {
    if (error instanceof ObjectGraphError)
      return wholeBinary(request, `${error.code}: ${error.message}`, libraries.digest);
    throw error;
  }
}

/** Follows the link, unless all of it can be told from an earlier one of the same executable. */
function takeFingerprints(
  { executable, tests, states, tables }: FingerprintRequest,
  { files, ...link }: ReadLink,
): TestFingerprints {
  const keyed = files.flatMap(({ key, ...file }) =>
    key === undefined ? [] : [{ ...file, key, table: () => file.cached.table }],
  );
  if (states === undefined || tables === undefined || keyed.length < files.length)
    return fingerprintTests(wholeLink({ files, ...link }), tests);
  const known = states.read(executable);
  const again =
    known &&
    fingerprintTestsAgain(known, { files: keyed, ...link }, tests, (key) => tables.find(key));
  if (again !== undefined) return again;
  const { taken, state } = fingerprintAndKeep({ files: keyed, ...link }, tests);
  states.write(executable, state);
  return taken;
}

/** The objects do not show which tests reach a shared library of the workspace, nor its statics. */
function hasHiddenState(request: FingerprintRequest, { sharedLibraries }: CapturedLink): boolean {
  return sharedLibraries.some(
    (path) => !isInside(request.sysroot, path) && request.isWorkspace(path),
  );
}

/** @param libraries Digest of shared libraries, whose code is not in the binary either. */
function wholeBinary(
  request: FingerprintRequest,
  reason: string,
  libraries = '',
): BinaryFingerprints {
  const digest = `${wholeDigest(request)}${libraries}`;
  const fingerprints = new Map(request.tests.map((name) => [name, digest]));
  return {
    fingerprints,
    widened: request.tests.length === 0 ? [] : [{ reason, count: request.tests.length }],
    readsEnvironment: new Set(request.tests),
    state: undefined,
  };
}

function wholeDigest(request: FingerprintRequest): string {
  return `binary-${request.sha256}`;
}
