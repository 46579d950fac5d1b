import * as elf from './elf/constants';
import { fingerprintProgram } from './fingerprint-tests';
import type { Link } from './linked-program';
import { buildArchive } from './test-support/build-archive';
import { buildObject } from './test-support/build-object';
import { caller, code, codeOf, definition, linkOf } from './test-support/small-links';

describe('archives', () => {
  const member = definition('f', 'code of f');
  const members = [
    { name: 'first.o', bytes: definition('g', 'code of g') },
    { name: 'a member with a long name.o', bytes: member },
  ];
  const withIndex = (width: 4 | 8, defining = 1) =>
    buildArchive(
      members,
      [
        ['f', defining],
        ['g', 0],
      ],
      width,
    );
  const link = (archive: Uint8Array) => linkOf(caller('f'), archive);
  const changed = (at: number, text: string): Link => {
    const bytes = withIndex(4);
    bytes.write(text, at, 'latin1');
    return link(bytes);
  };
  const firstMember = withIndex(4).indexOf('first.o');
  const longMember = withIndex(4).indexOf('/0 ');

  test('a 64-bit index means what a 32-bit one means', () => {
    expect(fingerprintProgram(link(withIndex(8)))).toBe(fingerprintProgram(link(withIndex(4))));
  });

  test('an index that names the wrong member, or none', () => {
    expect(codeOf(link(withIndex(4, 0)))).toBe('MALFORMED_OBJECT');
    for (const offset of [0n, 9n, 2n ** 40n, 2n ** 40n + 8n, 2n ** 50n, 2n ** 63n]) {
      const bytes = withIndex(8);
      bytes.writeBigUInt64BE(offset, 8 + 60 + 8);
      expect(codeOf(link(bytes))).toBe('MALFORMED_OBJECT');
    }
  });

  test('a member under the name of metadata counts if the index says so', () => {
    const named = (text: string) =>
      fingerprintProgram(
        link(buildArchive([{ name: 'lib.rmeta', bytes: definition('f', text) }], [['f', 0]])),
      );
    expect(named('one')).not.toBe(named('two'));
    const raw = buildArchive([{ name: 'lib.rmeta', bytes: Buffer.from('rust') }], [['f', 0]]);
    expect(codeOf(link(raw))).toBe('MALFORMED_OBJECT');
  });

  test.each(['-1', '-60', 'x', '1e3', '0x10', '12ab', '1 2', '+5', '1.5', ''])(
    "a member of '%s' bytes",
    (size) => {
      expect(codeOf(changed(firstMember + 48, size.padEnd(10)))).toBe('UNSUPPORTED_ARCHIVE');
    },
  );

  test.each(['#1/4294967296', '#1/x', '#1/-4', '#1/', '#1/99999'])("a name of '%s'", (name) => {
    expect(codeOf(changed(firstMember, name.padEnd(16)))).toBe('UNSUPPORTED_ARCHIVE');
  });

  test('a long name outside of the table', () => {
    expect(codeOf(changed(longMember, '/999'.padEnd(16)))).toBe('UNSUPPORTED_ARCHIVE');
  });

  test('an archive in an archive, and members of another machine', () => {
    const nested = buildArchive([{ name: 'inner.a', bytes: withIndex(4) }], []);
    expect(codeOf(linkOf(caller('outside'), nested))).toBe('NOT_ELF');
    const foreign = buildObject({ machine: elf.EM_AARCH64, sections: [code('f')] });
    const mixed = buildArchive([...members, { name: 'other.o', bytes: foreign }], [['f', 1]]);
    expect(codeOf(link(mixed))).toBe('UNSUPPORTED_OBJECT');
  });

  test('a million empty members', () => {
    const header = buildArchive([{ name: 'a.o', bytes: Buffer.alloc(0) }]).subarray(8);
    const bytes = Buffer.alloc(8 + 60 * 1_000_000);
    bytes.write('!<arch>\n');
    bytes.fill(header, 8);
    expect(codeOf(link(bytes))).toBe('NOT_ELF');
  }, 60_000);

  test('many members that define one name', () => {
    const count = 5_000;
    const many = buildArchive(
      Array.from({ length: count }, () => ({ name: 'f.o', bytes: member })),
      Array.from({ length: count }, (_, index) => ['f', index]),
    );
    expect(codeOf(link(many))).toBe('read');
  }, 60_000);
});
