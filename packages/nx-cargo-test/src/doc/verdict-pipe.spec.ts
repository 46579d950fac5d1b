import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../cargo/run-program';
import { withVerdictPipe } from './verdict-pipe';

const environment = { PATH: process.env['PATH'] ?? '' };
const shell = (script: string, path: string) =>
  runProgram({
    file: 'sh',
    args: ['-c', script, 'sh', path],
    workingDirectory: '/',
    environment,
  });

it('keeps what several programs write, although each empties the file first', async () => {
  let used = '';
  const text = await withVerdictPipe(runProgram, environment, async (pipe) => {
    used = pipe.path;
    await shell('echo "ok a" > "$1"', pipe.path);
    expect(pipe.read()).toBe('ok a\n');
    expect(pipe.read()).toBe('ok a\n');
    await shell('echo "ok b" > "$1"; echo "failed ü" > "$1"', pipe.path);
    return pipe.read();
  });
  expect(text).toBe('ok a\nok b\nfailed ü\n');
  expect(existsSync(used)).toBe(false);
});

it('takes more than a pipe holds, as it is read meanwhile', async () => {
  const length = await withVerdictPipe(runProgram, environment, async (pipe) => {
    const timer = setInterval(() => pipe.read(), 5);
    await shell('head -c 1000000 /dev/zero > "$1"', pipe.path);
    clearInterval(timer);
    return pipe.read().length;
  });
  expect(length).toBe(1_000_000);
});

it('refuses a folder with a space in its name', async () => {
  const folder = mkdtempSync(join(os.tmpdir(), 'with space '));
  const spy = jest.spyOn(os, 'tmpdir').mockReturnValue(folder);
  try {
    await expect(
      withVerdictPipe(runProgram, environment, () => Promise.resolve()),
    ).rejects.toMatchObject({ code: 'INVALID_OPTIONS' });
  } finally {
    spy.mockRestore();
    rmSync(folder, { recursive: true });
  }
});
