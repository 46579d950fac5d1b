import { proposeSimilar } from './similar-names';

const lastPart = (name: string): string => name.split('::').at(-1)!;
const propose = (wanted: string, ...names: string[]): string =>
  proposeSimilar(wanted, names, lastPart);

test.each([
  ['a typo', 'inesrt', ['a::insert', 'b::remove'], '; similar: a::insert'],
  ['other case', 'Insert', ['a::insert'], '; similar: a::insert'],
  ['a part', 'roundtrip', ['file::a_roundtrip_ends'], '; similar: file::a_roundtrip_ends'],
  ['the wrong module', 'a::insert', ['b::insert'], '; similar: b::insert'],
  ['nothing alike', 'insert', ['b::remove', 'c'], ''],
  ['no names', 'insert', [], ''],
])('%s', (_, wanted, names, expected) => {
  expect(propose(wanted, ...names)).toBe(expected);
});

test('names with the same other components come first, and only a few are told', () => {
  const names = ['Map', 'Set', 'Tree', 'List', 'Ring', 'Arena'].map(
    (type) => `std::${type}::insert`,
  );
  expect(propose('Arena::inesrt', ...names, ...names)).toBe(
    '; similar: std::Arena::insert, std::List::insert, std::Map::insert, std::Ring::insert, std::Set::insert, …',
  );
});
