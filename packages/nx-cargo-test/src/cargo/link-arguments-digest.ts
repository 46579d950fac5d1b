import { createHash } from 'node:crypto';
import { basename, isAbsolute, resolve } from 'node:path';
import type { CapturedLink } from './read-capture';

/** Options that name a file to write, or that cannot alter what the executable does. */
const WITHOUT_EFFECT =
  /^(-B|--?Map|--dependency-file|--cref|--rpath-link|-rpath-link|--build-id|--color-diagnostics|--as-needed|--no-as-needed|--push-state|--pop-state|-Bstatic|-Bdynamic|-v|--verbose|-t|--trace|--reproduce|--time-trace|--threads|--stats)\b/;

/**
 * A digest of those arguments of a link that can change what the executable
 * does beyond the code linked into it (`--defsym`, `-z`, `--wrap`, linker
 * scripts by content, `-no-pie`), and of the libraries it asks for. It holds no
 * path, so two checkouts get the same one.
 *
 * @param readFile Content of a file, or `undefined` if there is none.
 */
export function linkArgumentsDigest(
  link: CapturedLink,
  readFile: (path: string) => Buffer | undefined,
): string {
  const parts: string[] = [];
  for (const argument of link.otherArguments) {
    if (WITHOUT_EFFECT.test(argument)) continue;
    const portable = withoutPaths(argument, [link.directory, ...link.searchPaths], readFile);
    if (portable !== undefined) parts.push(portable);
  }
  const libraries = link.libraries.map((library) =>
    library.startsWith('-l') ? library : basename(library),
  );
  return createHash('sha256')
    .update(JSON.stringify([parts, libraries]))
    .digest('hex');
}

function withoutPaths(
  argument: string,
  relativeTo: readonly string[],
  readFile: (path: string) => Buffer | undefined,
): string | undefined {
  const [, option = '', separator = '', value = ''] =
    /^(-T(?=[^\s=])|[^\s=]*)([\s=]?)(.*)$/s.exec(argument) ?? [];
  const isScript =
    /^(?:-T|-R|--?(?:(?:default-)?script|(?:version|symbol-ordering|section-ordering|call-graph-ordering)-(?:script|file)|dynamic-list|export-dynamic-symbol-list|retain-symbols-file|just-symbols))$/.test(
      option,
    );
  const candidate = value === '' && !option.startsWith('-') ? option : value;
  const isOperand = candidate === option;
  if (isScript || isOperand) {
    const folders = isAbsolute(candidate) ? [''] : relativeTo;
    for (const folder of folders) {
      const content = readFile(resolve(folder, candidate));
      if (content === undefined) continue;
      const digest = createHash('sha256').update(content).digest('hex');
      return isOperand ? digest : `${option}${separator}${digest}`;
    }
    // rustc's own symbol lists are gone after the link; they follow from the code linked.
    return isAbsolute(candidate) ? `${isOperand ? '' : option}${separator}{file}` : argument;
  }
  if (!isAbsolute(value) && !/[=:,]\//.test(value)) return argument;
  if (/^--?rpath$/.test(option)) return undefined;
  return `${option}${separator}{path}`;
}
