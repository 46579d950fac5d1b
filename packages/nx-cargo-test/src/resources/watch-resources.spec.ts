import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResourceUse } from './resource-use';
import { watchResources } from './watch-resources';

let proc: string;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['performance'] });
  proc = mkdtempSync(join(tmpdir(), 'nx-cargo-test-proc-'));
});
afterEach(() => {
  jest.useRealTimers();
  rmSync(proc, { recursive: true });
});

function setProcess(pid: number, kibibytes: number, highest: number, threads: number): void {
  const folder = join(proc, `${pid}`);
  mkdirSync(join(folder, 'fd'), { recursive: true });
  writeFileSync(join(folder, 'stat'), `${pid} (test) S 1 ${pid} 0`);
  const status = `VmHWM: ${highest} kB\nVmRSS: ${kibibytes} kB\nThreads: ${threads}\n`;
  writeFileSync(join(folder, 'status'), status);
}

test('keeps the most that was seen of each resource', () => {
  setProcess(10, 100, 120, 9);
  const watch = watchResources(10, { proc });
  jest.advanceTimersByTime(5);
  setProcess(10, 90, 500, 2);
  jest.advanceTimersByTime(1000);
  setProcess(10, 300, 500, 4);
  jest.advanceTimersByTime(1000);
  rmSync(join(proc, '10'), { recursive: true });
  jest.advanceTimersByTime(1000);
  expect(watch.stop()).toEqual<ResourceUse>({
    descriptors: 0,
    rings: 0,
    residentBytes: 500 * 1024,
    lockedBytes: 0,
    threads: 9,
  });
  expect(jest.getTimerCount()).toBe(0);
});

test('looks at once and then as often as asked for', () => {
  setProcess(10, 100, 100, 1);
  const watch = watchResources(10, { proc, intervalMilliseconds: 1000 });
  jest.advanceTimersByTime(5);
  expect(watch.stop()?.threads).toBe(1);
});

test('gives nothing of a group that ended before it was seen', () => {
  const watch = watchResources(10, { proc });
  jest.advanceTimersByTime(1000);
  expect(watch.stop()).toBeUndefined();
});
