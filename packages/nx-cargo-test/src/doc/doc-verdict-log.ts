import { readVerdictEntries, type LoggedVerdict } from '../run/verdict-entries';
import type { VerdictLog } from '../run/verdict-log';
import type { DocTest } from './doc-listing';

/**
 * Reads what rustdoc's harnesses wrote to the log while doc tests ran. Names hold
 * spaces, and a name may stand for several doc tests, which then have as many
 * entries; see {@link readVerdictEntries} for the form.
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
  const conflicts = readVerdictEntries(
    text,
    waiting.keys(),
    (name) => (waiting.get(name)?.length ?? 0) > 0,
    (name, entry) => {
      const ids = waiting.get(name);
      if (ids === undefined) return `the log has a verdict for ${name}, which was not asked for`;
      const id = ids.shift();
      if (id === undefined) return `the log has more verdicts for ${name} than expected`;
      verdicts.set(id, entry);
      return undefined;
    },
  );
  return { verdicts, conflicts };
}
