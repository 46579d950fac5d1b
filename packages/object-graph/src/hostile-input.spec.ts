import { ByteReader } from './byte-reader';
import * as elf from './elf/constants';
import { fingerprintProgram } from './fingerprint-tests';
import type { Link } from './linked-program';
import { buildObject } from './test-support/build-object';
import type { SectionPlan } from './test-support/build-object';
import type { ObjectPlan } from './test-support/build-object';
import { MutationCheck } from './test-support/mutate-check';
import { sectionHeaders } from './test-support/mutate-fields';
import { compileSamples } from './test-support/mutate-samples';
import {
  caller,
  CODE,
  code,
  codeOf,
  definition,
  EXECUTABLE,
  linkOf,
} from './test-support/small-links';

describe('mutated objects and archives', () => {
  const count = 4_000;
  let check: MutationCheck;
  beforeAll(() => {
    check = new MutationCheck(compileSamples());
  }, 120_000);

  test('give an error with a code, or the fingerprint that they deserve, with bounded work', () => {
    const reads = countReads();
    const findings: unknown[] = [];
    const results = new Set<string>();
    for (let seed = 1; seed <= count; seed++) {
      const before = reads.count();
      const { result, finding } = check.run(seed);
      results.add(result);
      if (finding !== undefined) findings.push({ seed, finding });
      // The samples take up to 30,000 reads.
      if (reads.count() - before > 300_000) findings.push({ seed, reads: reads.count() - before });
    }
    reads.stop();
    expect(findings).toEqual([]);
    expect([...results]).toEqual(
      expect.arrayContaining(['same', 'other', 'TRUNCATED', 'MALFORMED_OBJECT']),
    );
  }, 120_000);
});

/** Counts what is read through `ByteReader`, as a measure of work that is the same on every machine. */
function countReads(): { count: () => number; stop: () => void } {
  let count = 0;
  const methods = ['u8', 'u16', 'u32', 'u64', 'i64'] as const;
  const spies = methods.map((method) => {
    const original = Object.getOwnPropertyDescriptor(ByteReader.prototype, method)!;
    const read = original.value as (this: ByteReader, offset: number) => number;
    Object.defineProperty(ByteReader.prototype, method, {
      ...original,
      value(this: ByteReader, offset: number) {
        count++;
        return read.call(this, offset);
      },
    });
    return () => Object.defineProperty(ByteReader.prototype, method, original);
  });
  return { count: () => count, stop: () => spies.forEach((restore) => restore()) };
}

describe('headers', () => {
  const base = caller('outside');
  const changed = (change: (bytes: Buffer) => void): Link => {
    const bytes = Buffer.from(base);
    change(bytes);
    return linkOf(bytes);
  };
  const table = Number(base.readBigUInt64LE(40));

  test('the object itself is read', () => expect(codeOf(linkOf(base))).toBe('read'));

  test.each([1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 64n - 1n])(
    '%d sections, told by the first section header',
    (count) => {
      const link = changed((bytes) => {
        bytes.writeUInt16LE(0, 60);
        bytes.writeBigUInt64LE(count, table + 32);
      });
      expect(['TRUNCATED', 'MALFORMED_OBJECT']).toContain(codeOf(link));
    },
  );

  test.each([0, 32, 63, 65, 0xffff])('section headers of %d bytes', (size) => {
    expect(codeOf(changed((bytes) => bytes.writeUInt16LE(size, 58)))).toBe('MALFORMED_OBJECT');
  });

  test('no section headers', () => {
    expect(codeOf(changed((bytes) => bytes.writeBigUInt64LE(0n, 40)))).toBe('MALFORMED_OBJECT');
    const executable = Buffer.from(EXECUTABLE);
    executable.writeBigUInt64LE(0n, 40);
    expect(codeOf({ ...linkOf(base), executable })).toBe('MALFORMED_OBJECT');
  });

  test('section names that are no string table', () => {
    for (const index of [0, 1, 3, 0xff, 0xffff])
      expect(codeOf(changed((bytes) => bytes.writeUInt16LE(index, 62)))).toBe('MALFORMED_OBJECT');
  });
});

