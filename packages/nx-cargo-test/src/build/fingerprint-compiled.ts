import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { CargoMessages, CompilerArtifact } from '../cargo/cargo-messages';
import { linkArgumentsDigest } from '../cargo/link-arguments-digest';
import type { CapturedLink } from '../cargo/read-capture';
import type {
  BinaryFingerprints,
  FingerprintRequest,
  TestState,
  Widening,
} from '../fingerprint/fingerprint-binary';
import type { LinkPayload } from '../fingerprint/link-payload';
import type { LinkStates } from '../fingerprint/link-states';
import type { TableCache } from '../fingerprint/table-cache';
import type { CompiledBinary } from './compiled-binaries';
import { compilingCrates } from './compiled-while-running';
import type { FingerprintStore, StoredFingerprints } from './fingerprint-store';
import { workspaceCode } from './workspace-code';

/** Takes the fingerprints of one binary; see `fingerprintBinary`. */
export type FingerprintBinary = (request: FingerprintRequest) => Promise<BinaryFingerprints>;

/** A binary whose tests are known. */
export interface BinaryToFingerprint {
  readonly compiled: CompiledBinary;
  readonly harness: boolean;
  readonly tests: readonly string[];
}

/** Fingerprints of a package's binaries. */
export interface CompiledFingerprints {
  /** Per binary asked for, in the same order. */
  readonly binaries: readonly StoredFingerprints[];
  readonly widened: readonly Widening[];
  /** Crates by which tests may have sources compiled while they run, and how many tests that are. */
  readonly compiling: readonly Widening[];
}

/**
 * Takes the fingerprints of test binaries, or recalls them. A test of a binary
 * that may start the package's plain binaries also depends on all of those, and
 * one that may have sources compiled depends on all sources.
 *
 * @param context.messages All units of the build, to know how and from where each was compiled.
 */
export async function fingerprintCompiled(
  tests: readonly BinaryToFingerprint[],
  plain: readonly CompiledBinary[],
  context: {
    readonly messages: CargoMessages;
    readonly sysroot: string;
    /** Path here of a file of the build; see `BuildCapture`. Default: the same. */
    readonly locate?: (path: string) => string;
    /** Reads objects and archives. */
    readonly tables: TableCache;
    /** What is known of earlier links of the binaries. */
    readonly states: LinkStates;
    /** Keeps the link of a test binary for later questions. */
    readonly keepLink: (binary: BinaryToFingerprint, link: LinkPayload) => Promise<void>;
    readonly store: FingerprintStore;
    /** Digest of all sources; see `sourcesDigest`. */
    readonly digestSources: () => Promise<string>;
    readonly fingerprintBinary: FingerprintBinary;
  },
): Promise<CompiledFingerprints> {
  const take = (binary: BinaryToFingerprint): Promise<StoredFingerprints> =>
    takeOrRecall(binary, context);
  const started: string[] = [];
  for (const compiled of [...plain].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const { fingerprints, linkArguments } = await take({
      compiled,
      harness: false,
      tests: [compiled.name],
    });
    started.push(
      compiled.name,
      fingerprints[compiled.name] ?? compiled.sha256,
      linkArguments ?? '',
    );
  }
  const startedDigest = createHash('sha256').update(JSON.stringify(started)).digest('hex');
  const binaries: StoredFingerprints[] = [];
  const compiling: Widening[] = [];
  // One after another, because the objects of one link may take a good part of the memory.
  for (const binary of tests) {
    const taken = await take(binary);
    const mayStart = ['test', 'bench'].includes(binary.compiled.kind) && plain.length > 0;
    // Whoever calls a compiler starts a program, and that counts as reading the environment.
    const compilers = new Set(taken.compiling.length === 0 ? [] : taken.readsEnvironment);
    const sources = compilers.size === 0 ? '' : `-compiles-${await context.digestSources()}`;
    if (compilers.size > 0)
      compiling.push({ reason: taken.compiling.join(', '), count: compilers.size });
    binaries.push({
      ...taken,
      fingerprints: Object.fromEntries(
        Object.entries(taken.fingerprints).map(([name, own]) => [
          name,
          `${own}${mayStart ? `-starts-${startedDigest}` : ''}${compilers.has(name) ? sources : ''}`,
        ]),
      ),
    });
  }
  return {
    binaries,
    widened: sumUp(binaries.flatMap(({ widened }) => widened)),
    compiling: sumUp(compiling),
  };
}

