import * as elf from './elf/constants';
import type { Piece } from './pieces';

const LOCATION_SIZE = 24;
const LENGTH_AT = 8;

/**
 * Whether a piece is a `core::panic::Location`: a pointer to a file name, its
 * length, a line and a column, 24 bytes in all. Other constants have that
 * shape too, so the pointer must lead to text that ends in `.rs` and whose
 * length is the stored one, either by its terminating zero or by its section's end.
 */
export function isPanicLocation(piece: Piece): boolean {
  if (piece.section < 0 || piece.end - piece.start !== LOCATION_SIZE) return false;
  const object = piece.object.elf;
  const section = object.section(piece.section);
  if (
    !object.sectionNameStartsWith(piece.section, '.data.rel.ro') ||
    section.type === elf.SHT_NOBITS
  )
    return false;
  const relocations = object.relocations(piece.section);
  const [pointer] = relocations;
  if (relocations.length !== 1 || pointer === undefined || pointer.offset !== piece.start)
    return false;

  const target = object.symbol(pointer.symbol);
  if (target.section < 0) return false;
  const text = object.content(target.section);
  const content = object.content(piece.section);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const length = view.getUint32(piece.start + LENGTH_AT, true);
  if (view.getUint32(piece.start + LENGTH_AT + 4, true) !== 0 || length < 4) return false;
  const start = target.value + pointer.addend;
  const end = start + length;
  if (start < 0 || end > text.length || (text[end] !== 0 && end !== text.length)) return false;
  return (
    Buffer.from(text.buffer, text.byteOffset + end - 3, 3).toString('latin1') === '.rs' &&
    text.indexOf(0, start) === (end < text.length ? end : -1)
  );
}
