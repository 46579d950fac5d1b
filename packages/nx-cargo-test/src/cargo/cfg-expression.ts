import { CargoTestError } from '../errors';

/** A set of configuration: bare names and `key = "value"` pairs as rustc prints them. */
export interface CfgSet {
  readonly names: ReadonlySet<string>;
  /** `key="value"` without spaces. */
  readonly pairs: ReadonlySet<string>;
}

/** Reads the output of `rustc --print cfg`. */
export function parseCfgSet(text: string): CfgSet {
  const names = new Set<string>();
  const pairs = new Set<string>();
  for (const line of text.split('\n').map((part) => part.trim())) {
    if (line === '') continue;
    if (line.includes('=')) pairs.add(line);
    else names.add(line);
  }
  return { names, pairs };
}

/**
 * Whether a cfg predicate (the text inside `cfg(…)`, or with the `cfg(…)` around
 * it) holds. Rust's grammar: `all`, `any`, `not`, names, `key = "value"`, `true`, `false`.
 *
 * @throws {CargoTestError} `INVALID_FILE` if the text is no predicate.
 */
export function evaluateCfg(text: string, set: CfgSet): boolean {
  const tokens = tokenize(text);
  let position = 0;
  const fail = (): never => {
    throw new CargoTestError('INVALID_FILE', `cfg(${text}) is not a cfg predicate`);
  };
  const take = (token: string): boolean => {
    if (tokens[position] !== token) return false;
    position += 1;
    return true;
  };
  const list = (): boolean[] => {
    if (!take('(')) fail();
    const values: boolean[] = [];
    while (!take(')')) {
      values.push(predicate());
      if (!take(',') && tokens[position] !== ')') fail();
    }
    return values;
  };
  const predicate = (): boolean => {
    const name = tokens[position] ?? fail();
    position += 1;
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) fail();
    if (tokens[position] === '(') {
      const values = list();
      if (name === 'all') return values.every(Boolean);
      if (name === 'any') return values.some(Boolean);
      if ((name === 'not' || name === 'cfg') && values.length === 1)
        return (name === 'cfg') === values[0];
      return fail();
    }
    if (take('=')) {
      const value = tokens[position] ?? fail();
      position += 1;
      if (!value.startsWith('"')) fail();
      return set.pairs.has(`${name}=${value}`);
    }
    if (name === 'true' || name === 'false') return name === 'true';
    return set.names.has(name);
  };
  const value = predicate();
  return position === tokens.length ? value : fail();
}

function tokenize(text: string): string[] {
  const pattern =
    /\s+|r#([\p{L}_][\p{L}\p{N}_]*)|([\p{L}_][\p{L}\p{N}_]*|"(?:[^"\\]|\\.)*"|[(),=])|(.)/gsu;
  const tokens: string[] = [];
  for (const match of text.matchAll(pattern)) {
    const token = match[1] ?? match[2] ?? match[3];
    if (token !== undefined) tokens.push(token);
  }
  return tokens;
}
