import { readVerdictEntries, type LoggedVerdict } from './verdict-entries';

export type { LoggedVerdict } from './verdict-entries';

/** What libtest's log file says. */
export interface VerdictLog {
  readonly verdicts: ReadonlyMap<string, LoggedVerdict>;
  /** Why the log can't be trusted: lines that fit no test asked for, or a test named twice. */
  readonly conflicts: readonly string[];
}

/**
 * Reads the file that libtest writes with `--logfile`; see {@link readVerdictEntries}.
 *
 * @param asked The tests that the process was asked to run.
 */
export function readVerdictLog(text: string, asked: ReadonlySet<string>): VerdictLog {
  const verdicts = new Map<string, LoggedVerdict>();
  const conflicts = readVerdictEntries(
    text,
    asked,
    (name) => asked.has(name) && !verdicts.has(name),
    (name, entry) => {
      if (!asked.has(name)) return `the log has a verdict for ${name}, which was not asked for`;
      if (verdicts.has(name)) return `the log has two verdicts for ${name}`;
      verdicts.set(name, entry);
      return undefined;
    },
  );
  return { verdicts, conflicts };
}
