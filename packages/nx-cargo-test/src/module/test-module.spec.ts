import { formatLeafId, moduleIdentity, parseLeafId } from './test-module';

it.each([
  'lib',
  'lib::task::arena',
  'lib?rest',
  'test:spawn_public',
  'bin:server',
  'lib:krate',
  'example:a-b',
])('reads %s back', (id) => {
  const leaf = parseLeafId(id, 'krate');
  expect(leaf && formatLeafId(leaf)).toBe(id);
});

it.each(['', 'bin', 'other:x', 'test:', 'library'])('refuses %p', (id) => {
  expect(parseLeafId(id, 'krate')).toBeUndefined();
});

it.each([
  ['error::tests', 'error'],
  ['error::test', 'error'],
  ['tests', ''],
  ['', ''],
  ['a::testing', 'a::testing'],
  ['a::tests::b', 'a::tests::b'],
])('the identity of %p is %p', (path, identity) => {
  expect(moduleIdentity(path)).toBe(identity);
});
