import { basename } from 'node:path';
import type { CapturedLink } from './read-capture';

/**
 * Why the objects of a link do not tell what its executable does: arguments by
 * which a name comes to mean something else than its definition, other files are
 * linked than those that were captured, or code runs that nothing refers to.
 * Empty for the links that rustc makes of its own accord.
 */
export function unfollowedLinkArguments(
  link: Pick<CapturedLink, 'inputs' | 'otherArguments'>,
): string[] {
  const reasons = new Set<string>();
  for (const argument of link.otherArguments) {
    const reason = reasonOf(argument, link);
    if (reason !== undefined) reasons.add(`the linker is called with ${argument}: ${reason}`);
  }
  return [...reasons];
}

function reasonOf(argument: string, { inputs }: Pick<CapturedLink, 'inputs'>): string | undefined {
  // Objects, archives and libraries are no arguments of their own here.
  if (!argument.startsWith('-')) return 'this file is none that is followed';
  if (OWN_START_FILES.test(argument)) {
    return inputs.some(({ path }) => START_FILE.test(basename(path)))
      ? undefined
      : 'code of its own may run before main';
  }
  return EFFECTS.find(({ options }) => options.test(argument))?.reason;
}

/** `-nodefaultlibs`, which rustc gives to every link, leaves the start files of the C library in place. */
const OWN_START_FILES = /^-(?:nostartfiles|nostdlib)$/;
/** Start files as rustc brings them along for some targets. */
const START_FILE = /^[gMrS]?crt1\.o$/;

/**
 * Options of GNU ld, gold, lld and mold, and of the compilers that call them.
 * One or two dashes are the same to linkers; a value follows a space or `=`.
 */
const EFFECTS: readonly { readonly options: RegExp; readonly reason: string }[] = [
  { options: named('defsym'), reason: 'it redefines a name' },
  { options: named('wrap'), reason: 'it redirects references' },
  {
    // `-Ttext=…` and its like only place a section.
    options:
      /^(?:-T(?!(?:text|data|bss)\b|(?:text|rodata|ldata)-segment\b)|-dT|--?(?:script|default-script)(?=[ =]|$))/,
    reason: 'a linker script may define names and leave sections out',
  },
  { options: named('just-symbols|R'), reason: 'it takes names from a file that is not linked' },
  {
    // Also `-eNAME`, which is none of the options that begin with it.
    options:
      /^(?:-e(?!h-|mit-|nable-|ntry|rror-|xclude-|xport-)[A-Za-z_]|--?(?:e|entry)(?=[ =]|$))/,
    reason: 'the program starts elsewhere',
  },
  { options: named('init|fini'), reason: 'it names a function that runs unasked' },
  {
    options: /^(?:--?allow-multiple-definition|-z ?muldefs)$/,
    reason: 'which of several definitions counts depends on their order',
  },
  {
    options: named('remap-inputs|remap-inputs-file'),
    reason: 'other files may be linked than those that were named',
  },
  { options: /^--?start-lib$/, reason: 'objects are taken only if something asks for them' },
  { options: named('b|format'), reason: 'files that are no objects may be linked' },
  { options: named('specs|config|wrapper|plugin'), reason: 'it may add to what is linked' },
];

function named(names: string): RegExp {
  return new RegExp(`^--?(?:${names})(?=[ =]|$)`);
}

/** Whether the linker was told to take members of archives that nothing asks for. */
export function takesMoreMembers({
  otherArguments,
}: Pick<CapturedLink, 'otherArguments'>): boolean {
  return otherArguments.some((argument) => TAKES_MORE.test(argument));
}

const TAKES_MORE =
  /^(?:--?(?:whole-archive|undefined|require-defined|undefined-glob)(?=[ =]|$)|-u)/;
