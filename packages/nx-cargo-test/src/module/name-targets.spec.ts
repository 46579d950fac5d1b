import fc from 'fast-check';
import { nameTargets, type NamedTargets } from './name-targets';
import { formatLeafId, moduleIdentity, type TestBinaryId } from './test-module';

const integration = (...names: readonly string[]): readonly TestBinaryId[] =>
  names.map((name) => ({ kind: 'test', name }));

function name(
  modulePaths: readonly string[],
  binaries: readonly TestBinaryId[] = [],
  setNames: readonly string[] = [],
): NamedTargets {
  return nameTargets({ library: { name: 'krate', modulePaths }, binaries, setNames });
}

/** Leaves as `target: leaf` and groups as `target: leaves`, for short expectations. */
function show({ leaves, groups }: NamedTargets): Record<string, string | readonly string[]> {
  return Object.fromEntries([
    ...leaves.map(({ target, leaf }) => [target, formatLeafId(leaf)] as const),
    ...groups.map((group) => [group.target, group.leaves] as const),
  ]);
}

describe('nameTargets', () => {
  it('takes the shortest path and drops trailing tests', () => {
    expect(
      show(name(['task::arena::tests', 'error::test', 'tests'], integration('spawn_public'))),
    ).toEqual({
      'test-arena': 'lib::task::arena',
      'test-error': 'lib::error',
      'test-rest': 'lib?rest',
      'test-root': 'lib',
      'test-spawn_public': 'test:spawn_public',
      'test-task': ['test-arena'],
    });
  });

  it('joins a module with its tests module', () => {
    expect(show(name(['error', 'error::test', 'error::tests']))).toEqual({
      'test-error': 'lib::error',
      'test-rest': 'lib?rest',
    });
  });

  it('parts own tests from those of submodules', () => {
    expect(show(name(['executor::tests', 'executor::queue', 'executor::tests::slow']))).toEqual({
      'test-executor': ['test-executor-self', 'test-queue', 'test-slow'],
      'test-executor-self': 'lib::executor',
      'test-queue': 'lib::executor::queue',
      'test-rest': 'lib?rest',
      'test-slow': 'lib::executor::tests::slow',
    });
  });

  it('keeps an ambiguous name as a group over all matches', () => {
    expect(show(name(['a::x', 'b::x', 'b::x::deep']))).toEqual({
      'test-a': ['test-a-x'],
      'test-a-x': 'lib::a::x',
      'test-b': ['test-b-x-self', 'test-deep'],
      'test-b-x': ['test-b-x-self', 'test-deep'],
      'test-b-x-self': 'lib::b::x',
      'test-deep': 'lib::b::x::deep',
      'test-rest': 'lib?rest',
      'test-x': ['test-a-x', 'test-b-x-self', 'test-deep'],
    });
  });

  it("prefixes a module whose full path is another one's ending", () => {
    expect(show(name(['x', 'a::x']))).toEqual({
      'test-a': ['test-a-x'],
      'test-a-x': 'lib::a::x',
      'test-mod-x': 'lib::x',
      'test-rest': 'lib?rest',
      'test-x': ['test-a-x', 'test-mod-x'],
    });
  });

  it('lets integration tests claim before modules, and reserved names before both', () => {
    expect(
      show(
        name(['task::arena', 'arena2', 'doc'], integration('arena', 'arena2', 'rest'), ['task']),
      ),
    ).toEqual({
      'test-arena': 'test:arena',
      'test-arena2': 'test:arena2',
      'test-mod-arena2': 'lib::arena2',
      'test-mod-doc': 'lib::doc',
      'test-mod-task': ['test-task-arena'],
      'test-rest': 'lib?rest',
      'test-task-arena': 'lib::task::arena',
      'test-tests-rest': 'test:rest',
    });
  });

  it('names bins, examples and benches by kind', () => {
    const binaries: readonly TestBinaryId[] = [
      { kind: 'bin', name: 'server' },
      { kind: 'example', name: 'server' },
      { kind: 'bench', name: 'server' },
      { kind: 'test', name: 'bin-server' },
    ];
    expect(show(nameTargets({ binaries, setNames: [] }))).toEqual({
      'test-bench-server': 'bench:server',
      'test-bin-server': 'bin:server',
      'test-example-server': 'example:server',
      'test-tests-bin-server': 'test:bin-server',
    });
  });
});

