import type { Verdict } from './run-event';

/** What libtest's log file says. */
export interface VerdictLog {
  readonly verdicts: ReadonlyMap<string, LoggedVerdict>;
  /** Why the log can't be trusted: lines that fit no test asked for, or a test named twice. */
  readonly conflicts: readonly string[];
}

/** A verdict and, where libtest measured it (`--report-time`), the duration. */
export interface LoggedVerdict {
  readonly verdict: Verdict;
  readonly seconds?: number;
}

/**
 * Reads the file that libtest writes with `--logfile`. Each entry is a result,
 * a space, the test's name and a newline; the message of a `failed:` or an
 * `ignored:` entry may hold spaces and newlines, so the known names tell where
 * it ends. Text after the last newline is an entry not yet written in full, and
 * counts for nothing.
 *
 * @param asked The tests that the process was asked to run.
 */
export function readVerdictLog(text: string, asked: ReadonlySet<string>): VerdictLog {
  const verdicts = new Map<string, LoggedVerdict>();
  const conflicts: string[] = [];
  const lines = text.split('\n');
  lines.pop();

  let open: string[] = [];
  const record = (name: string, entry: LoggedVerdict): void => {
    if (!asked.has(name)) {
      conflicts.push(`the log has a verdict for ${name}, which was not asked for`);
    } else if (verdicts.has(name)) {
      conflicts.push(`the log has two verdicts for ${name}`);
    } else {
      verdicts.set(name, entry);
    }
  };
  for (const whole of lines) {
    const { line, seconds } = splitDuration(whole);
    const timed = seconds === undefined ? {} : { seconds };
    if (open.length === 0) {
      const short = /^(ok|failed \(time limit exceeded\)|failed|ignored) (.+)$/s.exec(line);
      if (short !== null && !/^(failed|ignored):/.test(line)) {
        record(short[2] ?? '', { verdict: shortVerdict(short[1] ?? ''), ...timed });
        continue;
      }
      if (!/^(failed|ignored): /.test(line)) {
        conflicts.push(`the log has an unknown entry: ${whole.slice(0, 200)}`);
        continue;
      }
    }
    const name = nameAtEnd(line, asked, verdicts);
    if (name === undefined) {
      open.push(whole);
      continue;
    }
    const entry = [...open, line.slice(0, line.length - name.length - 1)].join('\n');
    open = [];
    const colon = entry.indexOf(': ');
    const kind = entry.startsWith('ignored') ? 'ignored' : 'failed';
    record(name, { verdict: { kind, message: entry.slice(colon + 2) }, ...timed });
  }
  if (open.length > 0) {
    conflicts.push(`the log has an entry without a test: ${open.join('\n').slice(0, 200)}`);
  }
  return { verdicts, conflicts };
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

/** The test that a message line ends with, if it is one that still lacks a verdict. */
function nameAtEnd(
  line: string,
  asked: ReadonlySet<string>,
  verdicts: ReadonlyMap<string, LoggedVerdict>,
): string | undefined {
  const name = line.slice(line.lastIndexOf(' ') + 1);
  return line.includes(' ') && asked.has(name) && !verdicts.has(name) ? name : undefined;
}
