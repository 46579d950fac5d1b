import { assignTests, unlistedTests } from './assign-tests';
import type { DiscoveredTests } from './discover-tests';
import { formatLeafId, parseLeafId, type Leaf } from './test-module';

const leaf = (id: string): Leaf => parseLeafId(id, 'krate')!;

function discovered(modules: Readonly<Record<string, readonly string[]>>): DiscoveredTests {
  return {
    modules: Object.entries(modules).map(([path, names]) => ({
      path,
      tests: names.map((name) => ({
        name,
        cfgs: ['test'],
        file: 'src/lib.rs',
        line: 1,
        uncertain: false,
      })),
    })),
    notes: [],
    macroTests: false,
    files: [],
  };
}

function assign(
  listed: readonly string[],
  leaves: readonly string[],
  source = discovered({}),
): unknown {
  return Object.fromEntries(
    [...assignTests(listed, leaves.map(leaf), source)].map(([name, owner]) => [
      name,
      formatLeafId(owner),
    ]),
  );
}

describe('assignTests', () => {
  it('gives each test to the leaf of its module', () => {
    const listed = ['at_root', 'tests::at_root', 'a::tests::t', 'a::t', 'a::b::t', 'r#type::t'];
    expect(assign(listed, ['lib', 'lib::a', 'lib::type', 'lib?rest'])).toEqual({
      at_root: 'lib',
      'tests::at_root': 'lib',
      'a::tests::t': 'lib::a',
      'a::t': 'lib::a',
      'a::b::t': 'lib?rest',
      'r#type::t': 'lib::type',
    });
  });

  it('gives the cases of a test function to the module around it', () => {
    const source = discovered({ 'a::tests': ['adds'], '': ['top'] });
    const listed = [
      'a::tests::adds::case_1',
      'a::tests::adds::x_1::y_2',
      'top::case_1',
      'a::tests::other::case_1',
    ];
    expect(assign(listed, ['lib', 'lib::a', 'lib?rest'], source)).toEqual({
      'a::tests::adds::case_1': 'lib::a',
      'a::tests::adds::x_1::y_2': 'lib::a',
      'top::case_1': 'lib',
      'a::tests::other::case_1': 'lib?rest',
    });
  });

  it('fails when no leaf takes a test', () => {
    expect(() => assign(['b::t'], ['lib::a'])).toThrow(
      expect.objectContaining({ code: 'GRAPH_OUT_OF_DATE' }),
    );
  });
});

describe('unlistedTests', () => {
  it('names what the binary lacks, with the predicates that may explain it', () => {
    const source = discovered({ 'a::tests': ['here', 'gone', 'cases'], b: ['elsewhere'] });
    const listed = ['a::tests::here', 'a::tests::cases::case_1'];
    expect(unlistedTests(leaf('lib::a'), source, listed)).toEqual([
      { name: 'a::tests::gone', cfgs: [['test']], uncertain: false },
    ]);
  });

  it('keeps every place of a test that cfgs choose between', () => {
    const source = discovered({ a: ['t', 't'] });
    expect(unlistedTests(leaf('lib::a'), source, [])).toEqual([
      { name: 'a::t', cfgs: [['test'], ['test']], uncertain: false },
    ]);
  });

  it('looks at all modules of a binary leaf', () => {
    const source = discovered({ '': ['x'], inner: ['y'] });
    expect(unlistedTests(leaf('test:it'), source, ['x']).map(({ name }) => name)).toEqual([
      'inner::y',
    ]);
  });
});
