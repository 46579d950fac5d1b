import { parseDocListing } from './doc-listing';

it('joins the parts of a list, sorted, and tells equal names apart', () => {
  const log = [
    'src/lib.rs - b (line 2)',
    'src/lib.rs - (A, B)::f (line 9)',
    'src/lib.rs - b (line 2)',
  ]
    .map((name) => `test ${name}\n`)
    .join('');
  const stdout =
    '{"reason":"build-finished"}\nx: test\n\n1 test, 0 benchmarks\n2 tests, 0 benchmarks\n';
  expect(parseDocListing(log, stdout)).toEqual([
    { id: 'src/lib.rs - (A, B)::f (line 9)', name: 'src/lib.rs - (A, B)::f (line 9)' },
    { id: 'src/lib.rs - b (line 2)', name: 'src/lib.rs - b (line 2)' },
    { id: 'src/lib.rs - b (line 2) #2', name: 'src/lib.rs - b (line 2)' },
  ]);
});

it('believes that there are none only if rustdoc says so', () => {
  expect(parseDocListing('', '0 tests, 0 benchmarks\n')).toEqual([]);
  expect(() => parseDocListing('', '')).toThrow(
    expect.objectContaining({ code: 'LISTING_FAILED' }),
  );
});

it.each([
  ['a test that is counted but missing', 'test a (line 1)\n', '2 tests, 0 benchmarks\n'],
  ['a test that is not counted', 'test a (line 1)\ntest b (line 2)\n', '1 test, 0 benchmarks\n'],
  ['a line that is no test', 'ok a (line 1)\n', '1 test, 0 benchmarks\n'],
])('refuses %s', (_, log, stdout) => {
  expect(() => parseDocListing(log, stdout)).toThrow(
    expect.objectContaining({ code: 'LISTING_FAILED' }),
  );
});
