import { compareLinks } from './compare-links';
import type { LinkComparison } from './compare-links';
import type { LinkGraph } from './link-graph';
import { nodePath } from './node-path';
import { compileProgram, removeCompiledPrograms } from './test-support/compile-rust';
import { openGraph } from './open-graph';
import { smallGraph } from './test-support/small-graph';
import type { SmallNode } from './test-support/small-graph';

afterAll(removeCompiledPrograms);

/** Changes as `kind path`, and per test the change that touches it and the way to it. */
function inWords(after: LinkGraph, { changes, tests }: LinkComparison) {
  return {
    changes: changes.map(({ kind, path, nodes, previousPath }) =>
      [kind, path, ...(nodes.length > 1 ? [nodes.length] : []), previousPath ?? []]
        .flat()
        .join(' '),
    ),
    tests: Object.fromEntries(
      tests.map(({ test, kind, cause }) => [
        test,
        cause === undefined
          ? kind
          : [
              kind,
              `${cause.change.kind} ${cause.change.path}`,
              cause.path.isShared ? 'as every test' : '',
              ...cause.path.nodes.slice(1).map((id) => nodePath(after, id) || '[constant]'),
            ]
              .filter((word) => word !== '')
              .join(', '),
      ]),
    ),
  };
}

type Nodes = Readonly<Record<string, SmallNode>>;

/** Compares two graphs with the tests `a` and `b`, whose fingerprints are said to differ or not. */
function compared(before: Nodes, after: Nodes, differing = 'a', shared: readonly string[] = []) {
  const graphs = [before, after].map((nodes, index) =>
    smallGraph(
      { testA: { digest: 'test' }, testB: { digest: 'test' }, ...nodes },
      Object.fromEntries(
        ['a', 'b'].map((test) => [
          test,
          [`test${test.toUpperCase()}`, differing.includes(test) ? String(index) : 'same'],
        ]),
      ),
      shared.filter((name) => name in nodes),
    ),
  );
  return inWords(graphs[1]!, compareLinks(graphs[0]!, graphs[1]!));
}

const constant = (digest: string, to: readonly string[] = []): SmallNode => ({
  kind: 'constant',
  symbol: '',
  digest,
  to,
});

