/**
 * Makes a test for paths of functions and statics. A pattern means a whole path
 * or its last components: `insert`, `Arena::insert`, `glommio::task::arena::*`.
 * `*` stands for any part of one component, `**` for any number of components.
 * Type arguments may be left out, a trait's method may be named by its type or
 * by its trait, and closures belong to the function that they stand in.
 */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const wanted = components(pattern).map((component) =>
    component === '**' ? undefined : wildcard(component),
  );
  // Type arguments and traits may be given as well, and are compared as they stand.
  return (path) =>
    path === pattern ||
    path.endsWith(`::${pattern}`) ||
    spellings(path).some((spelling) => matchesEnd(wanted, spelling));
}

/** The last component of a path that is not a closure. */
export function lastName(path: string): string {
  return spellings(path)[0]?.at(-1) ?? path;
}

/** A component's pattern; undefined stands for any number of components. */
type Wanted = RegExp | undefined;

function wildcard(component: string): RegExp {
  const parts = component.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

function matchesEnd(wanted: readonly Wanted[], path: readonly string[]): boolean {
  // As if the pattern began with `**`.
  return path.some((_, start) => matches(wanted, path.slice(start)));
}

function matches(wanted: readonly Wanted[], path: readonly string[]): boolean {
  if (wanted.length === 0) return path.length === 0;
  const [first, ...rest] = wanted;
  if (first === undefined)
    return Array.from({ length: path.length + 1 }).some((_, start) =>
      matches(rest, path.slice(start)),
    );
  return path.length > 0 && first.test(path[0]!) && matches(rest, path.slice(1));
}

/** The components by which a path may be named: with its closure and without, of its type and of its trait. */
function spellings(path: string): string[][] {
  const outer = /^(.*?)(?:::\{\{[^}]*\}\}|::\{[^}]*\})+$/.exec(path)?.[1] ?? path;
  return [...implSpellings(outer), ...(outer === path ? [] : [components(path)])];
}

/** `<A as B>::c` is `A::c` and `B::c`. */
function implSpellings(path: string): string[][] {
  const end = path.startsWith('<') ? closingBracket(path, 0) : -1;
  if (end < 0) return [components(path)];
  const inner = path.slice(1, end);
  const as = inner.indexOf(' as ');
  const owners = as < 0 ? [inner] : [inner.slice(0, as), inner.slice(as + 4)];
  const rest = components(path.slice(end + 1));
  return owners.map((owner) => [
    ...components(owner.replace(/^[&*]*(?:mut |const |dyn )*/, '')),
    ...rest,
  ]);
}

/** The components of a path without type arguments: `Vec<T>::push` is `Vec`, `push`. */
function components(path: string): string[] {
  let text = '';
  for (let at = 0; at < path.length; at++) {
    const end = path[at] === '<' ? closingBracket(path, at) : -1;
    if (end < 0) text += path[at];
    else at = end;
  }
  return text.split('::').filter((component) => component !== '');
}

/** Where the angle bracket at an index is closed; -1 if it is not, as in `operator<`. */
function closingBracket(path: string, start: number): number {
  let depth = 0;
  for (let at = start; at < path.length; at++) {
    if (path[at] === '<') depth++;
    // The arrow of a function type closes nothing.
    else if (path[at] === '>' && path[at - 1] !== '-' && --depth === 0) return at;
  }
  return -1;
}
