/** One argument of a link, with the arguments that belong to it. */
export type LinkArgument =
  | { readonly type: 'output'; readonly file: string }
  | { readonly type: 'search'; readonly folder: string }
  /** `-lname`; `static` says whether `-Bstatic` or `-static` holds for it. */
  | { readonly type: 'library'; readonly name: string; readonly static: boolean }
  /** An argument that is no option: an object, an archive, a library by path, a linker script. */
  | { readonly type: 'operand'; readonly path: string }
  | { readonly type: 'other'; readonly text: string };

/** Options of compiler driver or linker whose value is the next argument. */
const TAKES_VALUE = new Set([
  ...['-T', '-u', '-e', '-z', '-x', '-m', '-h', '-y', '-Map', '-B', '-target', '-isysroot'],
  ...['--sysroot', '--defsym', '--wrap', '--undefined', '--entry', '--script', '--version-script'],
  ...['--dynamic-list', '--dynamic-linker', '-dynamic-linker', '-rpath', '--rpath', '-rpath-link'],
  ...['--rpath-link', '-soname', '--soname', '-plugin', '-plugin-opt', '--require-defined'],
  ...['--section-start', '-Ttext', '-Tdata', '-Tbss', '--exclude-libs', '-I', '--param'],
  ...['-defsym', '-wrap', '-undefined', '-entry', '-script', '-dT', '--default-script', '-R'],
  ...['--just-symbols', '-just-symbols', '-init', '--init', '-fini', '--fini', '-b', '--format'],
  ...['--remap-inputs', '--remap-inputs-file', '-wrapper', '--config', '--plugin'],
  '-Ttext-segment',
]);

/**
 * Takes the arguments of a compiler driver that links, response files already
 * expanded, apart. `-Wl,…` and `-Xlinker` are resolved into what the linker gets.
 */
export function parseLinkArguments(given: readonly string[]): LinkArgument[] {
  const flat = flattenLinkerOptions(given);
  const alwaysStatic = given.some(
    (argument) => argument === '-static' || argument === '-static-pie',
  );
  const result: LinkArgument[] = [];
  const states: boolean[] = [];
  let isStatic = false;
  for (let index = 0; index < flat.length; index += 1) {
    const argument = flat[index] as string;
    const value = (): string => flat[(index += 1)] ?? '';
    const library = (name: string): void => {
      result.push({ type: 'library', name, static: isStatic || alwaysStatic });
    };
    if (argument === '-o' || argument === '--output')
      result.push({ type: 'output', file: value() });
    else if (argument === '-L' || argument === '--library-path')
      result.push({ type: 'search', folder: value() });
    else if (argument.startsWith('-L')) result.push({ type: 'search', folder: argument.slice(2) });
    else if (argument.startsWith('--library-path='))
      result.push({ type: 'search', folder: argument.slice('--library-path='.length) });
    else if (argument === '-l' || argument === '--library') library(value());
    else if (argument.startsWith('--library=')) library(argument.slice('--library='.length));
    else if (argument.startsWith('-l')) library(argument.slice(2));
    else if (TAKES_VALUE.has(argument))
      result.push({ type: 'other', text: `${argument} ${value()}` });
    else if (argument.startsWith('-')) {
      if (/^--?(Bstatic|dn|non_shared)$/.test(argument)) isStatic = true;
      else if (/^--?(Bdynamic|dy|call_shared)$/.test(argument)) isStatic = false;
      else if (argument === '--push-state') states.push(isStatic);
      else if (argument === '--pop-state') isStatic = states.pop() ?? false;
      result.push({ type: 'other', text: argument });
    } else result.push({ type: 'operand', path: argument });
  }
  return result;
}

function flattenLinkerOptions(given: readonly string[]): string[] {
  return given.flatMap((argument) => {
    if (argument === '-Xlinker') return [];
    return argument.startsWith('-Wl,') ? argument.slice('-Wl,'.length).split(',') : [argument];
  });
}
