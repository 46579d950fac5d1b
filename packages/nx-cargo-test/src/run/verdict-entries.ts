import type { Verdict } from './run-event';

/** A verdict and, where libtest measured it (`--report-time`), the duration. */
export interface LoggedVerdict {
  readonly verdict: Verdict;
  readonly seconds?: number;
}

/**
 * Takes apart what libtest writes with `--logfile`. Each entry is a result, a
 * space, the test's name and a newline; the message of a `failed:` or an
 * `ignored:` entry may hold spaces and newlines, so the known names tell where
 * it ends. Text after the last newline is an entry not yet written in full, and
 * counts for nothing.
 *
 * @param names Names of tests that may have a verdict.
 * @param isWaiting Whether a test of this name still lacks its verdict.
 * @param record Takes an entry; returns why it cannot be trusted, if so.
 * @returns Why the log can't be trusted, in its order.
 */
export function readVerdictEntries(
  text: string,
  names: Iterable<string>,
  isWaiting: (name: string) => boolean,
  record: (name: string, entry: LoggedVerdict) => string | undefined,
): string[] {
  const conflicts: string[] = [];
  const take = (name: string, entry: LoggedVerdict): void => {
    const conflict = record(name, entry);
    if (conflict !== undefined) conflicts.push(conflict);
  };
  let longest = 0;
  for (const name of names) longest = Math.max(longest, name.length);
  const lines = text.split('\n');
  lines.pop();
  let open: string[] = [];
  for (const whole of lines) {
    const { line, seconds } = splitDuration(whole);
    const timed = seconds === undefined ? {} : { seconds };
    if (open.length === 0) {
      const short = /^(ok|failed \(time limit exceeded\)|failed|ignored) (.+)$/s.exec(line);
      if (short !== null) {
        take(short[2] ?? '', { verdict: shortVerdict(short[1] ?? ''), ...timed });
        continue;
      }
      if (!/^(failed|ignored): /.test(line)) {
        conflicts.push(`the log has an unknown entry: ${whole.slice(0, 200)}`);
        continue;
      }
    }
    const name = nameAtEnd(line, longest, isWaiting);
    if (name === undefined) {
      open.push(whole);
      continue;
    }
    const entry = [...open, line.slice(0, line.length - name.length - 1)].join('\n');
    open = [];
    const kind = entry.startsWith('ignored') ? 'ignored' : 'failed';
    take(name, { verdict: { kind, message: entry.slice(entry.indexOf(': ') + 2) }, ...timed });
  }
  if (open.length > 0) {
    conflicts.push(`the log has an entry without a test: ${open.join('\n').slice(0, 200)}`);
  }
  return conflicts;
}

function shortVerdict(result: string): Verdict {
  switch (result) {
    case 'ok':
      return { kind: 'passed' };
    case 'ignored':
      return { kind: 'ignored' };
    case 'failed':
      return { kind: 'failed' };
    default:
      return { kind: 'failed', message: result.slice('failed '.length) };
  }
}

function splitDuration(line: string): { line: string; seconds?: number } {
  const match = /^(.*) <(\d+\.\d+)s>$/s.exec(line);
  if (match === null) return { line };
  return { line: match[1] ?? '', seconds: Number(match[2]) };
}

/** The longest name that a message line ends with, of a test that still lacks its verdict. */
function nameAtEnd(
  line: string,
  longest: number,
  isWaiting: (name: string) => boolean,
): string | undefined {
  const first = Math.max(0, line.length - longest - 1);
  for (let at = line.indexOf(' ', first); at !== -1; at = line.indexOf(' ', at + 1)) {
    const name = line.slice(at + 1);
    if (isWaiting(name)) return name;
  }
  return undefined;
}
