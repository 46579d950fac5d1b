import fc from 'fast-check';
import { demangleV0 } from './demangle-v0';
import { nodeKind, nodePath } from './node-path';
import { smallGraph } from './test-support/small-graph';
import type { SmallNode } from './test-support/small-graph';

const graphOf = (symbol: string, node: SmallNode = {}) => smallGraph({ '': { symbol, ...node } });

test.each([
  ['_ZN4core3fmt5write17h0123456789abcdefE', 'core::fmt::write'],
  [
    '_ZN60_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..ops..Drop$GT$4drop17h0123456789abcdefE',
    '<alloc::vec::Vec<T> as core::ops::Drop>::drop',
  ],
  ['_RNvCs1234_7mycrate3foo', 'mycrate::foo'],
  ['_RNCNvCsgStHSCytQ6I_7mycrate4main0B3_', 'mycrate::main::{{closure}}'],
  ['_RNvMNtCs1234_7mycrate3bazNtB2_6Struct3new', 'mycrate::baz::Struct::new'],
  ['_RNvMCs1234_7mycrateSh3len', '<[u8]>::len'],
  ['_RNvXs_Cs1234_6sampleNtB4_6SquareNtB4_5Shape4area', '<sample::Square as sample::Shape>::area'],
  ['_RINvCs1234_7mycrate3fooThRNtB2_3BarEKj2a_EB2_', 'mycrate::foo'],
  ['_RNvYhNtCs1234_7mycrate5Trait1f', '<u8 as mycrate::Trait>::f'],
  ['_RNvYFUKCRehElNtCs1234_7mycrate1T1f', '<fn(&str, u8) -> i32 as mycrate::T>::f'],
  ['_RNvYDNtCs1234_7mycrate1Ap4ItemhEL_NtB5_1T1f', '<dyn mycrate::A as mycrate::T>::f'],
  ['memcpy', 'memcpy'],
])('%s is %s', (symbol, path) => {
  expect(nodePath(graphOf(symbol), 0)).toBe(path);
});

test('statics of thread-locals go by the name of the key, constants by none', () => {
  const value = '_ZN6sample4SEEN7__getit5__KEY17h0123456789abcdefE';
  const local: SmallNode = { kind: 'static', section: '.tbss.x' };
  expect(nodePath(graphOf(value, local), 0)).toBe('sample::SEEN');
  expect(nodeKind(graphOf(value, local), 0)).toBe('static');
  for (const symbol of [
    '',
    '.Lanon.1',
    'alloc_0123456789abcdef',
    'vtable.3',
    'GCC_except_table1',
  ]) {
    const graph = graphOf(symbol, { kind: 'constant' });
    expect([nodePath(graph, 0), nodeKind(graph, 0)]).toEqual(['', 'constant']);
  }
});

test('what only begins like a v0 name is none, and never takes long', () => {
  for (const symbol of [
    '_R',
    '_RC',
    '_RNvC',
    '_RB_',
    '_RNvB_1a',
    '_RNvC1000000a',
    `_R${'I'.repeat(5000)}`,
  ])
    expect(demangleV0(symbol)).toBeUndefined();
  // Each back reference doubles what follows.
  const doubled = Array.from({ length: 60 }, (_, index) => `T${index === 0 ? 'hh' : 'B1_B1_'}E`);
  expect(() => demangleV0(`_RINvC1a1b${doubled.join('')}E`)).not.toThrow();
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'NvCMXYIBsLKTSRQPODFGUEp0123_abeh') }),
      (text) => expect(typeof demangleV0(`_R${text}`)).toMatch(/string|undefined/),
    ),
    { numRuns: 2000 },
  );
});