describe('for any modules and integration tests', () => {
  const segment = fc.constantFrom(
    'a',
    'b',
    'c',
    'test',
    'tests',
    'root',
    'rest',
    'doc',
    'mod',
    'quick',
  );
  const path = fc.array(segment, { maxLength: 4 }).map((segments) => segments.join('::'));
  const file = fc.constantFrom(
    'a',
    'a-b',
    'b',
    'c-self',
    'root',
    'tests-root',
    'mod-a',
    'bin-a',
    'quick',
  );
  const crate = fc.record({
    paths: fc.uniqueArray(path, { maxLength: 14 }),
    files: fc.uniqueArray(file, { maxLength: 6 }),
    sets: fc.uniqueArray(fc.constantFrom('quick', 'a', 'a-b'), { maxLength: 2 }),
  });

  it('no name occurs twice and none is the umbrella, build-tests or a set', () => {
    fc.assert(
      fc.property(crate, ({ paths, files, sets }) => {
        const { leaves, groups } = name(paths, integration(...files), sets);
        const targets = [...leaves, ...groups].map(({ target }) => target);
        expect(new Set(targets).size).toBe(targets.length);
        for (const taken of [
          'test',
          'test-',
          'build-tests',
          'test-doc',
          ...sets.map((set) => `test-${set}`),
        ]) {
          expect(targets).not.toContain(taken);
        }
      }),
    );
  });

  it('every module identity and file is exactly one leaf', () => {
    fc.assert(
      fc.property(crate, ({ paths, files, sets }) => {
        const { leaves } = name(paths, integration(...files), sets);
        const ids = leaves.map(({ leaf }) => formatLeafId(leaf)).sort();
        const identities = new Set(paths.map(moduleIdentity));
        const expected = [
          'lib?rest',
          ...[...identities].map((each) => (each === '' ? 'lib' : `lib::${each}`)),
          ...files.map((each) => `test:${each}`),
        ];
        expect(ids).toEqual(expected.sort());
      }),
    );
  });

  it('groups hold leaves that exist', () => {
    fc.assert(
      fc.property(crate, ({ paths, files, sets }) => {
        const { leaves, groups } = name(paths, integration(...files), sets);
        const targets = new Set(leaves.map(({ target }) => target));
        for (const group of groups) {
          expect(group.leaves.length).toBeGreaterThan(0);
          for (const leaf of group.leaves) expect(targets).toContain(leaf);
        }
      }),
    );
  });

  it('order does not matter', () => {
    const shuffled = crate.chain(({ paths, files, sets }) =>
      fc.record({
        given: fc.constant({ paths, files, sets }),
        paths: fc.shuffledSubarray(paths, { minLength: paths.length }),
        files: fc.shuffledSubarray(files, { minLength: files.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ given, paths, files }) => {
        const first = name(given.paths, integration(...given.files), given.sets);
        expect(name(paths, integration(...files), given.sets)).toEqual(first);
      }),
    );
  });

  it('a module with names of its own renames no other', () => {
    fc.assert(
      fc.property(crate, ({ paths, files, sets }) => {
        const before = name(paths, integration(...files), sets);
        const after = name([...paths, 'unrelated::newcomer'], integration(...files), sets);
        expect(after.leaves).toEqual(expect.arrayContaining([...before.leaves]));
        expect(after.groups).toEqual(expect.arrayContaining([...before.groups]));
      }),
    );
  });
});
