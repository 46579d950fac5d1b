import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLockFile } from './lock-file';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  file = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('lets one action in after the other, and leaves nothing', async () => {
  let inside = 0;
  const most: number[] = [];
  const action = async (): Promise<void> => {
    most.push((inside += 1));
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all([1, 2, 3].map(() => withLockFile(file, action)));
  expect(most).toEqual([1, 1, 1]);
  expect(readdirSync(folder)).toEqual([]);
});

it('is given back by an action that fails', async () => {
  await expect(withLockFile(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(withLockFile(file, () => Promise.resolve('yes'))).resolves.toBe('yes');
});

it('takes what a process left that has ended', async () => {
  const { pid } = spawnSync('true');
  symlinkSync(`${pid} 5`, file);
  await expect(withLockFile(file, () => Promise.resolve('yes'))).resolves.toBe('yes');
});

it('takes what a process left whose id is now that of another one', async () => {
  symlinkSync(`${process.pid} 5`, file);
  await expect(withLockFile(file, () => Promise.resolve('yes'))).resolves.toBe('yes');
});

it('takes what says of no process whose it is', async () => {
  writeFileSync(file, '');
  await expect(withLockFile(file, () => Promise.resolve('yes'))).resolves.toBe('yes');
});

it('tells once that another action goes on', async () => {
  const told: string[] = [];
  let end = (): void => undefined;
  const first = withLockFile(file, () => new Promise<void>((resolve) => (end = resolve)));
  const second = withLockFile(
    file,
    () => Promise.resolve(told.push('second')),
    () => {
      told.push('waits');
      end();
    },
  );
  await Promise.all([first, second]);
  expect(told).toEqual(['waits', 'second']);
});
