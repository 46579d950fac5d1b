import type { Verdict } from '../run/run-event';
import type { LoggedVerdict, VerdictLog } from '../run/verdict-log';
import type { DocTest } from './doc-listing';

/**
 * Reads what rustdoc's harnesses wrote to the log while doc tests ran. Each entry
 * is a result, a space, the doc test's name and a newline, as in `readVerdictLog`,
 * but names hold spaces, and a name may stand for several doc tests, which
 * then have as many entries.
 *
 * @param tests The doc tests that were to run.
 * @returns verdicts by {@link DocTest.id}.
 */
export function readDocVerdictLog(text: string, tests: readonly DocTest[]): VerdictLog {
  const waiting = new Map<string, string[]>();
  for (const { id, name } of tests) {
    const ids = waiting.get(name);
    if (ids === undefined) waiting.set(name, [id]);
    else ids.push(id);
  }
  const verdicts = new Map<string, LoggedVerdict>();
  const conflicts: string[] = [];
  const record = (name: string, entry: LoggedVerdict): void => {
    const id = waiting.get(name)?.shift();
    if (id !== undefined) verdicts.set(id, entry);
    else if (waiting.has(name))
      conflicts.push(`the log has more verdicts for ${name} than expected`);
    else conflicts.push(`the log has a verdict for ${name}, which was not asked for`);
  };

  const lines = text.split('\n');
  // An entry that is not yet written in full counts for nothing.
  lines.pop();
  let open: string[] = [];
  for (const whole of lines) {
    const { line, seconds } = splitDuration(whole);
    const timed = seconds === undefined ? {} : { seconds };
    const short =
      open.length > 0
        ? null
        : /^(ok|failed \(time limit exceeded\)|failed|ignored) (.+)$/.exec(line);
    if (short !== null) {
      record(short[2] ?? '', { verdict: shortVerdict(short[1] ?? ''), ...timed });
      continue;
    }
    if (open.length === 0 && !/^(failed|ignored): /.test(line)) {
      conflicts.push(`the log has an unknown entry: ${whole.slice(0, 200)}`);
      continue;
    }
    const name = nameAtEnd(line, waiting);
    if (name === undefined) {
      open.push(whole);
      continue;
    }
    const entry = [...open, line.slice(0, line.length - name.length - 1)].join('\n');
    open = [];
    const kind = entry.startsWith('ignored') ? 'ignored' : 'failed';
    record(name, { verdict: { kind, message: entry.slice(entry.indexOf(': ') + 2) }, ...timed });
  }
  if (open.length > 0) {
    conflicts.push(`the log has an entry without a test: ${open.join('\n').slice(0, 200)}`);
  }
  return { verdicts, conflicts };
}

function shortVerdict(result: string): Verdict {
  if (result === 'ok') return { kind: 'passed' };
  if (result === 'ignored') return { kind: 'ignored' };
  return result === 'failed'
    ? { kind: 'failed' }
    : { kind: 'failed', message: result.slice('failed '.length) };
}

function splitDuration(line: string): { line: string; seconds?: number } {
  const match = /^(.*) <(\d+\.\d+)s>$/.exec(line);
  return match === null ? { line } : { line: match[1] ?? '', seconds: Number(match[2]) };
}

/** The longest name at the end of a message that still lacks a verdict. */
function nameAtEnd(
  line: string,
  waiting: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  let found: string | undefined;
  for (const [name, ids] of waiting) {
    if (ids.length > 0 && line.endsWith(` ${name}`) && name.length > (found?.length ?? 0)) {
      found = name;
    }
  }
  return found;
}
