import fc from 'fast-check';
import { TextSearch } from './text-search';

function allIn(text: string, bytes: Buffer): number[] {
  const search = new TextSearch(text);
  const found: number[] = [];
  for (let at = search.indexIn(bytes); at >= 0; at = search.indexIn(bytes, at + 1)) found.push(at);
  return found;
}

test('finds a text wherever it stands, as Buffer.indexOf does', () => {
  const letters = fc.constantFrom('a', 'e', 'k', '_');
  const texts = fc.string({ unit: letters, minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(texts, fc.array(texts, { maxLength: 12 }), (text, around) => {
      const bytes = Buffer.from(around.join(text));
      const expected: number[] = [];
      for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1))
        expected.push(at);
      expect(allIn(text, bytes)).toEqual(expected);
    }),
  );
});

test('a text whose rare part stands at the end of the bytes is not found beyond it', () => {
  expect(allIn('lang_start_internal', Buffer.from('lang_start_inter'))).toEqual([]);
  expect(allIn('abcdefkij', Buffer.from('kij abcdefki abcdefkij'))).toEqual([13]);
});
