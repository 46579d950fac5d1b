import { EXTREME_VALUES } from './mutate-fields';
import { changeBytes } from './mutate-object';
import type { Mutated } from './mutate-object';
import type { Random } from './mutate-random';

const HEADER_PARTS = [
  ['name', 0, 16],
  ['date', 16, 28],
  ['mode', 40, 48],
  ['size', 48, 58],
  ['end', 58, 60],
] as const;

const NAMES = [
  '/',
  '//',
  '/SYM64/',
  '#1/8',
  '#1/4294967296',
  '#1/x',
  '#1/-4',
  '/0',
  '/99999999',
  'a.rmeta',
  'a\0b.o/',
  '',
];
const SIZES = ['-1', '-60', 'x', '', '1e3', '0x10', '12ab', '9999999999', ' 1', '1 2', '+5', '1.5'];

/** Changes an archive anyhow, in one to three ways: member headers, the symbol index, members, bytes. */
export function mutateArchive(archive: Buffer, other: Buffer, random: Random): Mutated {
  let bytes: Buffer = Buffer.from(archive);
  const what: string[] = [];
  for (let count = 1 + (random.oneIn(2) ? 0 : random.below(3)); count > 0; count--) {
    const headers = memberHeaders(bytes);
    const change =
      headers.length === 0
        ? changeBytes
        : random.pick([changeHeader, changeIndex, addMembers, changeBytes]);
    const done = change(headers, bytes, random, other);
    bytes = done.bytes;
    what.push(done.what);
  }
  return { bytes, what: what.join('; ') };
}

/** Offsets of the member headers, as far as they can be followed. */
function memberHeaders(bytes: Buffer): number[] {
  const headers: number[] = [];
  for (let at = 8; at + 60 <= bytes.length;) {
    const size = Number(bytes.toString('latin1', at + 48, at + 58));
    if (!Number.isSafeInteger(size) || size < 0) break;
    headers.push(at);
    at += 60 + size + (size % 2);
  }
  return headers;
}

function changeHeader(headers: readonly number[], bytes: Buffer, random: Random): Mutated {
  const at = random.pick(headers);
  const [name, start, end] = random.pick(HEADER_PARTS);
  const text =
    name === 'name'
      ? random.pick(NAMES)
      : random.oneIn(2)
        ? random.pick(SIZES)
        : String(random.pick(EXTREME_VALUES));
  bytes.write(text.padEnd(end - start).slice(0, end - start), at + start, 'latin1');
  return { bytes, what: `member at ${at}: ${name} = '${text}'` };
}

/** The index is the first member: its count, an offset, or its names. */
function changeIndex(headers: readonly number[], bytes: Buffer, random: Random): Mutated {
  const start = headers[0]! + 60;
  const width = bytes.toString('latin1', headers[0], headers[0]! + 7) === '/SYM64/' ? 8 : 4;
  const at = start + width * random.below(random.oneIn(3) ? 1 : 40);
  if (at + 8 > bytes.length) return { bytes, what: 'nothing' };
  const value = random.oneIn(2) ? BigInt(random.pick(headers)) : random.pick(EXTREME_VALUES);
  if (width === 8) bytes.writeBigUInt64BE(value, at);
  else bytes.writeUInt32BE(Number(value & 0xffffffffn), at);
  return { bytes, what: `index at ${at} = ${value}` };
}

/** A member again, an archive in the archive, or many members without bytes. */
function addMembers(headers: readonly number[], bytes: Buffer, random: Random): Mutated {
  const at = random.pick(headers);
  const size = Number(bytes.toString('latin1', at + 48, at + 58));
  const count = random.pick([1, 1, 50]);
  const nested = random.oneIn(2)
    ? bytes.subarray(0, 4096)
    : bytes.subarray(at + 60, at + 60 + size);
  const content = count > 1 ? Buffer.alloc(0) : nested;
  const header = Buffer.from(bytes.subarray(at, at + 60));
  header.write(String(content.length).padEnd(10), 48, 'latin1');
  const member = Buffer.concat([header, content, Buffer.alloc(content.length % 2, 0x0a)]);
  return {
    bytes: Buffer.concat([bytes, ...Array.from({ length: count }, () => member)]),
    what: `${count} members of ${content.length} bytes more`,
  };
}
