import { readsLocation, symbolPath } from './symbol-name';

test.each([
  ['_ZN4core3fmt5write17h0123456789abcdefE', 'core::fmt::write'],
  ['_RNvNtCs32gj3y4fnmh_4main1m5inner', 'main::m::inner'],
  ['_RNvNvMs_Cs32gj3y4fnmh_4mainNtB6_3Foo3own4HITS', 'main::Foo::own::HITS'],
  ['_RNvMs5_Cs32gj3y4fnmh_3logNtB5_6Record4line', 'log::Record::line'],
  ['_RNvNCNKNvCs32gj3y4fnmh_4main4LAZY0s_023___RUST_STD_INTERNAL_VAL', /^main::LAZY::__RUST/],
  ['plain_c', 'plain_c'],
])('%s', (symbol, path) => {
  expect(symbolPath(symbol)).toEqual(typeof path === 'string' ? path : expect.stringMatching(path));
});

test('methods that tell the line of a log record are known in either mangling', () => {
  expect(readsLocation('_ZN3log6Record4line17h0123456789abcdefE')).toBe(true);
  expect(readsLocation('_RNvMs5_Cs32gj3y4fnmh_3logNtB5_6Record4line')).toBe(true);
  expect(readsLocation('_RNvMs5_Cs32gj3y4fnmh_3logNtB5_6Record4args')).toBe(false);
});
