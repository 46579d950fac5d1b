import type { RunEvent } from '../run/run-event';

/** Says how a process was killed, and what became of its tests. */
export function describeRerun({ why, running, batches }: RunEvent & { type: 'rerun' }): string {
  const count = batches.flat().length;
  const most = Math.max(...batches.map((batch) => batch.length));
  const during = running.length === 0 ? '' : ` while ${running.join(', ')} ran`;
  const tests = count === 1 ? '1 test runs' : `${count} tests run`;
  const how = most === 1 ? 'each alone in a process' : `in processes of at most ${most} tests`;
  return `a process was killed by ${why}${during}; ${tests} again, ${how}`;
}
