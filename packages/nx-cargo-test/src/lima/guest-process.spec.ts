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
  args: readonly string[],
  isWatched = false,
): Promise<{ exit: ProcessExit; stdout: string; stderr: string }> {
  const text = { stdout: '', stderr: '' };
  const { exit } = await startInGuest(
    await session.shell(),
    session.nextProcess(),
    { file, args, workingDirectory: '/', environment },
    { onOutput: (stream, piece) => void (text[stream] += piece) },
    isWatched,
  ).ended;
  return { exit, ...text };
}

const sh = (script: string, isWatched = false) => run('sh', ['-c', script], isWatched);

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

const MUCH = 'yes | head -c 20000000; yes é | head -c 30000; echo; echo last; exit 5';
const MUCH_BYTES = 20_030_006;

test('of more output of tests than can be read, the end is told and what is left out', async () => {
  const { exit, stdout } = await sh(MUCH, true);
  expect(exit).toEqual({ type: 'code', code: 5 });
  expect(stdout.endsWith('\nlast\n')).toBe(true);
  const skipped = [...stdout.matchAll(/\n\[(\d+) bytes of output left out here\]\n/g)];
  const told = skipped.map(([line, bytes]) => Number(bytes) - line.length);
  const left = told.reduce((sum, bytes) => sum + bytes, 0);
  expect(Buffer.byteLength(stdout) + left).toBe(MUCH_BYTES);
});

test('output of other programs is whole', async () => {
  const { stdout } = await sh(MUCH);
  expect(Buffer.byteLength(stdout)).toBe(MUCH_BYTES);
}, 60_000);

test('one that leaves something running that writes for ever is over, and so is that', async () => {
  const child = startInGuest(
    await session.shell(),
    session.nextProcess(),
    { file: 'sh', args: ['-c', 'yes & exit 4'], workingDirectory: '/', environment },
    { onOutput: () => undefined },
    true,
  );
  expect(await child.ended).toMatchObject({ exit: { type: 'code', code: 4 }, leftProcesses: true });
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
