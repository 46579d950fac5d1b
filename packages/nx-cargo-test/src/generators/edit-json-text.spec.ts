import { parse } from 'jsonc-parser';
import { editJsonText } from './edit-json-text';

const lines = (...all: string[]): string => `${all.join('\n')}\n`;

describe('editJsonText', () => {
  it('adds to an object that is spread, with its indentation, and leaves comments alone', () => {
    const text = lines('{', '    // why', '    "a": { "b": [1] }', '}');
    expect(editJsonText(text, { path: ['plugins'], value: ['p'] })).toBe(
      lines('{', '    // why', '    "a": { "b": [1] },', '    "plugins": ["p"]', '}'),
    );
  });

  it('adds to an object or a list that stands on one line', () => {
    const text = lines('{', '  "a": { "b": [1] },', '  "plugins": ["p"]', '}');
    expect(editJsonText(text, { path: ['a', 'c'], value: {} })).toBe(
      lines('{', '  "a": { "b": [1], "c": {} },', '  "plugins": ["p"]', '}'),
    );
    expect(editJsonText(text, { path: ['plugins', -1], value: 'q' })).toBe(
      lines('{', '  "a": { "b": [1] },', '  "plugins": ["p", "q"]', '}'),
    );
  });

  it('adds to a list that is spread', () => {
    const text = lines('{', '\t"plugins": [', '\t\t{', '\t\t\t"plugin": "p"', '\t\t}', '\t]', '}');
    expect(editJsonText(text, { path: ['plugins', -1], value: 'q' })).toBe(
      lines(
        ...['{', '\t"plugins": [', '\t\t{', '\t\t\t"plugin": "p"', '\t\t},', '\t\t"q"'],
        ...['\t]', '}'],
      ),
    );
  });

  it('leaves a comment beside the entry that it is about', () => {
    expect(editJsonText(lines('{', '  "a": 1 // why', '}'), { path: ['b'], value: 2 })).toBe(
      lines('{', '  "a": 1, // why', '  "b": 2', '}'),
    );
  });

  it('replaces a value in its place', () => {
    const text = lines('{', '  "plugins": ["p", /* ours */ "q"]', '}');
    expect(
      editJsonText(text, { path: ['plugins', 1], value: { plugin: 'q', options: { n: 1 } } }),
    ).toBe(
      lines(
        ...['{', '  "plugins": ["p", /* ours */ {', '    "plugin": "q",', '    "options": {'],
        ...['      "n": 1', '    }', '  }]', '}'],
      ),
    );
  });

  it('makes the objects that the path lacks', () => {
    expect(editJsonText(lines('{', '  "a": 1', '}'), { path: ['b', 'c'], value: true })).toBe(
      lines('{', '  "a": 1,', '  "b": {', '    "c": true', '  }', '}'),
    );
  });

  it('fills an empty object or list, keeping a comment in it', () => {
    expect(editJsonText('{}\n', { path: ['a'], value: 1 })).toBe(lines('{', '  "a": 1', '}'));
    expect(editJsonText('{"l":[]}', { path: ['l', -1], value: 'x' })).toBe('{"l":["x"]}');
    expect(editJsonText('{"l":[ // none\n]}', { path: ['l', -1], value: 'x' })).toBe(
      '{"l":[\n  // none\n  "x"\n]}',
    );
  });

  it('keeps line ends, and starts from nothing', () => {
    expect(editJsonText('{\r\n  "a": 1\r\n}\r\n', { path: ['b'], value: 2 })).toBe(
      '{\r\n  "a": 1,\r\n  "b": 2\r\n}\r\n',
    );
    expect(editJsonText('', { path: ['a'], value: ['b'] })).toBe(lines('{', '  "a": ["b"]', '}'));
  });

  it.each(['{ "a": [1,], }', '{"a":[1]}', '[]', '{ "a": { } }'])(
    'leaves JSON behind: %s',
    (text) => {
      const path = text === '[]' ? [-1] : ['a', 'b'];
      const isList = text.includes('[1');
      const edit = isList ? { path: ['a', -1], value: 2 } : { path, value: 2 };
      const result: unknown = parse(editJsonText(text, edit), [], { allowTrailingComma: true });
      expect(result).toEqual(text === '[]' ? [2] : { a: isList ? [1, 2] : { b: 2 } });
    },
  );
});
