/** What rustc read to compile one unit. */
export interface DepInfo {
  /** Source files and files of `include_str!` and the like, as rustc named them. */
  readonly files: readonly string[];
  /** Names of the environment variables of `env!` and `option_env!`. */
  readonly variables: readonly string[];
}

/** Reads a dep-info file (`.d`) as rustc writes it: a Makefile and `# env-dep:` comments. */
export function parseDepInfo(text: string): DepInfo {
  const files = new Set<string>();
  const variables = new Set<string>();
  for (const line of text.split('\n')) {
    if (line.startsWith('# env-dep:')) {
      const entry = line.slice('# env-dep:'.length);
      variables.add(unescapeVariable(entry.split('=')[0] ?? ''));
      continue;
    }
    if (line === '' || line.startsWith('#')) continue;
    // The target ends at the first colon before a space or the end; `C:` in a path is no such colon.
    const colon = /:(?= |$)/.exec(line)?.index;
    if (colon === undefined) continue;
    for (const file of splitNames(line.slice(colon + 1))) files.add(file);
  }
  return { files: [...files], variables: [...variables] };
}

/** rustc escapes only the space, with a backslash. */
function splitNames(text: string): string[] {
  return text
    .split(/(?<!\\) +/)
    .map((name) => name.replaceAll('\\ ', ' '))
    .filter((name) => name !== '');
}

function unescapeVariable(name: string): string {
  return name.replaceAll(/\\([\\nr])/g, (_, escaped: string) =>
    escaped === 'n' ? '\n' : escaped === 'r' ? '\r' : '\\',
  );
}
