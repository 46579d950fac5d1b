import type { ProcessOutput } from './leaf-outcome';

/** Standard output of a libtest process, taken apart. */
export interface SplitOutput {
  /** What each failed test wrote, where libtest captured it. */
  readonly own: ReadonlyMap<string, string>;
  /** What nobody captured: without libtest's own progress and summary lines. */
  readonly rest: string;
}

/**
 * Takes apart what libtest wrote to standard output. For display only: tests
 * can imitate libtest's lines, and then a piece lands in the wrong section, but
 * no text of a test gets lost. What tests of other leaves wrote is left out where
 * it was captured.
 *
 * @param failed Tests of the leaf that failed according to the log.
 */
export function splitOwnOutput(
  { stdout, tests, others = [] }: Pick<ProcessOutput, 'stdout' | 'tests' | 'others'>,
  failed: ReadonlySet<string>,
): SplitOutput {
  // Which of the others failed is not known here; only those have a section.
  const mayHaveFailed = new Set([...failed, ...others]);
  const { own, rest } = splitLibtestOutput(stdout, new Set([...tests, ...others]), mayHaveFailed);
  return { own: new Map([...own].filter(([test]) => !others.includes(test))), rest };
}

function splitLibtestOutput(
  stdout: string,
  tests: ReadonlySet<string>,
  failed: ReadonlySet<string>,
): SplitOutput {
  const own = new Map<string, string>();
  const rest: string[] = [];
  const lines = stdout.split('\n');
  const listStart = startOfFailureList(lines, failed);
  let inFailures = false;
  let open: { test: string; lines: string[] } | undefined;
  const close = (): void => {
    if (open !== undefined) own.set(open.test, open.lines.join('\n').replace(/\n+$/, ''));
    open = undefined;
  };
  for (const [index, line] of lines.entries()) {
    if (index >= listStart) {
      close();
      if (!isFailureListLine(line, failed)) rest.push(line);
      continue;
    }
    if (!inFailures && line === 'failures:') {
      inFailures = true;
      continue;
    }
    const marker = inFailures ? /^---- (.+) stdout ----$/.exec(line)?.[1] : undefined;
    if (marker !== undefined && failed.has(marker) && !own.has(marker) && open?.test !== marker) {
      close();
      open = { test: marker, lines: [] };
    } else if (open !== undefined) {
      open.lines.push(line);
    } else if (!isProgressLine(line, tests)) {
      rest.push(line);
    }
  }
  close();
  return { own, rest: rest.join('\n').replace(/^\n+|\n+$/g, '') };
}

/** The index of the last `failures:` that heads the list of names, or the number of lines. */
function startOfFailureList(lines: readonly string[], failed: ReadonlySet<string>): number {
  for (let index = lines.length - 2; index > 0; index -= 1) {
    const next = lines[index + 1] ?? '';
    if (lines[index] === 'failures:' && next.startsWith('    ') && failed.has(next.slice(4))) {
      return index;
    }
  }
  return lines.length;
}

function isFailureListLine(line: string, failed: ReadonlySet<string>): boolean {
  return (
    line === '' ||
    line === 'failures:' ||
    (line.startsWith('    ') && failed.has(line.slice(4))) ||
    line.startsWith('test result: ')
  );
}

function isProgressLine(line: string, tests: ReadonlySet<string>): boolean {
  if (line === '' || /^running \d+ tests?$/.test(line) || line.startsWith('test result: ')) {
    return true;
  }
  const match =
    /^test (.+?)(?: - (?:should panic|compile fail|compile)(?: - [a-z ]+)?)? (?:\.\.\. ?(?:ok|FAILED|ignored.*)?|has been running for over \d+ seconds)$/.exec(
      line,
    );
  return match !== null && tests.has(match[1] ?? '');
}
