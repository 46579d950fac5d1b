import { findNodeAtLocation, parseTree, type JSONPath, type Node } from 'jsonc-parser';

/** A value to put at a path; an index of -1 appends to a list. */
export interface JsonEdit {
  readonly path: JSONPath;
  readonly value: unknown;
}

/**
 * Puts a value into a JSON text and changes nothing else of it: comments, the order of
 * keys and every other line stay as they are. Objects that the path lacks are made.
 *
 * @param text JSON, with comments or without; empty for an empty object.
 */
export function editJsonText(text: string, { path, value }: JsonEdit): string {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const style = styleOf(text);
  if (root === undefined) return `${print(nest(path, value), '', style)}${style.end}`;
  let depth = path.length;
  let node = findNodeAtLocation(root, path);
  while (node === undefined) node = findNodeAtLocation(root, path.slice(0, --depth));
  const indentation = indentationOf(text, node.offset);
  const rest = path.slice(depth);
  const [key] = rest;
  if (key === undefined) return splice(text, node, print(value, indentation, style));
  const last = node.children?.at(-1);
  if (last === undefined) {
    const content = entry(key, nest(rest.slice(1), value), indentation + style.unit, style);
    return fillEmpty(text, node, content, indentation, style);
  }
  const end = last.offset + last.length;
  const isSpread = text.slice(node.offset, last.offset).includes('\n');
  const inner = isSpread ? indentationOf(text, last.offset) : indentation;
  const content = entry(key, nest(rest.slice(1), value), inner, style);
  const separator = isSpread ? `${style.end}${inner}` : ' ';
  // A comment behind the last entry stays beside it.
  const comment = isSpread ? (/^[ \t]*(?:\/\/[^\r\n]*)/.exec(text.slice(end))?.[0] ?? '') : '';
  return `${text.slice(0, end)},${comment}${separator}${content}${text.slice(end + comment.length)}`;
}

interface Style {
  readonly unit: string;
  readonly end: string;
}

function styleOf(text: string): Style {
  return {
    unit: /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ',
    end: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

/** What stands before the first character of the line that holds an offset. */
function indentationOf(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function splice(text: string, { offset, length }: Node, content: string): string {
  return `${text.slice(0, offset)}${content}${text.slice(offset + length)}`;
}

/** Keeps a comment that stands in an empty list or object. */
function fillEmpty(
  text: string,
  node: Node,
  content: string,
  indentation: string,
  { unit, end }: Style,
): string {
  const inside = text.slice(node.offset + 1, node.offset + node.length - 1).trim();
  const [open = '', close = ''] = node.type === 'array' ? '[]' : '{}';
  if (inside === '' && node.type === 'array' && !content.includes('\n'))
    return splice(text, node, `[${content}]`);
  const lines = [...(inside === '' ? [] : [inside]), content];
  const body = lines.map((line) => `${end}${indentation}${unit}${line}`).join('');
  return splice(text, node, `${open}${body}${end}${indentation}${close}`);
}

function nest(path: JSONPath, value: unknown): unknown {
  return path.reduceRight((inner: unknown, key) => ({ [key]: inner }), value);
}

function entry(key: string | number, value: unknown, indentation: string, style: Style): string {
  const printed = print(value, indentation, style);
  return typeof key === 'number' ? printed : `${JSON.stringify(key)}: ${printed}`;
}

/** Lists of plain values on one line and all else spread, as most formatters have them. */
function print(value: unknown, indentation: string, style: Style): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = indentation + style.unit;
  const items = Array.isArray(value)
    ? value.map((item) => print(item, inner, style))
    : Object.entries(value).map(([key, item]) => entry(key, item, inner, style));
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  if (items.length === 0) return `${open}${close}`;
  if (Array.isArray(value) && items.every((item) => !item.includes('\n')))
    return `[${items.join(', ')}]`;
  const body = items.map((item) => `${style.end}${inner}${item}`).join(',');
  return `${open}${body}${style.end}${indentation}${close}`;
}
