/** An attribute's content as Rust's grammar of meta items has it. */
export interface RustAttribute {
  /** The path without spaces, for example `tokio::test`. */
  readonly path: string;
  /** Text between the delimiters of `path(...)`, absent without them. */
  readonly arguments?: string;
  /** Value of `path = "..."`, absent unless it is a string literal. */
  readonly value?: string;
}

/** An attribute and the condition under which `cfg_attr` applies it. */
export interface ConditionalAttribute {
  readonly attribute: RustAttribute;
  /** Predicates of the `cfg_attr`s around it, outermost first; empty when it always applies. */
  readonly conditions: readonly string[];
}

/**
 * Reads the text between `#[` and `]`. `cfg_attr` is opened up, however deeply
 * nested, so `cfg_attr(a, test, path = "b.rs")` gives two attributes with the
 * condition `a`.
 */
export function parseAttribute(text: string): readonly ConditionalAttribute[] {
  const attribute = parseMeta(text);
  if (attribute === undefined) return [];
  if (attribute.path !== 'cfg_attr' || attribute.arguments === undefined) {
    return [{ attribute, conditions: [] }];
  }
  const [predicate, ...applied] = splitAtCommas(attribute.arguments);
  if (predicate === undefined) return [];
  return applied.flatMap((part) =>
    parseAttribute(part).map(({ attribute: inner, conditions }) => ({
      attribute: inner,
      conditions: [collapseSpace(predicate), ...conditions],
    })),
  );
}

/** Puts every run of white space outside of string literals into one space. */
export function collapseSpace(text: string): string {
  return tokens(text)
    .map((token) => (token.kind === 'space' ? ' ' : token.text))
    .join('')
    .trim();
}

function parseMeta(text: string): RustAttribute | undefined {
  const all = tokens(text).filter((token) => token.kind !== 'space');
  const pathEnd = all.findIndex((token) => token.kind !== 'word' && token.text !== ':');
  const pathTokens = pathEnd === -1 ? all : all.slice(0, pathEnd);
  const path = pathTokens
    .map((token) => token.text)
    .join('')
    .replaceAll('r#', '')
    .replace(/^::/, '');
  if (path === '') return undefined;
  const next = pathEnd === -1 ? undefined : all[pathEnd];
  if (next === undefined) return { path };
  if (next.text === '=') {
    const value = all[pathEnd + 1];
    return value?.kind === 'string' && all.length === pathEnd + 2
      ? { path, value: stringValue(value.text) }
      : { path };
  }
  if (next.kind !== 'open') return { path };
  const last = all.at(-1);
  if (last?.kind !== 'close') return { path };
  return { path, arguments: text.slice(next.start + 1, last.start) };
}

function splitAtCommas(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const token of tokens(text)) {
    if (token.kind === 'open') depth += 1;
    else if (token.kind === 'close') depth -= 1;
    else if (token.text === ',' && depth === 0) {
      parts.push(text.slice(start, token.start));
      start = token.start + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.filter((part) => part.trim() !== '');
}

interface Token {
  readonly kind: 'space' | 'word' | 'string' | 'open' | 'close' | 'other';
  readonly text: string;
  readonly start: number;
}

// Comments count as space; a raw string ends at a quote with as many # as it began with.
const tokenPattern =
  /(?<space>(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+)|(?<string>[bc]?r(?<hashes>#*)"[\s\S]*?"\k<hashes>|[bc]?"(?:[^"\\]|\\[\s\S])*")|(?<char>'(?:[^'\\]|\\[^']+)')|(?<word>(?:r#)?[\p{L}_][\p{L}\p{N}_]*|\p{N}+)|(?<open>[([{])|(?<close>[)\]}])|(?<other>[\s\S])/gu;

function tokens(text: string): readonly Token[] {
  return Array.from(text.matchAll(tokenPattern), (match) => {
    const groups = match.groups ?? {};
    const kind =
      (['space', 'string', 'word', 'open', 'close'] as const).find(
        (name) => groups[name] !== undefined,
      ) ?? 'other';
    return { kind, text: match[0], start: match.index };
  });
}

/** Value of a string literal: its escapes resolved, or the text itself when raw. */
export function stringValue(literal: string): string {
  const raw = /^[bc]?r(#*)"([\s\S]*)"\1$/.exec(literal);
  if (raw) return raw[2] ?? '';
  const body = literal.replace(/^[bc]?"/, '').replace(/"$/, '');
  return body.replace(
    /\\(?:(\r?\n\s*)|x([0-9a-fA-F]{2})|u\{([0-9a-fA-F_]{1,8})\}|([\s\S]))/g,
    (_, newline?: string, byte?: string, codePoint?: string, simple?: string) => {
      if (newline !== undefined) return '';
      const hex = byte ?? codePoint?.replaceAll('_', '');
      if (hex !== undefined) {
        const value = Number.parseInt(hex, 16);
        return value <= 0x10ffff ? String.fromCodePoint(value) : '\ufffd';
      }
      return simpleEscapes[simple ?? ''] ?? simple ?? '';
    },
  );
}

const simpleEscapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' };
