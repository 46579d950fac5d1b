import { smallGraph } from './test-support/small-graph';
import { testsReaching } from './tests-reaching';

const nodes = {
  testA: { to: ['a', 'memcpy'] },
  testB: { to: ['b'] },
  testC: {},
  a: { to: ['b'] },
  b: { to: ['a', 'table'] },
  table: { kind: 'static' },
  constructor: { to: ['registered'] },
  registered: {},
} as const;
const tests = { c: ['testC', ''], b: ['testB', ''], a: ['testA', ''] } as const;
const graph = smallGraph(nodes, tests, ['constructor']);
const reaching = (...symbols: string[]) =>
  testsReaching(
    graph,
    symbols.map((symbol) => Object.keys(nodes).indexOf(symbol)),
  );

test('tests that reach any of the nodes are told, through cycles, sorted', () => {
  expect(reaching('table')).toEqual({ tests: ['a', 'b'], isShared: false });
  expect(reaching('testC', 'testA')).toEqual({ tests: ['a', 'c'], isShared: false });
  expect(reaching('b', 'a')).toEqual({ tests: ['a', 'b'], isShared: false });
});

test('what belongs to every test is reached by all', () => {
  expect(reaching('registered')).toEqual({ tests: ['a', 'b', 'c'], isShared: true });
});

test('nothing is reached by none', () => {
  expect(reaching()).toEqual({ tests: [], isShared: false });
});
