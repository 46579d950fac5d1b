import type { RunEvent } from '../run/run-event';

/** Says how a process was killed, and what became of its tests. */
export function describeRerun({ why, running, batches }: RunEvent & { type: 'rerun' }): string {
  const count = batches.flat().length;
  const during = running.length === 0 ? '' : ` while ${running.join(', ')} ran`;
  const killed = `a process was killed by ${why}${during}`;
  if (count === 0) return `${killed}; all tests of this module had their verdict by then`;
  const most = Math.max(...batches.map((batch) => batch.length));
  const tests = count === 1 ? '1 test runs' : `${count} tests run`;
  const how = most === 1 ? 'each alone in a process' : `in processes of at most ${most} tests`;
  return `${killed}; ${tests} again, ${how}`;
}