describe('names', () => {
  const base = caller('outside');
  const sections = sectionHeaders(base);
  const strings = sections.find(({ name }) => name === '.strtab')!;
  const symbols = sections.find(({ name }) => name === '.symtab')!;

  test.each([strings.size, strings.size + 1, 2 ** 31, 2 ** 32 - 1])(
    'a name at %d of its table',
    (offset) => {
      const bytes = Buffer.from(base);
      bytes.writeUInt32LE(offset, symbols.offset + 48);
      expect(codeOf(linkOf(bytes))).toBe('MALFORMED_OBJECT');
    },
  );

  test('a table that does not end in a zero', () => {
    const bytes = Buffer.from(base);
    bytes.writeBigUInt64LE(BigInt(strings.size - 1), strings.at + 32);
    expect(codeOf(linkOf(bytes))).toBe('MALFORMED_OBJECT');
  });

  test('a table beyond the end of the file', () => {
    const bytes = Buffer.from(base);
    bytes.writeBigUInt64LE(BigInt(bytes.length), strings.at + 32);
    expect(codeOf(linkOf(bytes))).toBe('TRUNCATED');
  });

  test('a name with characters that do not exist', () => {
    const name = '_ZN19$uffffffff$location3fooE';
    expect(codeOf(linkOf(caller(name), definition(name, 'code')))).toBe('read');
  });
});

describe('symbols and sections by extended index', () => {
  const plan = {
    extendedIndices: true,
    sections: [code('main', 'main', { relocations: [{ offset: 4, symbol: 2 }] }), code('f')],
    symbols: [
      { name: 'main', section: 1 },
      { name: 'f', section: 2 },
    ],
  } satisfies ObjectPlan;
  const base = buildObject(plan);
  const extension = sectionHeaders(base).find(({ type }) => type === elf.SHT_SYMTAB_SHNDX)!;
  const changed = (change: (bytes: Buffer) => void): Link => {
    const bytes = Buffer.from(base);
    change(bytes);
    return linkOf(bytes);
  };

  test('means what the short index means', () => {
    const short = buildObject({ ...plan, extendedIndices: false });
    expect(fingerprintProgram(linkOf(base))).toBe(fingerprintProgram(linkOf(short)));
  });

  test.each([0, 9, 0xffff, 0xffffffff])('index %d, which no section has', (index) => {
    const link = changed((bytes) => bytes.writeUInt32LE(index, extension.offset + 8));
    expect(codeOf(link)).toBe('MALFORMED_OBJECT');
  });

  test('a table that is missing, short, or of another symbol table', () => {
    expect(
      codeOf(changed((bytes) => bytes.writeUInt32LE(elf.SHT_PROGBITS, extension.at + 4))),
    ).toBe('UNSUPPORTED_OBJECT');
    expect(codeOf(changed((bytes) => bytes.writeBigUInt64LE(8n, extension.at + 32)))).toBe(
      'MALFORMED_OBJECT',
    );
    expect(codeOf(changed((bytes) => bytes.writeUInt32LE(1, extension.at + 40)))).toBe(
      'UNSUPPORTED_OBJECT',
    );
  });

  test('the reserved numbers are ordinary sections there', () => {
    const count = elf.SHN_XINDEX + 10;
    const link = (index: number, text: string) =>
      linkOf(
        buildObject({
          sections: Array.from({ length: count }, (_, section) =>
            section === 0
              ? code('main', 'main', { relocations: [{ offset: 4, symbol: 2 }] })
              : code('f', section + 1 === index ? text : 'f'),
          ),
          symbols: [
            { name: 'main', section: 1 },
            { name: 'f', section: index },
          ],
        }),
      );
    for (const index of [
      elf.SHN_LORESERVE,
      elf.SHN_ABS,
      elf.SHN_COMMON,
      elf.SHN_XINDEX,
      count - 1,
    ]) {
      const [one, other] = [link(index, 'one'), link(index, 'two')].map((each) =>
        fingerprintProgram(each),
      );
      expect(one).not.toBe(other);
    }
  }, 60_000);
});

