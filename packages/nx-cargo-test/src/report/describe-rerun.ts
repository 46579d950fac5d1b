import type { RunEvent } from '../run/run-event';

/** Says how a process was killed, or what it ran out of, and what became of its tests. */
export function describeRerun(event: RunEvent & { type: 'rerun' }): string {
  const { why, exhausted, batches } = event;
  const count = batches.flat().length;
  const most = Math.max(...batches.map((batch) => batch.length));
  const how = most === 1 ? 'each alone in a process' : `in processes of at most ${most} tests`;
  if (exhausted !== undefined) {
    const ranOut = `a process ran out of ${why}`;
    return count === 0
      ? `${ranOut}; no test of this module failed for it`
      : `${ranOut}; ${batches.flat().join(', ')} failed for it, and ${count === 1 ? 'runs' : 'run'} again, ${how}`;
  }
  const during = event.running.length === 0 ? '' : ` while ${event.running.join(', ')} ran`;
  const killed = `a process was killed by ${why}${during}`;
  if (count === 0) return `${killed}; all tests of this module had their verdict by then`;
  const tests = count === 1 ? '1 test runs' : `${count} tests run`;
  return `${killed}; ${tests} again, ${how}`;
}
