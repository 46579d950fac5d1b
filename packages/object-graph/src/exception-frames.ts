import { ByteReader } from './byte-reader';
import * as elf from './elf/constants';
import type { ElfObject, Relocation } from './elf/elf-object';
import { ObjectGraphError } from './errors';

/** For each code section, the references that its unwinding makes: personality routine and exception tables. */
export type ExceptionEdges = ReadonlyMap<number, readonly Relocation[]>;

/**
 * Reads an object's `.eh_frame` (LSB Core, "Exception Frames"). A frame's
 * first reference is the code that it describes; the others lead to the
 * language-specific data, which names the landing pads: two functions can have
 * equal text and differ only there. Offsets are made relative to the frame, so
 * that they do not tell where in the section it stands.
 */
export function exceptionEdges(object: ElfObject): ExceptionEdges {
  const edges = new Map<number, Relocation[]>();
  for (let index = 1; index < object.sectionCount; index++) {
    const isCandidate =
      object.sectionType(index) === elf.SHT_PROGBITS ||
      object.sectionType(index) === elf.SHT_X86_64_UNWIND;
    if (isCandidate && object.sectionNameStartsWith(index, '.eh_frame\0'))
      readFrames(object, index, edges);
  }
  return edges;
}

function readFrames(object: ElfObject, index: number, edges: Map<number, Relocation[]>): void {
  const content = object.content(index);
  const reader = new ByteReader(content, `${object.name} (.eh_frame)`);
  const relocations = object.relocations(index);
  const personalities = new Map<number, Relocation[]>();
  let next = 0;
  for (let at = 0; at < content.length;) {
    const length = reader.u32(at);
    if (length === 0) {
      at += 4;
      continue;
    }
    if (length === 0xffffffff) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${object.name}: a 64-bit frame in .eh_frame at ${at}`,
      );
    }
    const idAt = at + 4;
    const end = idAt + length;
    reader.range(idAt, end);
    const own: Relocation[] = [];
    while (next < relocations.length && relocations[next]!.offset < end) {
      own.push({ ...relocations[next]!, offset: relocations[next]!.offset - idAt });
      next++;
    }
    const id = reader.u32(idAt);
    if (id === 0) {
      personalities.set(at, own);
    } else {
      const personality = personalities.get(idAt - id);
      if (personality === undefined) throw malformed(object, at, 'has no entry that it belongs to');
      addFrame(object, at, own, personality, edges);
    }
    at = end;
  }
}

function addFrame(
  object: ElfObject,
  at: number,
  own: readonly Relocation[],
  personality: readonly Relocation[],
  edges: Map<number, Relocation[]>,
): void {
  const [code, ...data] = own;
  // Nothing is known to run then.
  if (code === undefined || (data.length === 0 && personality.length === 0)) return;
  const section = object.symbol(code.symbol).section;
  if (code.offset !== CODE_AT || section < 0)
    throw malformed(object, at, 'does not tell whose code it describes');
  const known = edges.get(section);
  if (known === undefined) edges.set(section, [...personality, ...data]);
  else known.push(...personality, ...data);
}

/** The described code's address follows the pointer to the common entry. */
const CODE_AT = 4;

function malformed(object: ElfObject, at: number, problem: string): ObjectGraphError {
  return new ObjectGraphError(
    'MALFORMED_OBJECT',
    `${object.name}: the frame in .eh_frame at ${at} ${problem}`,
  );
}
