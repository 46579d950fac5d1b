import { parseDocArguments, selectDocTests } from './doc-arguments';

const tests = ['src/a.rs - one (line 1)', 'src/b.rs - two (line 2)'].map((name) => ({
  id: name,
  name,
}));
const select = (args: string[], ignored: string[] = []): string[] =>
  selectDocTests(tests, parseDocArguments(args), new Set(ignored)).selected.map(({ id }) => id);

it('selects as rustdoc does, which takes arguments apart at spaces', () => {
  expect(select([])).toHaveLength(2);
  expect(select(['a.rs'])).toEqual(['src/a.rs - one (line 1)']);
  expect(select(['src/a.rs - one (line 1)'])).toHaveLength(2);
  expect(select(['--skip two'])).toEqual(['src/a.rs - one (line 1)']);
  expect(select(['--exact', 'one'])).toEqual([]);
  expect(select(['--ignored'], ['src/b.rs - two (line 2)'])).toEqual(['src/b.rs - two (line 2)']);
});

it('says why a doc test is left out', () => {
  const { notSelected } = selectDocTests(tests, parseDocArguments(['two']), new Set());
  expect(notSelected).toEqual([{ test: tests[0], why: 'matches no filter' }]);
});

it.each(['--list', '--logfile=x', '--format json'])('refuses %s', (argument) => {
  expect(() => parseDocArguments([argument])).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTIONS' }),
  );
});
