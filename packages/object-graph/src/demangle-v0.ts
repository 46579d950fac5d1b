/**
 * The path of a v0 mangled name (Rust reference, "v0 symbol mangling"), written
 * as for the older mangling: `sample::Square::new`, `<sample::Square as
 * sample::Shape>::area`, `sample::run::{{closure}}`. Arguments of generics are left
 * out, so all instances have one path. Undefined for what is no such name.
 */
export function demangleV0(symbol: string): string | undefined {
  if (!symbol.startsWith('_R')) return undefined;
  try {
    return new Parser(symbol.slice(2)).path().text;
  } catch (error) {
    if (error instanceof NoSuchName) return undefined;
    throw error;
  }
}

class NoSuchName extends Error {}

/** A path, or the text of a type, which needs brackets before a method's name if it's none. */
interface Text {
  readonly text: string;
  readonly isPath: boolean;
}

const BASIC_TYPES: Readonly<Record<string, string>> = {
  a: 'i8',
  b: 'bool',
  c: 'char',
  d: 'f64',
  e: 'str',
  f: 'f32',
  h: 'u8',
  i: 'isize',
  j: 'usize',
  l: 'i32',
  m: 'u32',
  n: 'i128',
  o: 'u128',
  p: '_',
  s: 'i16',
  t: 'u16',
  u: '()',
  v: '...',
  x: 'i64',
  y: 'u64',
  z: '!',
};

const SPECIAL_NAMESPACES: Readonly<Record<string, string>> = {
  C: 'closure',
  K: 'constant',
  S: 'shim',
};

/** Back references may repeat a name within itself over and over. */
const MAXIMUM_STEPS = 5000;
const MAXIMUM_DEPTH = 200;

