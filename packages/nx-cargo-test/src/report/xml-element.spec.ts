import * as fc from 'fast-check';
import { readXml } from './test-support/read-xml';
import { formatXml } from './xml-element';

/** What XML 1.0 cannot hold is replaced; everything else must come back. */
function writable(text: string): string {
  return Array.from(text, (character) =>
    /^[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]$/.test(character) ? '\ufffd' : character,
  ).join('');
}

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '&',
      '<',
      '>',
      '"',
      "'",
      ']]>',
      ';',
      '#',
      '0',
      'amp',
      '\r',
      '\n',
      '\t',
      ' ',
    ),
  }),
  fc.string({
    unit: fc.constantFrom('\0', '\u001b', '\ud800', '\udc00', '\ufffe', '\u{1f600}', 'a'),
  }),
);

test('a parser reads what was written', () => {
  fc.assert(
    fc.property(anything, anything, (attribute, text) => {
      const xml = formatXml({
        name: 'root',
        attributes: { first: attribute, second: undefined },
        content: [{ name: 'child', content: text }, { name: 'empty' }],
      });
      const root = readXml(xml);
      expect(root.attributes).toEqual({ first: writable(attribute) });
      expect(root.children.map(({ name, text }) => [name, text])).toEqual([
        ['child', writable(text)],
        ['empty', ''],
      ]);
    }),
  );
});

test('elements stand on lines of their own, texts beside their element', () => {
  expect(
    formatXml({ name: 'a', content: [{ name: 'b', attributes: { c: '1' }, content: 'x' }] }),
  ).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<a>\n  <b c="1">x</b>\n</a>\n');
});
