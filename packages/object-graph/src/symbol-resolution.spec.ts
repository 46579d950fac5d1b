import * as elf from './elf/constants';
import { COMMON } from './elf/elf-object';
import { fingerprintProgram } from './fingerprint-tests';
import { buildArchive } from './test-support/build-archive';
import { buildObject } from './test-support/build-object';
import { caller, code, codeOf, definition, linkOf } from './test-support/small-links';

describe('which of several definitions counts', () => {
  const fingerprint = (...files: readonly Uint8Array[]) =>
    fingerprintProgram(linkOf(caller('f'), ...files));
  const common = (size: number) =>
    buildObject({ symbols: [{ name: 'f', section: COMMON, size, value: 8 }] });
  const archive = (text: string) =>
    buildArchive([{ name: 'f.o', bytes: definition('f', text) }], [['f', 0]]);
  const grouped = (text: string, binding: number = elf.STB_WEAK, flags: number = elf.GRP_COMDAT) =>
    buildObject({
      sections: [code('f', text)],
      symbols: [{ name: 'f', section: 1, binding }],
      groups: [{ signature: 1, sections: [1], flags }],
    });

  test('the first of two strong ones', () => {
    const first = fingerprint(definition('f', 'one'), definition('f', 'two'));
    expect(fingerprint(definition('f', 'one'), definition('f', 'three'))).toBe(first);
    expect(fingerprint(definition('f', 'two'), definition('f', 'one'))).not.toBe(first);
  });

  test('a strong one before a common one, that before a weak one', () => {
    const alone = fingerprint(definition('f', 'strong'));
    expect(fingerprint(common(8), definition('f', 'strong'))).toBe(alone);
    expect(fingerprint(definition('f', 'strong'), common(8))).toBe(alone);
    const weak = definition('f', 'weak', elf.STB_WEAK);
    expect(fingerprint(weak, common(8))).toBe(fingerprint(common(8)));
    expect(fingerprint(common(8), weak)).toBe(fingerprint(common(8)));
  });

  test('the largest of several common ones', () => {
    expect(fingerprint(common(8), common(64), common(16))).toBe(fingerprint(common(64)));
  });

  test('with its alignment', () => {
    const aligned = (value: number) =>
      buildObject({ symbols: [{ name: 'f', section: COMMON, size: 8, value }] });
    expect(fingerprint(aligned(8))).not.toBe(fingerprint(aligned(64)));
  });

  test('a member that may take the place of a common one', () => {
    expect(fingerprint(common(8), archive('one'))).not.toBe(fingerprint(common(8), archive('two')));
  });

  test('the first group of a signature, whatever a discarded one would have defined', () => {
    const first = fingerprint(grouped('one'), grouped('two'));
    expect(fingerprint(grouped('one'), grouped('three'))).toBe(first);
    expect(fingerprint(grouped('two'), grouped('one'))).not.toBe(first);
    expect(fingerprint(grouped('one'), grouped('two', elf.STB_GLOBAL))).toBe(first);
  });

  test('all of groups that are no alternatives', () => {
    const strong = grouped('two', elf.STB_GLOBAL, 0);
    expect(fingerprint(grouped('one', elf.STB_WEAK, 0), strong)).toBe(fingerprint(strong));
  });

  test('a member whose group may have come first', () => {
    const group = grouped('one', elf.STB_GLOBAL);
    expect(fingerprint(archive('two'), group)).not.toBe(fingerprint(archive('three'), group));
  });

  test('what a discarded group alone defines is not defined', () => {
    const more = buildObject({
      sections: [code('f', 'two')],
      symbols: [{ name: 'signature' }, { name: 'f', section: 1 }],
      groups: [{ signature: 1, sections: [1] }],
    });
    const first = buildObject({
      sections: [code('other')],
      symbols: [{ name: 'signature' }, { name: 'other', section: 1 }],
      groups: [{ signature: 1, sections: [1] }],
    });
    expect(codeOf(linkOf(caller('f'), first, more))).toBe('UNRESOLVED_SYMBOL');
    expect(codeOf(linkOf(caller('f'), more, first))).toBe('read');
  });

  test('groups that make no sense', () => {
    const group = (signature: number, sections: readonly number[]) =>
      linkOf(
        buildObject({
          sections: [code('main')],
          symbols: [{ name: 'main', section: 1 }],
          groups: [{ signature, sections }],
        }),
      );
    expect(codeOf(group(1, [1]))).toBe('read');
    expect(codeOf(group(1, [0]))).toBe('MALFORMED_OBJECT');
    expect(codeOf(group(1, [1, 0xffffffff]))).toBe('MALFORMED_OBJECT');
    expect(codeOf(group(7, [1]))).toBe('MALFORMED_OBJECT');
  });

  test('a reference to a local symbol of a discarded group keeps what it says', () => {
    const user = (text: string) =>
      buildObject({
        sections: [
          code('f', text),
          code('user', 'user', { relocations: [{ offset: 0, symbol: 1 }] }),
        ],
        symbols: [
          { name: '', section: 1, type: elf.STT_SECTION, binding: elf.STB_LOCAL },
          { name: 'user', section: 2 },
          { name: 'f', section: 1, binding: elf.STB_WEAK },
        ],
        groups: [{ signature: 3, sections: [1] }],
      });
    const of = (text: string) =>
      fingerprintProgram(linkOf(caller('user'), grouped('kept'), user(text)));
    expect(of('one')).not.toBe(of('two'));
  });
});