async function takeOrRecall(
  binary: BinaryToFingerprint,
  context: Parameters<typeof fingerprintCompiled>[2],
): Promise<StoredFingerprints> {
  const { compiled, harness, tests } = binary;
  const { link, sha256, executable } = compiled;
  const { locate = (path) => path } = context;
  const stored = await context.store.read(sha256);
  const isUsable =
    stored !== undefined && tests.every((test) => stored.fingerprints[test] !== undefined);
  if (isUsable && (link === undefined || stored.linkArguments !== undefined)) return stored;
  const {
    fingerprints,
    widened,
    readsEnvironment,
    state,
    libraries,
    link: payload,
  } = await context.fingerprintBinary({
    executable,
    sha256,
    harness,
    isStarted: !compiled.isTest,
    tests,
    link,
    unseen: link === undefined ? (compiled.unseen ?? 'its link was not seen') : undefined,
    sysroot: context.sysroot,
    ...(context.locate === undefined ? {} : { locate }),
    tables: context.tables,
    states: context.states,
    isOptimized: optimization(compiled, link, context.messages.artifacts),
    isWorkspace: workspaceCode(context.messages, context.sysroot),
  });
  const taken: StoredFingerprints = {
    ...(link === undefined
      ? {}
      : { linkArguments: linkArgumentsDigest(link, (path) => readIfPresent(locate(path))) }),
    fingerprints: Object.fromEntries(fingerprints),
    widened: [...widened],
    readsEnvironment: [...readsEnvironment],
    compiling: compilingCrates(link, context.messages.artifacts),
    ...(state === undefined ? {} : { state: copyState(state) }),
    ...(libraries === undefined
      ? {}
      : {
          libraries: {
            files: [...libraries.files],
            searchPaths: [...libraries.searchPaths],
            digest: libraries.digest,
          },
        }),
  };
  await context.store.write(sha256, taken);
  if (payload !== undefined && compiled.isTest) await context.keepLink(binary, payload);
  return taken;
}

function copyState({ statics, unknown }: TestState): NonNullable<StoredFingerprints['state']> {
  return {
    statics: statics.map((item) => ({ ...item, tests: [...item.tests] })),
    unknown: [...unknown],
  };
}

/**
 * Knows rustc's own objects by the name of the binary, and libraries by what
 * cargo says it compiled. Objects and archives that rustc did not make are C's,
 * which cannot read a Rust location inline, however it was compiled.
 */
function optimization(
  { optimized }: CompiledBinary,
  link: CapturedLink | undefined,
  artifacts: readonly CompilerArtifact[],
): (path: string) => boolean {
  const compiled = new Map(
    artifacts.flatMap((artifact) => artifact.filenames.map((file) => [file, artifact.optimized])),
  );
  const own = link === undefined ? undefined : `${basename(link.output)}.`;
  return (path) => {
    const known = compiled.get(path);
    if (known !== undefined) return known;
    const name = basename(path);
    if ((own !== undefined && name.startsWith(own)) || name === 'symbols.o') return optimized;
    return name.endsWith('.rlib') || name.endsWith('.rcgu.o');
  };
}

function sumUp(widened: readonly Widening[]): Widening[] {
  const counts = new Map<string, number>();
  for (const { reason, count } of widened) counts.set(reason, (counts.get(reason) ?? 0) + count);
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .sort((a, b) => b.count - a.count);
}

function readIfPresent(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
