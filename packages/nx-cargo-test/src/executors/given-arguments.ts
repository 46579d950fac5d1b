/** Names of an executor's options, in camel case. */
export interface OptionNames {
  /** Those whose value may be the next argument. */
  readonly withValue: readonly string[];
  /** Those that are `true` by standing there. */
  readonly withoutValue: readonly string[];
}

/**
 * The arguments of the command line that are not options of the executor: Nx leaves
 * these among them, in either spelling. Behind a `--` nothing is an option.
 */
export function withoutOptions(
  unparsed: readonly string[],
  { withValue, withoutValue }: OptionNames,
): string[] {
  const result: string[] = [];
  for (let index = 0; index < unparsed.length; index += 1) {
    const argument = unparsed[index] ?? '';
    if (argument === '--') return [...result, ...unparsed.slice(index)];
    const match = /^--([A-Za-z-]+)(=.*)?$/s.exec(argument);
    const name = match?.[1]?.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const takesValue = name !== undefined && withValue.includes(name);
    if (name === undefined || !(takesValue || withoutValue.includes(name))) result.push(argument);
    else if (match?.[2] === undefined && (takesValue || isTruth(unparsed[index + 1]))) index += 1;
  }
  return result;
}

function isTruth(argument: string | undefined): boolean {
  return argument === 'true' || argument === 'false';
}
