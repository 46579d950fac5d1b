import { digestOfRunner } from './compile-session';

/** Each file that there is has its path as digest. */
const host = {
  digests: ([file = '']: readonly string[]) =>
    ['/ws/run.sh', '/usr/bin/qemu', '/ws'].includes(file)
      ? Promise.resolve([file])
      : Promise.reject(new Error('missing')),
};

test.each([
  [[], undefined],
  [['sh', '-x'], undefined],
  [['/usr/bin/qemu'], '/usr/bin/qemu'],
  [['sh', 'run.sh'], '/ws/run.sh'],
  [['/usr/bin/qemu', '-L', '/ws/run.sh'], '/usr/bin/qemu/ws/run.sh'],
])('of the runner %j its own files count', async (runner, expected) => {
  expect(await digestOfRunner(runner, '/ws', host)).toBe(expected);
});
