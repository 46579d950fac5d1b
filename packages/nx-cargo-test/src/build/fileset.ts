/** Decides which files, relative to the Nx workspace root, a target's file inputs cover. */
export type CoversFile = (file: string) => boolean;

/**
 * Reads the file patterns among a target's `inputs`; all other inputs cover no
 * file. A later pattern overrides an earlier one, as in Nx.
 *
 * @param inputs A target's inputs as the project graph holds them.
 * @param projectRoot Folder of the project relative to the Nx workspace root.
 * @param namedInputs `namedInputs` of the workspace and of the project.
 */
export function coveredFiles(
  inputs: readonly unknown[],
  projectRoot: string,
  namedInputs: Readonly<Record<string, readonly unknown[]>> = {},
): CoversFile {
  const patterns = filePatterns(inputs, namedInputs, new Set()).map((pattern) => {
    const negated = pattern.startsWith('!');
    const glob = pattern
      .slice(negated ? 1 : 0)
      .replace(/^\{workspaceRoot\}\//, '')
      .replace(/^\{projectRoot\}/, projectRoot === '.' ? '' : projectRoot)
      .replace(/^\//, '');
    return { negated, expression: globExpression(glob) };
  });
  return (file) =>
    patterns.some(({ negated, expression }) => !negated && expression.test(file)) &&
    !patterns.some(({ negated, expression }) => negated && expression.test(file));
}

function filePatterns(
  inputs: readonly unknown[],
  namedInputs: Readonly<Record<string, readonly unknown[]>>,
  seen: ReadonlySet<string>,
): string[] {
  return inputs.flatMap((input) => {
    const text = typeof input === 'string' ? input : textOfObject(input);
    if (text === undefined) return [];
    if (/^!?\{(workspaceRoot|projectRoot)\}/.test(text)) return [text];
    const named = namedInputs[text];
    return named === undefined || seen.has(text)
      ? []
      : filePatterns(named, namedInputs, new Set([...seen, text]));
  });
}

function textOfObject(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  if ('fileset' in input && typeof input.fileset === 'string') return input.fileset;
  return 'input' in input && typeof input.input === 'string' && !('projects' in input)
    ? input.input
    : undefined;
}

/** `**`, `*`, `?` and `{a,b}`; anything else stands for itself. A folder alone covers what is in it. */
function globExpression(glob: string): RegExp {
  let depth = 0;
  const source = glob.replaceAll(/\*\*\/|\/\*\*$|\*\*|\*|\?|\{|\}|,|[.+^$()|[\]\\]/g, (token) => {
    switch (token) {
      case '**/':
        return '(?:.*/)?';
      case '/**':
        return '(?:/.*)?';
      case '**':
        return '.*';
      case '*':
        return '[^/]*';
      case '?':
        return '[^/]';
      case '{':
        depth += 1;
        return '(?:';
      case '}':
        depth -= 1;
        return ')';
      case ',':
        return depth > 0 ? '|' : ',';
      default:
        return `\\${token}`;
    }
  });
  return new RegExp(`^${source}(?:/.*)?$`, 's');
}
