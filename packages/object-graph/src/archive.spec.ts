import fc from 'fast-check';
import { isArchive, parseArchive } from './archive';
import { sourceOf } from './byte-source';
import { buildArchive } from './test-support/build-archive';

const members = fc.array(
  fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9._-]{0,30}$/),
    bytes: fc.uint8Array({ maxLength: 9 }),
  }),
  { minLength: 1, maxLength: 6 },
);

test('members and index are read back', () => {
  fc.assert(
    fc.property(
      members,
      fc.array(fc.tuple(fc.stringMatching(/^[a-zA-Z_.$]{1,12}$/), fc.nat()), { maxLength: 8 }),
      (files, picks) => {
        const symbols = picks.map(([name, pick]) => [name, pick % files.length] as const);
        const bytes = buildArchive(files, symbols);
        const archive = parseArchive(sourceOf(bytes), 'sample.a');
        const read = archive.members.map(({ name, start, size }) => ({
          name,
          bytes: [...bytes.subarray(start, start + size)],
        }));
        expect(read).toEqual(files.map(({ name, bytes }) => ({ name, bytes: [...bytes] })));
        expect(archive.symbols?.names).toEqual(symbols.map(([name]) => name));
        expect(archive.symbols?.headerOffsets).toEqual(
          symbols.map(([, member]) => archive.members[member]!.headerOffset),
        );
      },
    ),
  );
});

test('an archive without an index says so', () => {
  expect(
    parseArchive(sourceOf(buildArchive([{ name: 'a.o', bytes: Buffer.from('x') }])), 'sample.a')
      .symbols,
  ).toBeUndefined();
});

test('an archive that is cut short is refused unless it ends with a member', () => {
  const files = [
    { name: 'first.o', bytes: Buffer.from('12345') },
    { name: 'a-name-of-many-letters.o', bytes: Buffer.from('123456') },
  ];
  const whole = buildArchive(files, [
    ['one', 0],
    ['two', 1],
  ]);
  for (let length = 9; length < whole.length; length++) {
    let archive;
    try {
      archive = parseArchive(sourceOf(whole.subarray(0, length)), 'sample.a');
    } catch (error) {
      expect(error).toMatchObject({ code: 'TRUNCATED' });
      continue;
    }
    const last = archive.members.at(-1);
    if (last !== undefined)
      expect(last.headerOffset + 60 + last.size).toBeGreaterThanOrEqual(length - 1);
  }
});

test('thin archives and other files', () => {
  expect(isArchive(sourceOf(Buffer.from('!<thin>\n')))).toBe(true);
  expect(isArchive(sourceOf(Buffer.from('\x7fELF')))).toBe(false);
  expect(isArchive(sourceOf(Buffer.alloc(0)))).toBe(false);
  expect(() => parseArchive(sourceOf(Buffer.from('!<thin>\n')), 'thin.a')).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED_ARCHIVE' }),
  );
  const noHeader = Buffer.concat([Buffer.from('!<arch>\n'), Buffer.alloc(60, 0x20)]);
  expect(() => parseArchive(sourceOf(noHeader), 'sample.a')).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED_ARCHIVE' }),
  );
});

test('BSD names', () => {
  const name = Buffer.from('long name.o\0');
  const body = Buffer.concat([name, Buffer.from('data')]);
  const header = Buffer.from(
    `${'#1/12'.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'644'.padEnd(8)}${String(body.length).padEnd(10)}\`\n`,
  );
  const bytes = Buffer.concat([Buffer.from('!<arch>\n'), header, body]);
  const archive = parseArchive(sourceOf(bytes), 'sample.a');
  expect(
    archive.members.map(({ name: member, start, size }) => [
      member,
      bytes.toString('latin1', start, start + size),
    ]),
  ).toEqual([['long name.o', 'data']]);
});