describe('sections and their tables', () => {
  const base = caller('f', {
    sections: [code('main', 'main', { relocations: [{ offset: 4, symbol: 2 }] }), code('f')],
    symbols: [
      { name: 'main', section: 1 },
      { name: 'f', section: 2 },
    ],
  });
  const sections = sectionHeaders(base);
  const holder = sections.find(({ type }) => type === elf.SHT_RELA)!;
  const symbols = sections.find(({ type }) => type === elf.SHT_SYMTAB)!;
  const changed = (at: number, width: 4 | 8, value: number): Link => {
    const bytes = Buffer.from(base);
    if (width === 4) bytes.writeUInt32LE(value, at);
    else bytes.writeBigUInt64LE(BigInt(value), at);
    return linkOf(bytes);
  };

  test('relocations whose symbols, target or size make no sense', () => {
    expect(codeOf(linkOf(base))).toBe('read');
    for (const link of [0, 1, holder.index, 0xffffffff])
      expect(codeOf(changed(holder.at + 40, 4, link))).toBe('MALFORMED_OBJECT');
    for (const target of [0, sections.length, 0xffffffff])
      expect(codeOf(changed(holder.at + 44, 4, target))).toBe('MALFORMED_OBJECT');
    for (const size of [0, 1, 16, 48])
      expect(codeOf(changed(holder.at + 56, 8, size))).toBe('MALFORMED_OBJECT');
  });

  test('a relocation behind its section', () => {
    for (const offset of [16, 17, 2 ** 32, 2 ** 53 - 1])
      expect(codeOf(changed(holder.offset, 8, offset))).toBe('MALFORMED_OBJECT');
  });

  test('a symbol table whose names, number of locals or entries make no sense', () => {
    for (const link of [0, 1, symbols.index, 0xffffffff])
      expect(codeOf(changed(symbols.at + 40, 4, link))).toBe('MALFORMED_OBJECT');
    for (const locals of [0, 2, 3, 4, 0xffffffff]) {
      const expected = locals === 0 ? 'read' : 'MALFORMED_OBJECT';
      expect([locals, codeOf(changed(symbols.at + 44, 4, locals))]).toEqual([locals, expected]);
    }
    for (const size of [0, 1, 16, 48])
      expect(codeOf(changed(symbols.at + 56, 8, size))).toBe('MALFORMED_OBJECT');
  });

  test('two symbol tables', () => {
    const type = sections.find(({ name }) => name === '.strtab')!;
    expect(codeOf(changed(type.at + 4, 4, elf.SHT_SYMTAB))).toBe('MALFORMED_OBJECT');
  });

  test('loaded code of a type that is not loaded, or that the linker leaves out', () => {
    for (const type of [elf.SHT_NULL, elf.SHT_STRTAB, elf.SHT_GROUP])
      expect(codeOf(changed(sections[2]!.at + 4, 4, type))).toBe('MALFORMED_OBJECT');
    const flags = (CODE | elf.SHF_EXCLUDE) >>> 0;
    expect(codeOf(changed(sections[2]!.at + 8, 4, flags))).toBe('UNSUPPORTED_OBJECT');
  });

  test('writable data that becomes read-only', () => {
    const data = (name: string) => {
      const section = { name, flags: elf.SHF_ALLOC | elf.SHF_WRITE, content: Buffer.alloc(8, 1) };
      const object = buildObject({ sections: [section], symbols: [{ name: 'f', section: 1 }] });
      return fingerprintProgram(linkOf(caller('f'), object));
    };
    expect(data('.data.rel.ro.f')).not.toBe(data('.data.f'));
  });

  test('merged sections without content, or whose entries may be written or run', () => {
    const merged = (type: number, flags: number, size: number) =>
      linkOf(
        caller('__start_entries', {
          sections: [
            code('main', 'main', { relocations: [{ offset: 4, symbol: 2 }] }),
            {
              name: 'entries',
              type,
              flags: elf.SHF_ALLOC | elf.SHF_MERGE | flags,
              entrySize: 1,
              size,
              content: Buffer.alloc(4),
            },
          ],
        }),
      );
    expect(codeOf(merged(elf.SHT_PROGBITS, 0, 4))).toBe('read');
    for (const flags of [0, elf.SHF_STRINGS])
      expect(codeOf(merged(elf.SHT_NOBITS, flags, 2 ** 50))).toBe('UNSUPPORTED_OBJECT');
    expect(codeOf(merged(elf.SHT_PROGBITS, 0, 2 ** 50))).toBe('TRUNCATED');
    for (const flag of [elf.SHF_WRITE, elf.SHF_EXECINSTR, elf.SHF_TLS])
      expect(codeOf(merged(elf.SHT_PROGBITS, flag, 4))).toBe('UNSUPPORTED_OBJECT');
    expect(codeOf(merged(elf.SHT_INIT_ARRAY, 0, 4))).toBe('UNSUPPORTED_OBJECT');
  });

  test('sections that nobody refers to may be anything', () => {
    const debug = (more: Partial<SectionPlan>) =>
      fingerprintProgram(
        linkOf(
          caller('outside', {
            sections: [
              code('main', 'main', { relocations: [{ offset: 4, symbol: 2 }] }),
              { name: '.debug_info', flags: 0, content: Buffer.from('debug'), ...more },
            ],
          }),
        ),
      );
    const base = debug({});
    expect(debug({ content: Buffer.from('other') })).toBe(base);
    expect(debug({ flags: elf.SHF_COMPRESSED })).toBe(base);
    // Beyond the end of the file, so that reading it would be an error.
    expect(debug({ size: 2 ** 50 })).toBe(base);
  });
});

