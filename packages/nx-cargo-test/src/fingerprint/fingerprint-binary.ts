import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { relative, isAbsolute } from 'node:path';
import {
  fingerprintProgram,
  fingerprintTests,
  GRAPH_VERSION,
  ObjectGraphError,
} from '@nx-cargo-test/object-graph';
import type { Link, SharedStatic } from '@nx-cargo-test/object-graph';
import type { CapturedLink } from '../cargo/read-capture';

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
  /** Undefined when it is not known of any test. */
  readonly state: TestState | undefined;
}

/**
 * Fingerprints each test of a binary by what it can reach in the objects that
 * were linked. Where that cannot be told, the test gets the digest of the whole
 * binary, and the reason is counted. Never fails for a link that cannot be
 * followed; fails when a captured file cannot be read.
 */
export async function fingerprintBinary(request: FingerprintRequest): Promise<BinaryFingerprints> {
  const { link, tests } = request;
  if (link === undefined) return wholeBinary(request, request.unseen ?? 'its link was not seen');
  const libraries = await digestFiles(link.sharedLibraries);
  try {
    const objects = await readLink(request, link);
    const {
      fingerprints: reached,
      unknown,
      sharedState: statics,
    } = request.harness
      ? fingerprintTests(objects, tests)
      : {
          fingerprints: new Map(
            tests.map((name) => [name, fingerprintProgram(objects, request.isStarted)]),
          ),
          unknown: new Map<string, string>(),
          sharedState: [],
        };
    const fingerprints = new Map<string, string>();
    const reasons = new Map<string, number>();
    for (const test of tests) {
      const digest = reached.get(test);
      fingerprints.set(
        test,
        digest === undefined ? wholeDigest(request) : `code-${GRAPH_VERSION}-${digest}${libraries}`,
      );
      if (digest !== undefined) continue;
      const reason = unknown.get(test) ?? 'the objects tell nothing of it';
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    return {
      fingerprints,
      widened: [...reasons].map(([reason, count]) => ({ reason, count })),
      state: hasHiddenState(request, link)
        ? undefined
        : { statics, unknown: tests.filter((test) => !reached.has(test)) },
    };
  } catch (error) {
    if (error instanceof ObjectGraphError)
      return wholeBinary(request, `${error.code}: ${error.message}`);
    throw error;
  }
}

async function readLink(request: FingerprintRequest, link: CapturedLink): Promise<Link> {
  const files = await Promise.all(
    link.inputs.map(async ({ path, file }) => {
      const isStandard = isInside(request.sysroot, path);
      return {
        name: path,
        bytes: await readFile(file),
        optimized: !isStandard && request.isOptimized(path),
        isStandard,
        isWorkspace: !isStandard && request.isWorkspace(path),
      };
    }),
  );
  return { files, executable: await readFile(request.executable) };
}

/** The objects do not show which tests reach a shared library of the workspace, nor its statics. */
function hasHiddenState(request: FingerprintRequest, { sharedLibraries }: CapturedLink): boolean {
  return sharedLibraries.some(
    (path) => !isInside(request.sysroot, path) && request.isWorkspace(path),
  );
}

/** Whether a path lies below a folder; both are absolute. */
export function isInside(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return path !== '' && !path.startsWith('..') && !isAbsolute(path);
}

/** Digest of shared libraries that are no part of the system, whose code the objects do not show. */
async function digestFiles(files: readonly string[]): Promise<string> {
  if (files.length === 0) return '';
  const hash = createHash('sha256');
  for (const file of files)
    hash.update(
      createHash('sha256')
        .update(await readFile(file))
        .digest(),
    );
  return `-${hash.digest('hex')}`;
}

function wholeBinary(request: FingerprintRequest, reason: string): BinaryFingerprints {
  const fingerprints = new Map(request.tests.map((name) => [name, wholeDigest(request)]));
  return {
    fingerprints,
    widened: request.tests.length === 0 ? [] : [{ reason, count: request.tests.length }],
    state: undefined,
  };
}

function wholeDigest(request: FingerprintRequest): string {
  return `binary-${request.sha256}`;
}
