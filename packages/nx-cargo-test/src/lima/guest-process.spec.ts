import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessExit } from '../process/process-exit';
import { startInGuest } from './guest-process';
import type { GuestSession } from './guest-session';
import { localGuest } from './test-support/local-guest';

const environment = { PATH: process.env['PATH'] ?? '' };
let session: GuestSession;

beforeEach(() => {
  ({ session } = localGuest({ ...environment, TMPDIR: tmpdir() }));
});

afterEach(() => session.close());

async function run(
  file: string,
  ...args: string[]
): Promise<{ exit: ProcessExit; stdout: string; stderr: string }> {
  const text = { stdout: '', stderr: '' };
  const { exit } = await startInGuest(
    await session.shell(),
    session.nextProcess(),
    { file, args, workingDirectory: '/', environment },
    { onOutput: (stream, piece) => void (text[stream] += piece) },
  ).ended;
  return { exit, ...text };
}

const sh = (script: string) => run('sh', '-c', script);

test.each([0, 1, 7, 101, 126, 200, 255])('exit code %i is told', async (code) => {
  expect(await sh(`exit ${code}`)).toMatchObject({ exit: { type: 'code', code } });
});

test.each(['HUP', 'INT', 'QUIT', 'KILL', 'USR1', 'USR2', 'SEGV', 'PIPE', 'ALRM', 'TERM'])(
  'SIG%s for all of its group is told',
  async (name) => {
    const { exit } = await sh(`ulimit -c 0; kill -s ${name} 0; sleep 10`);
    expect(exit).toEqual({ type: 'signal', signal: `SIG${name}` });
  },
);

test('one that goes on after a signal for all of its group is waited for', async () => {
  const { exit, stdout } = await sh(`trap 'echo caught' USR1; kill -s USR1 0; echo on; exit 3`);
  expect(stdout).toBe('caught\non\n');
  expect(exit).toEqual({ type: 'code', code: 3 });
});

test('a failure is told where no file can be written, as on a full disk', async () => {
  // Nothing can be written to /dev/full, whoever writes.
  const { stdout, exit } = await sh(`
    folder=$(tr '\\0' '\\n' <"/proc/$PPID/cmdline" | tail -n 1)
    echo "$folder"
    ln -s /dev/full "$folder/status"
    ln -s /dev/full "$folder/status.part"
    exit 101`);
  expect(existsSync(stdout.trim())).toBe(false);
  expect(stdout).toMatch(/^\/.*\/nx-cargo-test-/);
  expect(exit).toEqual({ type: 'code', code: 101 });
});

test('program, arguments, folder and environment are exact', async () => {
  const folder = mkdtempSync(join(tmpdir(), `a=b 'c' "d" $HOME é `));
  const program = join(folder, 'shows');
  const odd = `a'b"c\n$HOME\\n \`x\` é\r\t\x07\n`;
  writeFileSync(program, '#!/bin/sh\nprintf "%s|" "$PWD" "$ODD" "$@"\n', { mode: 0o755 });
  let stdout = '';
  const { exit } = await startInGuest(
    await session.shell(),
    session.nextProcess(),
    {
      file: program,
      args: [odd, '', '-x', 'c=d'],
      workingDirectory: folder,
      environment: { ...environment, ODD: odd },
    },
    { onOutput: (_, piece) => void (stdout += piece) },
  ).ended;
  rmSync(folder, { recursive: true });
  expect(exit).toEqual({ type: 'code', code: 0 });
  expect(stdout).toBe([folder, odd, odd, '', '-x', 'c=d', ''].join('|'));
});

test('one that cannot be started says why', async () => {
  const { facts } = await session.shell();
  rmSync(facts.folder, { recursive: true });
  const { exit } = await sh('exit 0');
  expect(exit).toMatchObject({
    type: 'notStarted',
    reason: expect.stringContaining('No such file'),
  });
});
