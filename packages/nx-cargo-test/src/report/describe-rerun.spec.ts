import { describeRerun } from './describe-rerun';

test.each([
  [
    ['b'],
    [['b', 'c'], ['d']],
    'a process was killed by SIGKILL, cause unknown while b ran; 3 tests run again, in processes of at most 2 tests',
  ],
  [
    [],
    [['b'], ['c']],
    'a process was killed by SIGKILL, cause unknown; 2 tests run again, each alone in a process',
  ],
  [
    ['b'],
    [['b']],
    'a process was killed by SIGKILL, cause unknown while b ran; 1 test runs again, each alone in a process',
  ],
])('running %j, left %j', (running, batches, text) => {
  const why = 'SIGKILL, cause unknown';
  expect(describeRerun({ type: 'rerun', process: 0, why, running, batches })).toBe(text);
});
