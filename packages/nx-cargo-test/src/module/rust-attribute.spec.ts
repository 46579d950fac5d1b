import { collapseSpace, parseAttribute, stringValue } from './rust-attribute';

describe('parseAttribute', () => {
  it.each([
    ['test', [{ attribute: { path: 'test' }, conditions: [] }]],
    [':: tokio :: test', [{ attribute: { path: 'tokio::test' }, conditions: [] }]],
    ['path = "a b.rs"', [{ attribute: { path: 'path', value: 'a b.rs' }, conditions: [] }]],
    ['path = r#"a"b"#', [{ attribute: { path: 'path', value: 'a"b' }, conditions: [] }]],
    [
      'cfg(a, /* , */ b)',
      [{ attribute: { path: 'cfg', arguments: 'a, /* , */ b' }, conditions: [] }],
    ],
    ['cfg_attr(a)', []],
    [
      'cfg_attr(any(a, b = ","), test, path = "x.rs",)',
      [
        { attribute: { path: 'test' }, conditions: ['any(a, b = ",")'] },
        { attribute: { path: 'path', value: 'x.rs' }, conditions: ['any(a, b = ",")'] },
      ],
    ],
    ['cfg_attr(a, cfg_attr(b, test))', [{ attribute: { path: 'test' }, conditions: ['a', 'b'] }]],
    ['', []],
    ['= 3', []],
  ])('%s', (text, expected) => {
    expect(parseAttribute(text)).toEqual(expected);
  });
});

describe('stringValue', () => {
  it.each([
    ['"a\\\\b\\"c"', 'a\\b"c'],
    ['"\\x41\\u{1F600}\\n"', 'A\u{1f600}\n'],
    ['"a\\\n   b"', 'ab'],
    ['r"a\\n"', 'a\\n'],
    ['"\\u{110000}"', '\ufffd'],
  ])('%s', (literal, value) => {
    expect(stringValue(literal)).toBe(value);
  });
});

it('collapses space outside of literals only', () => {
  expect(collapseSpace(' a\n =  "x  y" // z\n')).toBe('a = "x  y"');
});
