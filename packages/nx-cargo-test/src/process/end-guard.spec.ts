import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const CHILD = join(__dirname, 'test-support', 'run-until-killed.cjs');
const REPLACING_CHILD = join(__dirname, 'test-support', 'replace-until-killed.cjs');
const ROUNDS = 20;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'end guard-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Ids of the processes with an argument. */
function processesWith(argument: string): string[] {
  return readdirSync('/proc').filter((id) => {
    if (!/^\d+$/.test(id)) return false;
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0').includes(argument);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

test('a process that is killed at any moment leaves no process and no folder', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    // No other program sleeps that long.
    const seconds = `600.${process.pid}${round}`;
    const child = spawn(process.execPath, [CHILD, seconds], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: folder },
    });
    const ended = once(child, 'close');
    const lines = createInterface({ input: child.stdout });
    await once(lines, 'line');
    const delay = Math.random() * 60;
    setTimeout(() => child.kill('SIGKILL'), delay);
    await ended;
    // What is left ends with the guard: it must, sooner or later, or the test runs into its limit.
    while (processesWith(seconds).length > 0 || readdirSync(folder).length > 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(readdirSync(folder)).toEqual([]);
}, 120_000);

test('a process that is killed while it replaces a file leaves the whole of one', async () => {
  const file = join(folder, 'results.json');
  for (let round = 0; round < ROUNDS; round++) {
    const child = spawn(process.execPath, [REPLACING_CHILD, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    const lines = createInterface({ input: child.stdout });
    await once(lines, 'line');
    setTimeout(() => child.kill('SIGKILL'), Math.random() * 20);
    await ended;
    // The guard comes last: else the test runs into its limit.
    while (readdirSync(folder).some((name) => name !== 'results.json'))
      await new Promise((resolve) => setTimeout(resolve, 5));
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    expect([undefined, 1 << 23]).toContain(size);
  }
}, 120_000);
