import { parseCfgSet } from '../cargo/cfg-expression';
import type { CargoPackage } from '../cargo/metadata';
import { selectLeafTests, type ListedBinary } from './select-leaf-tests';
import { parseLeafId } from '../module/test-module';

const cargoPackage: CargoPackage = {
  name: 'demo',
  manifestFile: '/ws/Cargo.toml',
  pathDependencies: [],
  targets: [
    {
      name: 'demo',
      kind: ['lib'],
      sourceFile: '/ws/src/lib.rs',
      test: true,
      doctest: true,
      requiredFeatures: [],
    },
    {
      name: 'slow',
      kind: ['test'],
      sourceFile: '/ws/tests/slow.rs',
      test: true,
      doctest: false,
      requiredFeatures: ['slow'],
    },
  ],
};

function library(tests: string[], cfgs: string[][], uncertain = false): ListedBinary {
  return {
    kind: 'lib',
    name: 'demo',
    harness: true,
    tests,
    cfg: parseCfgSet('test\nunix'),
    discovered: {
      macroTests: false,
      files: [],
      notes: [],
      modules: cfgs.map((texts, index) => ({
        path: 'a::tests',
        tests: [{ name: `t${index}`, cfgs: texts, file: 'src/a.rs', line: 1, uncertain }],
      })),
    },
  };
}

const select = (id: string, binary: ListedBinary, assigned: [string, string][] = []) =>
  selectLeafTests(parseLeafId(id, 'demo')!, [binary], new Map(assigned), cargoPackage);

test('a leaf gets the tests that were assigned to it, sorted', () => {
  const assigned: [string, string][] = [
    ['a::tests::t1', 'lib::a'],
    ['b', 'lib'],
    ['a::tests::t0', 'lib::a'],
  ];
  expect(
    select(
      'lib::a',
      library(
        assigned.map(([name]) => name),
        [['test']],
      ),
      assigned,
    ).tests,
  ).toEqual(['a::tests::t0', 'a::tests::t1']);
});

test('a false cfg explains why a module has no tests, and is named', () => {
  const { tests, absent } = select('lib::a', library([], [['test', 'windows'], ['not(unix)']]));
  expect(tests).toEqual([]);
  expect(absent).toBe('cfg(not(unix)) does not hold, cfg(windows) does not hold');
});

test.each([[[['test']]], [[['windows'], []]], [[['no predicate (']]]])(
  'tests in source without an explanation fail: %j',
  (cfgs) => {
    expect(() => select('lib::a', library([], cfgs))).toThrow(
      expect.objectContaining({ code: 'NO_TESTS_LISTED' }),
    );
  },
);

test('a module that shows no tests any more needs a new graph', () => {
  expect(() => select('lib::gone', library([], [['test']]))).toThrow(
    expect.objectContaining({ code: 'GRAPH_OUT_OF_DATE' }),
  );
});

test('a target whose features are not enabled has no tests; one that vanished needs a new graph', () => {
  expect(select('test:slow', library([], [])).absent).toContain('slow');
  expect(() => select('test:gone', library([], []))).toThrow(
    expect.objectContaining({ code: 'GRAPH_OUT_OF_DATE' }),
  );
});
