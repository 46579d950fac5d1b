/**
 * The changes of the demonstration. Each text to find stands in its file once;
 * `isExpected` judges the leaf targets that were executed. `test-linters` reads
 * the sources themselves and so runs after each of them.
 */
export const changes = [
  {
    // Not of executor/mod.rs or reactor.rs: their `trace!` and `error!` hold their own
    // line numbers, so a comment above them is a change that nearly every test reaches.
    what: 'A comment on top of the I/O sources',
    file: 'src/sys/source.rs',
    find: 'use futures_lite::{future, io};',
    replace: '// A comment\n// of two lines.\nuse futures_lite::{future, io};',
    isExpected: (modules) => withoutLinters(modules).length === 0,
  },
  {
    what: 'One test body of sync::gate',
    file: 'src/sync/gate.rs',
    find: 'let nr_tasks = 5;',
    replace: 'let nr_tasks = 4;',
    isExpected: (modules) => withoutLinters(modules).join() === 'test-gate',
  },
  {
    what: 'One function of sync::gate',
    file: 'src/sync/gate.rs',
    find: 'self.count.set(self.count.get() - 1);',
    replace: 'self.count.set(self.count.get().saturating_sub(1));',
    isExpected: (modules) => withoutLinters(modules).includes('test-gate'),
  },
  {
    what: 'The scheduler, deep in the executor',
    file: 'src/executor/mod.rs',
    find: 'tq.stats.scheduler_runs += 1;',
    replace: 'tq.stats.scheduler_runs = tq.stats.scheduler_runs.saturating_add(1);',
    isExpected: (modules) => withoutLinters(modules).length > 1,
  },
];

function withoutLinters(modules) {
  return modules.filter((target) => target !== 'test-linters');
}