describe('of small graphs', () => {
  it('tells nothing where nothing differs but the order of nodes', () => {
    const nodes: Nodes = {
      testA: { to: ['f', 'g'] },
      f: { to: ['text'] },
      g: {},
      text: constant('x'),
    };
    const reversed = Object.fromEntries(Object.entries(nodes).reverse());
    expect(compared(nodes, reversed, '')).toEqual({ changes: [], tests: {} });
  });

  it('tells the nearest change on the way, and what was added and removed', () => {
    const before: Nodes = {
      testA: { to: ['f'] },
      f: { to: ['g', 'old'] },
      g: { to: ['h'] },
      h: {},
      old: {},
    };
    const after: Nodes = {
      testA: { to: ['f'] },
      f: { to: ['g', 'new'] },
      g: { to: ['h'] },
      h: { digest: 'other' },
      new: { kind: 'static' },
    };
    expect(compared(before, after)).toEqual({
      changes: ['references f', 'content h', 'added new', 'removed old'],
      tests: { a: 'changed, references f, f' },
    });
  });

  it('takes a constant without a name for a part of what refers to it', () => {
    const nodes = (text: string): Nodes => ({
      testA: { to: ['f'] },
      f: { to: ['vtable'] },
      vtable: constant('vtable', ['inner', 'method']),
      inner: constant('inner', ['text']),
      text: constant(text),
      method: {},
    });
    expect(compared(nodes('one'), nodes('two'))).toEqual({
      changes: ['constants f'],
      tests: { a: 'changed, constants f, f' },
    });
  });

  it('knows what was renamed, also in a cycle, and blames nothing on it', () => {
    const nodes = (name: string, digest: string): Nodes => ({
      testA: { to: [name, 'g'] },
      [name]: { digest: 'cyclic', to: ['f2', name] },
      f2: { to: [name] },
      g: { digest },
    });
    expect(compared(nodes('f', '1'), nodes('renamed', '2'))).toEqual({
      changes: ['content g', 'renamed renamed f'],
      tests: { a: 'changed, content g, g' },
    });
  });

  it('pairs instances of a generic by symbol, then content, and does not count copies', () => {
    const before: Nodes = {
      testA: { to: ['f#1', 'f#2', 'f#3'] },
      'f#1': { digest: '1', symbol: '_ZN1f17h0000000000000001E' },
      'f#2': { digest: '2', symbol: '_ZN1f17h0000000000000002E' },
      'f#3': { digest: '3', symbol: '_ZN1f17h0000000000000003E' },
    };
    const after: Nodes = {
      testA: { to: ['f#1', 'f#2', 'f#3', 'f#4'] },
      'f#1': { digest: 'changed', symbol: '_ZN1f17h0000000000000001E' },
      'f#2': { digest: '3', symbol: '_ZN1f17h000000000000000aE' },
      'f#3': { digest: '2', symbol: '_ZN1f17h000000000000000bE' },
      'f#4': { digest: '2', symbol: '_ZN1f17h000000000000000cE' },
    };
    expect(compared(before, after).changes).toEqual(['references a', 'content f']);
  });

  it('notices that another instance of a generic is called', () => {
    const nodes = (called: string): Nodes => ({
      testA: { to: ['g'] },
      testB: { to: ['f#1', 'f#2'] },
      g: { to: [called] },
      'f#1': { digest: '1', symbol: '_ZN1f17h0000000000000001E' },
      'f#2': { digest: '2', symbol: '_ZN1f17h0000000000000002E' },
    });
    expect(compared(nodes('f#1'), nodes('f#2'))).toEqual({
      changes: ['references g'],
      tests: { a: 'changed, references g, g' },
    });
  });

  it('counts names from outside', () => {
    const nodes = (name: string): Nodes => ({ testA: { to: ['f'] }, f: { to: [name] } });
    expect(compared(nodes('getpid'), nodes('getuid')).changes).toEqual(['references f']);
  });

  it('names the line of a panic only where nothing else is to blame', () => {
    const nodes = (line: string, digest: string): Nodes => ({
      testA: { to: ['f'] },
      testB: { to: ['g'] },
      f: { to: ['location'] },
      g: { to: ['location'], digest },
      location: { ...constant(line, ['file']), bytes: 24 },
      file: constant('main.rs'),
    });
    expect(compared(nodes('1', 'x'), nodes('2', 'y'), 'ab')).toEqual({
      changes: ['content g'],
      tests: { a: 'changed, location f, f', b: 'changed, content g, g' },
    });
    expect(compared(nodes('1', 'x'), nodes('2', 'x'), '')).toEqual({ changes: [], tests: {} });
  });

  it('finds what runs in every test, and says when nothing changed by itself', () => {
    const nodes = (digest: string): Record<string, SmallNode> => ({
      entry: { symbol: '', kind: 'constant', section: '.init_array', to: ['setup'] },
      setup: { digest },
    });
    expect(compared(nodes('1'), nodes('2'), 'ab', ['entry']).tests).toEqual({
      a: 'changed, content setup, as every test, setup',
      b: 'changed, content setup, as every test, setup',
    });
    expect(compared(nodes('1'), nodes('1'), 'b', ['entry'])).toEqual({
      changes: [],
      tests: { b: 'changed' },
    });
    expect(compared(nodes('1'), {}, 'ab', ['entry'])).toEqual({
      changes: ['removed (.init_array)', 'removed setup'],
      tests: { a: 'changed', b: 'changed' },
    });
  });

  it('knows tests that came and went', () => {
    const nodes = { test: {} };
    const before = smallGraph(nodes, { gone: ['test', '1'] });
    const after = smallGraph(nodes, { new: ['test', '1'] });
    expect(inWords(after, compareLinks(before, after)).tests).toEqual({
      gone: 'removed',
      new: 'added',
    });
  });
});

