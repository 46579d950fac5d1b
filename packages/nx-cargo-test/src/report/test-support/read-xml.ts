/** An element as {@link readXml} found it. */
export interface ReadElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly ReadElement[];
  /** All text directly inside. */
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

const TOKEN =
  /<\?xml version="1\.0" encoding="UTF-8"\?>|<(\/?)([a-z-]+)((?:\s+[a-z]+="[^"<]*")*)\s*(\/?)>|[^<]+/gy;

/**
 * A reader for XML 1.0 without CDATA, comments and DTDs, as strict as the standard
 * demands: it throws for anything that is not well-formed, forbidden characters
 * and white space in attributes that a parser would not keep included.
 */
export function readXml(xml: string): ReadElement {
  const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.exec(xml);
  if (forbidden !== null) throw new Error(`a forbidden character at ${forbidden.index}`);
  const document = { name: '', attributes: {}, children: [] as ReadElement[], text: '' };
  const open = [document];
  let end = 0;
  for (const match of xml.matchAll(TOKEN)) {
    const [token, isEnd = '', name = '', attributes = '', isEmpty = ''] = match;
    end = match.index + token.length;
    const parent = open.at(-1)!;
    if (token.startsWith('<?')) {
      if (match.index !== 0) throw new Error('an XML declaration that is not at the start');
    } else if (!token.startsWith('<')) {
      if (token.includes(']]>')) throw new Error(`]]> in the text at ${match.index}`);
      parent.text += decode(token.replace(/\r\n?/g, '\n'));
    } else if (isEnd !== '') {
      if (parent.name !== name) throw new Error(`</${name}> ends <${parent.name}>`);
      open.pop();
    } else {
      const element = { name, attributes: readAttributes(attributes), children: [], text: '' };
      parent.children.push(element);
      if (isEmpty === '') open.push(element);
    }
  }
  if (end !== xml.length) throw new Error(`no XML at ${end}: ${xml.slice(end, end + 80)}`);
  const [root, ...others] = document.children;
  if (open.length !== 1 || root === undefined || others.length > 0 || document.text.trim() !== '') {
    throw new Error('not exactly one element that is closed');
  }
  return root;
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/([a-z]+)="([^"]*)"/g)) {
    if (name in attributes) throw new Error(`the attribute ${name} twice`);
    if (/[\t\n\r]/.test(value)) throw new Error(`white space in ${name} that parsers change`);
    attributes[name] = decode(value);
  }
  return attributes;
}

function decode(text: string): string {
  return text.replace(/&([^;]{0,8};?)/g, (reference, inner: string) => {
    const number = /^#(\d+);$/.exec(inner)?.[1];
    const character =
      number === undefined
        ? ENTITIES[inner.replace(/;$/, '')]
        : String.fromCodePoint(Number(number));
    if (character === undefined || !inner.endsWith(';') || number === '0') {
      throw new Error(`a reference to nothing: ${reference}`);
    }
    return character;
  });
}
