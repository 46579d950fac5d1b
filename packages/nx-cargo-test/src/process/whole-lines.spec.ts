import { wholeLines } from './whole-lines';

describe('wholeLines', () => {
  function shown(pieces: readonly string[], isTTY: boolean): string[] {
    const written: string[] = [];
    const lines = wholeLines({ isTTY, write: (text) => written.push(text) });
    for (const piece of pieces) lines.write(piece);
    lines.end();
    return written;
  }

  test('joins the pieces of a line', () => {
    expect(shown(['   Compiling', ' demo v1', '\n    Fin', 'ished\n'], false)).toEqual([
      '   Compiling demo v1\n',
      '    Finished\n',
    ]);
  });

  test('keeps several lines of one piece together', () => {
    expect(shown(['one\ntwo\nth', 'ree\n'], false)).toEqual(['one\ntwo\n', 'three\n']);
  });

  test('shows a last line without an end', () => {
    expect(shown(['one\nno', ' end'], false)).toEqual(['one\n', 'no end']);
  });

  test('shows each piece on a terminal', () => {
    expect(shown(['   Compiling', ' demo v1\n'], true)).toEqual(['   Compiling', ' demo v1\n']);
  });
});
