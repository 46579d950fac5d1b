import type { LinkGraph } from '@nx-cargo-test/object-graph';
import type { LinkRecord } from '../../build/link-records';
import type { ObjectsEdges } from '../captured-links';

/** A piece of a link, for tests: its path, and paths of what it refers to. */
export interface PieceFixture {
  readonly path: string;
  readonly refersTo?: readonly string[];
  /** Default: its path, so that it's the same in all links. */
  readonly content?: string;
  /** Default: a function. */
  readonly kind?: 'function' | 'static' | 'constant';
  /** Default: an object of the package. */
  readonly object?: string;
}

/** A link, for tests. A test's descriptor refers to the function of the same path. */
export interface LinkFixture {
  readonly pieces: readonly PieceFixture[];
  /** Fingerprints by the tests' names. */
  readonly tests: Readonly<Record<string, string>>;
  /** Paths of pieces that belong to every test. */
  readonly shared?: readonly string[];
}

/** The graph that a fixture describes. */
export function graphOf(fixture: LinkFixture): LinkGraph {
  const tests = Object.keys(fixture.tests);
  const pieces: readonly PieceFixture[] = [
    ...fixture.pieces,
    ...tests.map((test): PieceFixture => ({
      path: `alloc_00000000 of ${test}`,
      refersTo: [`sample::${test}`],
      content: 'descriptor',
      kind: 'constant',
    })),
  ];
  const ids = new Map(pieces.map(({ path }, id) => [path, id]));
  const count = fixture.pieces.length;
  return {
    size: pieces.length,
    targets: (id) => (pieces[id]!.refersTo ?? []).map((path) => ids.get(path) ?? -1),
    outsideNames: (id) => (pieces[id]!.refersTo ?? []).filter((path) => !ids.has(path)),
    symbol: (id) => pieces[id]!.path,
    isCode: (id) => (pieces[id]!.kind ?? 'function') === 'function',
    isWritable: (id) => pieces[id]!.kind === 'static',
    digest: (id) => Buffer.from(pieces[id]!.content ?? pieces[id]!.path).toString('hex'),
    object: (id) => pieces[id]!.object ?? '/target/debug/deps/sample.rcgu.o',
    section: (id) => (pieces[id]!.kind === 'constant' ? '.rodata' : `.text.${pieces[id]!.path}`),
    bytes: () => 10,
    tests: new Map(tests.map((test, index) => [test, count + index])),
    fingerprints: new Map(Object.entries(fixture.tests)),
    sharedRoots: (fixture.shared ?? []).map((path) => ids.get(path)!),
  };
}

/** A record whose `link` is a fixture, as {@link graphOf} takes it. */
export function recordOf(link: LinkFixture, changes: Partial<LinkRecord> = {}): LinkRecord {
  return {
    binary: { package: 'sample', kind: 'lib', name: 'sample' },
    sha256: 'a'.repeat(64),
    linkedAt: '2026-11-23T10:00:00.000Z',
    commit: '1a2b3c4d'.repeat(5),
    localChanges: false,
    tests: Object.keys(link.tests).sort(),
    link,
    ...changes,
  };
}

/** For commands that ask nothing about objects. */
export const NO_OBJECTS: ObjectsEdges = {
  cargoProjects: () => Promise.resolve([]),
  buildFolder: () => Promise.reject(new Error('not expected')),
  loadGraph: () => Promise.reject(new Error('not expected')),
};
