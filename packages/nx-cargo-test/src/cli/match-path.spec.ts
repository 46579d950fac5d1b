import { pathMatcher } from './match-path';

const INSERT = 'glommio::task::arena::Arena<T>::insert';
const DROP = '<glommio::io::File<A, B> as core::ops::drop::Drop>::drop';
const CLOSURE = 'glommio::run::{{closure}}::{{closure}}';

test.each([
  ['insert', INSERT],
  ['Arena::insert', INSERT],
  ['Arena<T>::insert', INSERT],
  ['glommio::task::arena::Arena::insert', INSERT],
  [INSERT, INSERT],
  ['in*t', INSERT],
  ['arena::*::insert', INSERT],
  ['glommio::**', INSERT],
  ['task::**::insert', INSERT],
  ['arena::**::Arena::insert', INSERT],
  ['File::drop', DROP],
  ['Drop::drop', DROP],
  ['glommio::io::File::drop', DROP],
  ['core::ops::drop::Drop::drop', DROP],
  [DROP, DROP],
  ['Trait::call', '<&mut dyn a::Trait as b::Fn<(u8,)>>::call'],
  ['str::parse', '<str>::parse'],
  ['from', 'glommio::io::<impl core::convert::From<A> for B>::from'],
  ['apply', 'a::apply<fn(u8) -> u8>'],
  ['run', CLOSURE],
  ['run::{{closure}}::{{closure}}', CLOSURE],
  [CLOSURE, CLOSURE],
  ['memcpy', 'memcpy'],
])('%s means %s', (pattern, path) => {
  expect(pathMatcher(pattern)(path)).toBe(true);
});

test.each([
  ['sert', INSERT],
  ['Arena', INSERT],
  ['arena::*', INSERT],
  ['arena::insert', INSERT],
  ['other::Arena::insert', INSERT],
  ['core::drop', DROP],
  ['a.b', 'axb'],
  ['', INSERT],
  ['insert', 'a::insert_more'],
  ['INSERT', INSERT],
])('%s does not mean %s', (pattern, path) => {
  expect(pathMatcher(pattern)(path)).toBe(false);
});
