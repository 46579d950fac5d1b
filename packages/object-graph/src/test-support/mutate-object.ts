import {
  EXTREME_VALUES,
  objectFields,
  readField,
  sectionHeaders,
  writeField,
} from './mutate-fields';
import type { Field, SectionHeader } from './mutate-fields';
import type { Random } from './mutate-random';

/** A file that was changed, and how. */
export interface Mutated {
  readonly bytes: Buffer;
  readonly what: string;
}

/** A well-formed object with what there is to change in it. */
export interface MutableObject {
  readonly bytes: Buffer;
  readonly fields: readonly Field[];
  readonly sections: readonly SectionHeader[];
}

/** Looks a well-formed object through once, as many mutations follow. */
export function mutableObject(bytes: Uint8Array): MutableObject {
  const copy = Buffer.from(bytes);
  return { bytes: copy, fields: objectFields(copy), sections: sectionHeaders(copy) };
}

/**
 * Changes an object anyhow, in one to four ways: what comes out may be
 * anything, also an object that means the same.
 *
 * @param other Bytes of another file, of which parts are inserted.
 */
export function mutateObject(object: MutableObject, other: Buffer, random: Random): Mutated {
  let bytes: Buffer = Buffer.from(object.bytes);
  const what: string[] = [];
  for (let count = 1 + (random.oneIn(2) ? 0 : random.below(4)); count > 0; count--) {
    const isWhole = bytes.length === object.bytes.length;
    // Fields are where they were only while the length is.
    const change = isWhole && !random.oneIn(4) ? random.pick(FIELD_CHANGES) : changeBytes;
    const done = change(object, bytes, random, other);
    bytes = done.bytes;
    what.push(done.what);
  }
  return { bytes, what: what.join('; ') };
}

type Change = (object: MutableObject, bytes: Buffer, random: Random, other: Buffer) => Mutated;

const FIELD_CHANGES: readonly Change[] = [
  setExtreme,
  setExtreme,
  setNear,
  exchange,
  exchange,
  pointToItself,
  overlap,
  swapHeaders,
];

function setExtreme({ fields }: MutableObject, bytes: Buffer, random: Random): Mutated {
  const field = pickField(fields, random);
  const value = random.oneIn(4) ? BigInt(bytes.length) : random.pick(EXTREME_VALUES);
  writeField(bytes, field, value);
  return { bytes, what: `${field.name} = ${value}` };
}

function setNear({ fields }: MutableObject, bytes: Buffer, random: Random): Mutated {
  const field = pickField(fields, random);
  const step = BigInt(random.pick([-24, -8, -4, -2, -1, 1, 2, 4, 8, 24]));
  writeField(bytes, field, readField(bytes, field) + step);
  return { bytes, what: `${field.name} by ${step}` };
}

/** Gives a field the value of another of its kind: names, links, sections, offsets of the wrong thing. */
function exchange({ fields }: MutableObject, bytes: Buffer, random: Random): Mutated {
  const field = pickField(fields, random);
  const from = random.pick(fields.filter(({ kind }) => kind === field.kind));
  writeField(bytes, field, readField(bytes, from));
  return { bytes, what: `${field.name} as ${from.name}` };
}

function pointToItself({ sections }: MutableObject, bytes: Buffer, random: Random): Mutated {
  const section = random.pick(sections);
  const part = random.pick([40, 44]);
  const target = random.oneIn(2) ? section.index : random.pick(sections).index;
  bytes.writeUInt32LE(target, section.at + part);
  return { bytes, what: `section ${section.index} ${part === 40 ? 'link' : 'info'} to ${target}` };
}

function overlap({ sections }: MutableObject, bytes: Buffer, random: Random): Mutated {
  const [one, two] = [random.pick(sections), random.pick(sections)];
  bytes.copyWithin(one.at + 24, two.at + 24, two.at + 40);
  return { bytes, what: `section ${one.index} over section ${two.index}` };
}

function swapHeaders({ sections }: MutableObject, bytes: Buffer, random: Random): Mutated {
  const [one, two] = [random.pick(sections), random.pick(sections)];
  const kept = Buffer.from(bytes.subarray(one.at, one.at + 64));
  bytes.copyWithin(one.at, two.at, two.at + 64);
  bytes.set(kept, two.at);
  return { bytes, what: `sections ${one.index} and ${two.index} swapped` };
}

/** Changes bytes without knowing what they are: flips, cuts, insertions, splices. */
export function changeBytes(
  _object: unknown,
  bytes: Buffer,
  random: Random,
  other: Buffer,
): Mutated {
  const at = random.below(bytes.length);
  const length = 1 + random.below(random.oneIn(2) ? 8 : 256);
  switch (random.below(6)) {
    case 0:
    case 1:
      if (bytes.length > 0) bytes[at]! ^= 1 << random.below(8);
      return { bytes, what: `bit at ${at}` };
    case 2:
      return { bytes: bytes.subarray(0, at), what: `cut at ${at}` };
    case 3:
      return {
        bytes: Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]),
        what: `${length} bytes taken out at ${at}`,
      };
    case 4: {
      const from = random.below(other.length);
      const part = other.subarray(from, from + length);
      return {
        bytes: Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]),
        what: `${part.length} bytes inserted at ${at}`,
      };
    }
    default: {
      const from = random.below(other.length);
      const part = other.subarray(from, from + Math.min(length, bytes.length - at));
      bytes.set(part, at);
      return { bytes, what: `${part.length} bytes replaced at ${at}` };
    }
  }
}

/** Header and section headers are few beside symbols and relocations, but decide more. */
function pickField(fields: readonly Field[], random: Random): Field {
  const group = random.pick(['header', 'section', 'symbol', '']);
  const chosen = fields.filter(({ name }) => name.startsWith(group));
  return random.pick(chosen.length === 0 ? fields : chosen);
}