describe('frames', () => {
  const frames = (content: readonly number[], relocated: readonly number[] = []): Link =>
    linkOf(
      caller('outside', {
        sections: [
          code('main', 'main', { relocations: [{ offset: 4, symbol: 2 }] }),
          {
            name: '.eh_frame',
            content: Buffer.from(Uint32Array.from(content).buffer),
            relocations: relocated.map((offset, index) => ({
              offset,
              symbol: index === 0 ? 1 : 2,
            })),
          },
        ],
      }),
    );
  const common = [4, 0];

  test('are read', () => {
    expect(codeOf(frames([...common, 12, 12, 0, 0, 0], [16, 20]))).toBe('read');
  });

  test('of no common entry, beyond the end, or of no known code', () => {
    for (const content of [
      [...common, 12, 8, 0, 0, 0],
      [...common, 12, 0xfffffff0, 0, 0, 0],
    ])
      expect(codeOf(frames(content, [16, 20]))).toBe('MALFORMED_OBJECT');
    expect(codeOf(frames([...common, 400, 12, 0, 0, 0], [16, 20]))).toBe('TRUNCATED');
    expect(codeOf(frames([...common, 12, 12, 0, 0, 0], [17, 20]))).toBe('MALFORMED_OBJECT');
  });
});

describe('links whose parts are many', () => {
  const symbolsOf = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: index === 0 ? 'main' : `f${index}`,
      section: index + 1,
    }));

  test('a ring of functions that differ by their distance from one of them', () => {
    const count = 10_000;
    const ring = (text: string) =>
      buildObject({
        sections: Array.from({ length: count }, (_, index) =>
          code('f', index === count - 1 ? text : 'f', {
            relocations: [{ offset: 4, symbol: 1 + ((index + 1) % count) }],
          }),
        ),
        symbols: symbolsOf(count),
      });
    expect(fingerprintProgram(linkOf(ring('one')))).not.toBe(
      fingerprintProgram(linkOf(ring('two'))),
    );
  }, 60_000);

  test('many references into one long string, and into many entries with references', () => {
    const count = 16_000;
    const main = code('main', '', {
      content: Buffer.alloc(8 * count),
      relocations: Array.from({ length: count }, (_, index) => ({
        offset: 8 * index,
        type: 1,
        symbol: 1,
        addend: 8 * index,
      })),
    });
    const link = (flags: number, entrySize: number, own: SectionPlan['relocations'] & object) =>
      linkOf(
        buildObject({
          sections: [
            main,
            {
              name: '.rodata.merged',
              flags: elf.SHF_ALLOC | elf.SHF_MERGE | flags,
              entrySize,
              content: Buffer.concat([Buffer.alloc(8 * count, 'text'), Buffer.alloc(8)]),
              relocations: own,
            },
          ],
          symbols: [
            { name: '', section: 2, type: elf.STT_SECTION, binding: elf.STB_LOCAL },
            { name: 'main', section: 1 },
          ],
        }),
      );
    expect(codeOf(link(elf.SHF_STRINGS, 1, []))).toBe('read');
    const own = Array.from({ length: count }, (_, index) => ({
      offset: 8 * index,
      type: 1,
      symbol: 2,
    }));
    expect(codeOf(link(0, 8, own))).toBe('read');
  }, 60_000);
});

test('a binding that no linker knows', () => {
  expect(codeOf(linkOf(caller('f'), definition('f', 'code', 13)))).toBe('UNSUPPORTED_OBJECT');
});
