import { dirname, resolve } from 'node:path';

/** What the examples in documentation ask the compiler for. */
export interface ExampleInputs {
  /** Absolute paths that `include_str!`, `include_bytes!`, `include!` or `#[path]` may mean. */
  readonly files: readonly string[];
  /** Names of the variables of `env!` and `option_env!`. */
  readonly variables: readonly string[];
}

/**
 * Finds what the examples in a file's documentation make the compiler read.
 * rustdoc compiles them apart from the crate, so no dep-info tells.
 *
 * @param file Absolute path of a Rust source, or of a text that is included as documentation.
 * @param folders Folders that paths of examples in an included text may be relative to.
 * @param variables Values of variables that a path may be composed of.
 */
export function exampleInputs(
  file: string,
  text: string,
  folders: readonly string[],
  variables: Readonly<Record<string, string>>,
): ExampleInputs {
  const isRust = file.endsWith('.rs');
  const examples = withoutOtherLanguages(isRust ? documentationOf(text) : text);
  // Up to edition 2021 the place of the attribute that includes a text counts, then its own.
  const bases = isRust ? [dirname(file)] : [...new Set([dirname(file), ...folders])];
  const files = new Set<string>();
  const names = new Set<string>();
  for (const path of pathsIn(examples, variables)) {
    for (const base of bases) files.add(resolve(base, path));
  }
  for (const [, name = ''] of examples.matchAll(/\b(?:option_)?env!\s*[([{]\s*"([^"]+)"/g)) {
    names.add(name);
  }
  return { files: [...files], variables: [...names] };
}

/** Doc comments, and string literals of `#[doc = "..."]` with their escapes undone as far as needed. */
function documentationOf(source: string): string {
  const parts: string[] = [];
  const block =
    /^[ \t]*\/\/[/!](.*)$|\/\*[*!]([\s\S]*?)\*\/|#!?\[doc\s*=\s*(?:r(#*)"([\s\S]*?)"\3|"((?:[^"\\]|\\[\s\S])*)")/gm;
  for (const [, line, comment, , raw, literal] of source.matchAll(block)) {
    if (line !== undefined) parts.push(line.replace(/^ /, ''));
    else if (comment !== undefined) parts.push(comment.replaceAll(/^\s*\* ?/gm, ''));
    else parts.push(raw ?? (literal ?? '').replaceAll('\\n', '\n').replaceAll('\\"', '"'));
  }
  return parts.join('\n');
}

/** Leaves out fenced blocks that are surely no doc tests: those of another language, and `ignore`. */
function withoutOtherLanguages(text: string): string {
  const kept: string[] = [];
  let fence: { readonly mark: string; readonly isTest: boolean } | undefined;
  for (const line of text.split('\n')) {
    const [, mark, info = ''] = /^\s*(?:>\s*)*(`{3,}|~{3,})\s*(.*)$/.exec(line) ?? [];
    if (fence === undefined && mark !== undefined) {
      fence = { mark, isTest: isTestFence(info) };
    } else if (fence !== undefined && mark?.startsWith(fence.mark) === true && info.trim() === '') {
      fence = undefined;
    } else if (fence?.isTest !== false) kept.push(line);
  }
  return kept.join('\n');
}

function isTestFence(info: string): boolean {
  const words = info.split(/[\s,{}]+/).filter((word) => word !== '');
  return words.every((word) =>
    /^(?:rust|\.?[a-z]+=.*|should_panic|no_run|compile_fail|standalone(?:_crate)?|test_harness|custom|allow_fail|edition\d+|ignore-.+|E\d{4})$/.test(
      word,
    ),
  );
}

/** Literal paths, and those composed of a variable and literals. */
function pathsIn(text: string, variables: Readonly<Record<string, string>>): string[] {
  const paths: string[] = [];
  const call =
    /\binclude(?:_str|_bytes)?!\s*[([{]\s*(?:"([^"]+)"|r#*"([^"]+)"|concat!\s*[([{]([^)\]}]*(?:[)\]}][^)\]}]*)*?)[)\]}]\s*,?\s*[)\]}])|#\[path\s*=\s*"([^"]+)"/g;
  for (const [, literal, raw, parts, attribute] of text.matchAll(call)) {
    const plain = literal ?? raw ?? attribute;
    if (plain !== undefined) paths.push(plain);
    else if (parts !== undefined) {
      const composed = compose(parts, variables);
      if (composed !== undefined) paths.push(composed);
    }
  }
  return paths;
}

function compose(parts: string, variables: Readonly<Record<string, string>>): string | undefined {
  let path = '';
  for (const [, variable, literal] of parts.matchAll(
    /\benv!\s*[([{]\s*"([^"]+)"[^)\]}]*[)\]}]|"([^"]*)"/g,
  )) {
    const value = variable === undefined ? literal : variables[variable];
    if (value === undefined) return undefined;
    path += value;
  }
  return path === '' ? undefined : path;
}
