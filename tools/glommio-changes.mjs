/**
 * The changes of the demonstration. Each text to find stands in its file once;
 * `isExpected` judges the leaf targets that were executed. `test-linters` reads
 * the sources themselves and so runs after each of them.
 */
export const changes = [
  {
    what: 'A comment on top of the reactor, which nearly every test uses',
    file: 'src/reactor.rs',
    find: 'use std::{\n    cell::RefCell,\n    collections::BTreeMap,',
    replace:
      '// A comment\n// of two lines.\nuse std::{\n    cell::RefCell,\n    collections::BTreeMap,',
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
