/** An XML element with either elements or a text inside. */
export interface XmlElement {
  readonly name: string;
  /** In this order; those without a value are left out. */
  readonly attributes?: Readonly<Record<string, string | undefined>>;
  readonly content?: readonly XmlElement[] | string;
}

/**
 * The text of an XML 1.0 document in UTF-8.
 *
 * Whatever attributes and texts hold, the document is well-formed and a parser
 * reads the same out of it. Only what XML 1.0 has no way to write, such as most
 * control characters and halves of a surrogate pair, becomes U+FFFD.
 */
export function formatXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${formatElement(root, '')}`;
}

function formatElement(
  { name, attributes = {}, content = '' }: XmlElement,
  indent: string,
): string {
  const head = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escape(value, /[&<>"\t\n\r]/g)}"`],
  );
  const start = `${indent}<${name}${head.join('')}`;
  if (content.length === 0) return `${start}/>\n`;
  if (typeof content === 'string') return `${start}>${escape(content, /[&<>\r]/g)}</${name}>\n`;
  const inner = content.map((child) => formatElement(child, `${indent}  `)).join('');
  return `${start}>\n${inner}${indent}</${name}>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // Parsers turn these into other white space unless they are written as numbers.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function escape(text: string, special: RegExp): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(special, (character) => ENTITIES[character] ?? character);
}
