import { basename, dirname } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** A call of rustdoc as cargo made it. */
export interface RustdocCommand {
  /** What cargo put into its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly program: string;
  readonly args: readonly string[];
  /** Standard error after the line that shows the call: rustdoc's own. */
  readonly ownStderr: string;
}

/**
 * Finds the call of rustdoc that cargo shows in its verbose output
 * (`Running ...` in backquotes).
 *
 * @param stderr Standard error of `cargo test --doc -v`; with `-vv` it holds the environment, too.
 * @param logFile Path that was passed as `--logfile`; what mentions it is our call and no other.
 * @returns undefined when cargo did not come so far.
 */
export function findRustdocCommand(stderr: string, logFile: string): RustdocCommand | undefined {
  const text = stripVTControlCharacters(stderr);
  for (const match of text.matchAll(/^\s*Running `/gm)) {
    const parsed = splitShellWords(text, match.index + match[0].length);
    if (parsed === undefined) continue;
    const { words, end } = parsed;
    if (!words.includes('--test') || !words.includes(logFile)) continue;
    const first = words.findIndex((word) => !/^[^=/\s]+=/.test(word));
    const [program, ...args] = words.slice(first);
    if (first < 0 || program === undefined) continue;
    const environment = Object.fromEntries(
      words.slice(0, first).map((word) => {
        const equals = word.indexOf('=');
        return [word.slice(0, equals), word.slice(equals + 1)];
      }),
    );
    return { environment, program, args, ownStderr: text.slice(end).replace(/^\n/, '') };
  }
  return undefined;
}

/** Words as a shell reads them, from `start` to the next backquote that stands outside of quotes. */
function splitShellWords(
  text: string,
  start: number,
): { words: string[]; end: number } | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    switch (character) {
      case '`':
        if (word !== undefined) words.push(word);
        return { words, end: at + 1 };
      case "'": {
        const close = text.indexOf("'", at + 1);
        if (close < 0) return undefined;
        word = (word ?? '') + text.slice(at + 1, close);
        at = close;
        break;
      }
      case '\\':
        at += 1;
        word = (word ?? '') + text.charAt(at);
        break;
      case ' ':
        if (word !== undefined) words.push(word);
        word = undefined;
        break;
      default:
        word = (word ?? '') + character;
    }
  }
  return undefined;
}

/** Options that mean for rustc what they mean for rustdoc, with one value each. */
const SHARED_OPTIONS = new Set([
  ...['--crate-type', '--crate-name', '--edition', '--target', '--sysroot'],
  ...['--extern', '-L', '-C', '--codegen', '--cfg', '--check-cfg', '-Z'],
]);

/**
 * Arguments for rustc that make it write what a crate consists of when rustdoc
 * looks for doc tests in it: all files and variables, also those under
 * `cfg(doc)` and `cfg(doctest)`, which no other build reads. rustc only
 * expands macros for this and compiles nothing.
 *
 * @param args Those of rustdoc.
 * @param sourceFile Absolute path of the crate's root file.
 * @param depInfoFile Where to write it.
 */
export function depInfoArguments(
  args: readonly string[],
  sourceFile: string,
  depInfoFile: string,
): string[] {
  const shared: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    const name = /^(--[a-z-]+)=/.exec(argument)?.[1] ?? /^(-[LCZ])./.exec(argument)?.[1];
    if (name !== undefined) {
      if (SHARED_OPTIONS.has(name)) shared.push(argument);
    } else if (SHARED_OPTIONS.has(argument)) {
      index += 1;
      shared.push(argument, args[index] ?? '');
    } else if (VALUED_RUSTDOC_OPTIONS.has(argument)) {
      // Its value may look like an option.
      index += 1;
    }
  }
  return [
    ...shared,
    ...['--cfg', 'doc', '--cfg', 'doctest', '--cap-lints', 'allow'],
    ...['--emit', 'dep-info', '-o', depInfoFile, sourceFile],
  ];
}

const VALUED_RUSTDOC_OPTIONS = new Set([
  ...['--test-args', '--test-run-directory', '--test-runtool', '--test-runtool-arg'],
]);

/** The rustc that belongs to a rustdoc; undefined when only a search in the `PATH` can tell. */
export function rustcBeside(program: string): string | undefined {
  return program.includes('/') && basename(program) === 'rustdoc'
    ? `${dirname(program)}/rustc`
    : undefined;
}
