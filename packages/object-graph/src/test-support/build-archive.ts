/** One file of an archive to build. */
export interface MemberPlan {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Which member, by position, defines a symbol. */
export type IndexPlan = readonly (readonly [name: string, member: number])[];

/**
 * Writes a System V archive with GNU long names.
 *
 * @param symbols Its symbol index. Default: none.
 * @param width Bytes of a number in the index: 8 as in `/SYM64/`. Default: 4.
 */
export function buildArchive(
  members: readonly MemberPlan[],
  symbols?: IndexPlan,
  width: 4 | 8 = 4,
): Buffer {
  let longNames = '';
  const rawNames = members.map(({ name }) => {
    if (name.length < 16) return `${name}/`;
    const start = longNames.length;
    longNames += `${name}/\n`;
    return `/${start}`;
  });
  const names = longNames === '' ? Buffer.alloc(0) : file('//', Buffer.from(longNames, 'latin1'));
  const texts = Buffer.from((symbols ?? []).map(([name]) => `${name}\0`).join(''), 'latin1');
  const indexSize = symbols === undefined ? 0 : width * (1 + symbols.length) + texts.length;
  let at = 8 + (symbols === undefined ? 0 : 60 + indexSize + (indexSize % 2)) + names.length;
  const offsets = members.map(({ bytes }) => {
    const offset = at;
    at += 60 + bytes.length + (bytes.length % 2);
    return offset;
  });
  const parts: Uint8Array[] = [Buffer.from('!<arch>\n')];
  if (symbols !== undefined) {
    const numbers = Buffer.alloc(width * (1 + symbols.length));
    const write = (value: number, index: number) =>
      numbers.writeUIntBE(value, index * width + (width === 8 ? 2 : 0), width === 8 ? 6 : 4);
    write(symbols.length, 0);
    symbols.forEach(([, member], index) => write(offsets[member]!, 1 + index));
    parts.push(file(width === 4 ? '/' : '/SYM64/', Buffer.concat([numbers, texts])));
  }
  return Buffer.concat([
    ...parts,
    names,
    ...members.map(({ bytes }, index) => file(rawNames[index]!, bytes)),
  ]);
}

function file(name: string, bytes: Uint8Array): Buffer {
  const header = Buffer.from(
    `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'644'.padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`,
    'latin1',
  );
  return Buffer.concat([header, bytes, Buffer.alloc(bytes.length % 2, 0x0a)]);
}
