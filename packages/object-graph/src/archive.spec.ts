import fc from 'fast-check';
import { isArchive, parseArchive } from './archive';

interface Member {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Writes a System V archive with GNU names, and an index when symbols are given. */
function archiveOf(
  members: readonly Member[],
  symbols?: readonly (readonly [name: string, member: number])[],
): Buffer {
  const header = (name: string, size: number) =>
    Buffer.from(
      `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'644'.padEnd(8)}${String(size).padEnd(10)}\`\n`,
      'latin1',
    );
  const file = (name: string, bytes: Uint8Array) =>
    Buffer.concat([header(name, bytes.length), bytes, Buffer.alloc(bytes.length % 2, 0x0a)]);
  let longNames = '';
  const rawNames = members.map(({ name }) => {
    if (name.length < 16) return `${name}/`;
    const start = longNames.length;
    longNames += `${name}/\n`;
    return `/${start}`;
  });
  const names = longNames === '' ? Buffer.alloc(0) : file('//', Buffer.from(longNames, 'latin1'));
  const texts = Buffer.from((symbols ?? []).map(([name]) => `${name}\0`).join(''), 'latin1');
  const indexSize = symbols === undefined ? 0 : 4 + symbols.length * 4 + texts.length;
  let at = 8 + (symbols === undefined ? 0 : 60 + indexSize + (indexSize % 2)) + names.length;
  const offsets = members.map(({ bytes }) => {
    const offset = at;
    at += 60 + bytes.length + (bytes.length % 2);
    return offset;
  });
  const parts = [Buffer.from('!<arch>\n')];
  if (symbols !== undefined) {
    const numbers = Buffer.alloc(4 + symbols.length * 4);
    numbers.writeUInt32BE(symbols.length, 0);
    symbols.forEach(([, member], index) => numbers.writeUInt32BE(offsets[member]!, 4 + index * 4));
    parts.push(file('/', Buffer.concat([numbers, texts])));
  }
  return Buffer.concat([
    ...parts,
    names,
    ...members.map(({ bytes }, index) => file(rawNames[index]!, bytes)),
  ]);
}

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
        const archive = parseArchive(archiveOf(files, symbols), 'sample.a');
        expect(archive.members.map(({ name, bytes }) => ({ name, bytes: [...bytes] }))).toEqual(
          files.map(({ name, bytes }) => ({ name, bytes: [...bytes] })),
        );
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
    parseArchive(archiveOf([{ name: 'a.o', bytes: Buffer.from('x') }]), 'sample.a').symbols,
  ).toBeUndefined();
});

test('an archive that is cut short is refused unless it ends with a member', () => {
  const files = [
    { name: 'first.o', bytes: Buffer.from('12345') },
    { name: 'a-name-of-many-letters.o', bytes: Buffer.from('123456') },
  ];
  const whole = archiveOf(files, [
    ['one', 0],
    ['two', 1],
  ]);
  for (let length = 9; length < whole.length; length++) {
    let archive;
    try {
      archive = parseArchive(whole.subarray(0, length), 'sample.a');
    } catch (error) {
      expect(error).toMatchObject({ code: 'TRUNCATED' });
      continue;
    }
    const last = archive.members.at(-1);
    if (last !== undefined)
      expect(last.headerOffset + 60 + last.bytes.length).toBeGreaterThanOrEqual(length - 1);
  }
});

test('thin archives and other files', () => {
  expect(isArchive(Buffer.from('!<thin>\n'))).toBe(true);
  expect(isArchive(Buffer.from('\x7fELF'))).toBe(false);
  expect(isArchive(Buffer.alloc(0))).toBe(false);
  expect(() => parseArchive(Buffer.from('!<thin>\n'), 'thin.a')).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED_ARCHIVE' }),
  );
  const noHeader = Buffer.concat([Buffer.from('!<arch>\n'), Buffer.alloc(60, 0x20)]);
  expect(() => parseArchive(noHeader, 'sample.a')).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED_ARCHIVE' }),
  );
});

test('BSD names', () => {
  const name = Buffer.from('long name.o\0');
  const body = Buffer.concat([name, Buffer.from('data')]);
  const header = Buffer.from(
    `${'#1/12'.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'644'.padEnd(8)}${String(body.length).padEnd(10)}\`\n`,
  );
  const archive = parseArchive(Buffer.concat([Buffer.from('!<arch>\n'), header, body]), 'sample.a');
  expect(
    archive.members.map(({ name: member, bytes }) => [member, Buffer.from(bytes).toString()]),
  ).toEqual([['long name.o', 'data']]);
});