class Parser {
  readonly #text: string;
  #at = 0;
  #steps = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  path(): Text {
    return this.#nested(() => {
      switch (this.#next()) {
        case 'C':
          return path(this.#disambiguated());
        case 'M':
          return this.#implemented();
        case 'X':
          this.#implPath();
          return this.#ofTrait();
        case 'Y':
          return this.#ofTrait();
        case 'N':
          return this.#inNamespace();
        case 'I': {
          const generic = this.path();
          this.#until(() => this.#genericArgument());
          return generic;
        }
        case 'B':
          return this.#backReference(() => this.path());
        default:
          throw new NoSuchName();
      }
    });
  }

  #implemented(): Text {
    this.#implPath();
    const { text, isPath } = this.#type();
    return path(isPath ? text : `<${text}>`);
  }

  #ofTrait(): Text {
    const type = this.#type().text;
    return path(`<${type} as ${this.path().text}>`);
  }

  #inNamespace(): Text {
    const namespace = this.#next();
    if (!/[a-zA-Z]/.test(namespace)) throw new NoSuchName();
    const parent = this.path().text;
    const name = this.#disambiguated();
    if (namespace >= 'a') return path(name === '' ? parent : `${parent}::${name}`);
    return path(`${parent}::{{${SPECIAL_NAMESPACES[namespace] ?? namespace}}}`);
  }

  /** Where an impl stands, which only tells it from others. */
  #implPath(): void {
    this.#disambiguator();
    this.path();
  }

  #genericArgument(): void {
    if (this.#take('L')) this.#base62();
    else if (this.#take('K')) this.#constant();
    else this.#type();
  }

  #type(): Text {
    return this.#nested(() => {
      const tag = this.#text[this.#at] ?? '';
      const basic = BASIC_TYPES[tag];
      if (basic !== undefined) {
        this.#at++;
        return { text: basic, isPath: false };
      }
      switch (tag) {
        case 'A': {
          this.#at++;
          const { text } = this.#type();
          this.#constant();
          return { text: `[${text}; _]`, isPath: false };
        }
        case 'S':
          this.#at++;
          return { text: `[${this.#type().text}]`, isPath: false };
        case 'T':
          this.#at++;
          return { text: `(${this.#until(() => this.#type().text).join(', ')})`, isPath: false };
        case 'R':
        case 'Q':
          this.#at++;
          if (this.#take('L')) this.#base62();
          return { text: `&${tag === 'Q' ? 'mut ' : ''}${this.#type().text}`, isPath: false };
        case 'P':
        case 'O':
          this.#at++;
          return { text: `*${tag === 'O' ? 'mut' : 'const'} ${this.#type().text}`, isPath: false };
        case 'F':
          this.#at++;
          return this.#functionType();
        case 'D':
          this.#at++;
          return this.#dynType();
        case 'B':
          this.#at++;
          return this.#backReference(() => this.#type());
        default:
          return this.path();
      }
    });
  }

  #functionType(): Text {
    this.#binder();
    this.#take('U');
    if (this.#take('K') && !this.#take('C')) this.#identifier();
    const parameters = this.#until(() => this.#type().text).join(', ');
    return { text: `fn(${parameters}) -> ${this.#type().text}`, isPath: false };
  }

  #dynType(): Text {
    this.#binder();
    const bounds = this.#until(() => {
      const { text } = this.path();
      while (this.#take('p')) {
        this.#identifier();
        this.#type();
      }
      return text;
    });
    if (!this.#take('L')) throw new NoSuchName();
    this.#base62();
    return { text: `dyn ${bounds.join(' + ')}`, isPath: false };
  }

  #constant(): void {
    this.#nested(() => {
      if (this.#take('p')) return;
      if (this.#take('B')) return void this.#backReference(() => this.#constant());
      // Values of other than basic types are not stable.
      if (BASIC_TYPES[this.#next()] === undefined) throw new NoSuchName();
      this.#take('n');
      while (!this.#take('_')) if (!/[0-9a-f]/.test(this.#next())) throw new NoSuchName();
    });
  }

  #binder(): void {
    if (this.#take('G')) this.#base62();
  }

  #disambiguated(): string {
    this.#disambiguator();
    return this.#identifier();
  }

  #disambiguator(): void {
    if (this.#take('s')) this.#base62();
  }

  /** Identifiers beyond ASCII are left as they are encoded. */
  #identifier(): string {
    this.#take('u');
    const digits = /^(?:0|[1-9]\d*)/.exec(this.#text.slice(this.#at, this.#at + 9))?.[0];
    if (digits === undefined) throw new NoSuchName();
    this.#at += digits.length;
    this.#take('_');
    const end = this.#at + Number(digits);
    if (end > this.#text.length) throw new NoSuchName();
    const name = this.#text.slice(this.#at, end);
    this.#at = end;
    return name;
  }

  #base62(): number {
    if (this.#take('_')) return 0;
    let value = 0;
    for (;;) {
      const character = this.#next();
      if (character === '_') return value + 1;
      const digit = DIGITS.indexOf(character);
      if (digit < 0) throw new NoSuchName();
      value = value * DIGITS.length + digit;
    }
  }

  #backReference<T>(parse: () => T): T {
    const start = this.#at - 1;
    const position = this.#base62();
    if (position >= start) throw new NoSuchName();
    const end = this.#at;
    this.#at = position;
    const result = parse();
    this.#at = end;
    return result;
  }

  /** Parses items up to an `E`. */
  #until<T>(parse: () => T): T[] {
    const items: T[] = [];
    while (!this.#take('E')) items.push(parse());
    return items;
  }

  #nested<T>(parse: () => T): T {
    if (++this.#steps > MAXIMUM_STEPS || ++this.#depth > MAXIMUM_DEPTH) throw new NoSuchName();
    const result = parse();
    this.#depth--;
    return result;
  }

  #take(character: string): boolean {
    const isThere = this.#text[this.#at] === character;
    if (isThere) this.#at++;
    return isThere;
  }

  #next(): string {
    const character = this.#text[this.#at++];
    if (character === undefined) throw new NoSuchName();
    return character;
  }
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function path(text: string): Text {
  return { text, isPath: true };
}