describe('of compiled programs', () => {
  const source = `
trait Shape { fn area(&self) -> u32; }
struct Square(u32);
impl Shape for Square { fn area(&self) -> u32 { self.0 * self.0 } }
fn total(shapes: &[Box<dyn Shape>]) -> u32 { shapes.iter().map(|s| s.area()).sum() }
fn greeting() -> &'static str { "hello" }
fn one() -> u32 { 1 }
fn two() -> u32 { 2 }
fn pick() -> u32 { one() + two() }
#[inline(never)]
fn generic<T: Into<u64>>(value: T) -> u64 { value.into() + 1 }
#[track_caller]
fn line() -> u32 { std::panic::Location::caller().line() }

#[test]
fn shapes() { assert!(total(&[Box::new(Square(2))]) > 0); }
#[test]
fn greets() { assert!(!greeting().is_empty()); }
#[test]
fn picks() { assert!(pick() > 0); }
#[test]
fn generics() { assert!(generic(1u8) + generic(2u32) > 0); }
#[test]
fn lines() { assert!(line() > 0); }
`;
  const graphOf = async (text: string, flags: readonly string[]) => {
    const compiled = await compileProgram({ files: { 'main.rs': text }, flags });
    return openGraph(compiled.readLink(), compiled.tests);
  };
  const cases: readonly {
    name: string;
    from: string;
    to: string;
    changes: readonly string[];
    tests: Readonly<Record<string, string>>;
  }[] = [
    { name: 'nothing', from: 'total', to: 'total', changes: [], tests: {} },
    {
      name: 'a method that only a vtable names',
      from: 'self.0 * self.0',
      to: 'self.0 + self.0',
      changes: [
        'content <sample::Square as sample::Shape>::area',
        'removed core::panicking::panic_const::panic_const_mul_overflow',
      ],
      tests: { shapes: 'content <sample::Square as sample::Shape>::area' },
    },
    {
      name: 'a text',
      from: '"hello"',
      to: '"hallo"',
      changes: ['constants sample::greeting'],
      tests: { greets: 'constants sample::greeting' },
    },
    {
      name: 'which functions are called',
      from: 'one() + two()',
      to: 'two() + two()',
      changes: ['removed sample::one', 'references sample::pick'],
      tests: { picks: 'references sample::pick' },
    },
    {
      name: 'a generic with two instances',
      from: 'value.into() + 1',
      to: 'value.into() + 2',
      changes: ['content sample::generic'],
      tests: { generics: 'content sample::generic' },
    },
    {
      name: 'a name',
      from: 'fn greeting() -> &\'static str { "hello" }',
      to: 'fn welcome() -> &\'static str { "hello" }\nuse welcome as greeting;',
      changes: ['renamed sample::welcome sample::greeting'],
      tests: { lines: 'location sample::lines' },
    },
    {
      name: 'lines alone',
      from: 'trait Shape',
      to: '// A comment.\ntrait Shape',
      changes: [],
      tests: { lines: 'location sample::lines' },
    },
  ];

  describe.each([
    ['the usual', []],
    ['v0', ['-Csymbol-mangling-version=v0']],
  ] as const)('with %s names', (_, flags) => {
    it.each(cases)(
      'tells $name',
      async ({ from, to, changes, tests }) => {
        const [before, after] = [
          await graphOf(source, flags),
          await graphOf(source.replace(from, to), flags),
        ];
        const comparison = compareLinks(before, after);
        const found = comparison.changes.map(({ kind, path, previousPath }) =>
          [kind, path, previousPath ?? []].flat().join(' '),
        );
        expect(found).toEqual(changes);
        const causes = comparison.tests.map(({ test, cause }) => [
          test,
          cause && `${cause.change.kind} ${cause.change.path}`,
        ]);
        expect(Object.fromEntries(causes)).toEqual(tests);
        for (const { test, cause } of comparison.tests) {
          expect(cause?.path.nodes[0]).toBe(after.tests.get(test));
          expect(cause?.change.nodes).toContain(cause?.path.nodes.at(-1));
        }
      },
      600_000,
    );
  });
});
