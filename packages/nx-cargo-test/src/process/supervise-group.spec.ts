import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { spawnWithNode } from './test-support/spawn-with-node';

const shell = (script: string, args: readonly string[] = []) => ({
  file: '/bin/sh',
  args: ['-c', script, 'sh', ...args],
  workingDirectory: '/',
  environment: { PATH: process.env['PATH'] ?? '' },
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits for the end of a process that is not our child; a zombie without a parent counts as ended. */
async function waitForEnd(pid: number): Promise<void> {
  const { readFile } = await import('node:fs/promises');
  for (;;) {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (!isAlive(pid) || / [ZX] /.test(status)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test.each([
  ['exit 7', { type: 'code', code: 7 }],
  ['kill -KILL $$', { type: 'signal', signal: 'SIGKILL' }],
])('`%s` is told exactly', async (script, exit) => {
  const output: string[] = [];
  const child = spawnWithNode(shell(`echo out; echo err >&2; ${script}`), {
    onOutput: (stream, text) => output.push(`${stream}: ${text}`),
  });
  expect(await child.ended).toEqual({ exit, leftProcesses: false });
  expect(output.sort()).toEqual(['stderr: err\n', 'stdout: out\n']);
});

test('killing ends the descendants, too', async () => {
  let descendant = 0;
  const child = spawnWithNode(shell('sleep 600 & echo $!; wait'), {
    onOutput(_, text) {
      descendant = Number(text);
      child.kill();
    },
  });
  expect((await child.ended).exit).toEqual({ type: 'signal', signal: 'SIGTERM' });
  await waitForEnd(descendant);
});

test('a descendant that outlives its leader is killed', async () => {
  let descendant = 0;
  const child = spawnWithNode(shell('sleep 600 & echo $!'), {
    onOutput: (_, text) => (descendant = Number(text)),
  });
  expect(await child.ended).toEqual({ exit: { type: 'code', code: 0 }, leftProcesses: true });
  await waitForEnd(descendant);
});

test('what ignores SIGTERM is killed after the grace period, on abort', async () => {
  const abort = new AbortController();
  const child = spawnWithNode(shell("trap '' TERM; echo ready; while :; do sleep 1; done"), {
    onOutput: () => abort.abort(),
    signal: abort.signal,
    graceMilliseconds: 50,
  });
  expect((await child.ended).exit).toEqual({ type: 'signal', signal: 'SIGKILL' });
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  'a supervised process dies with its supervisor on %s',
  async (signal) => {
    // The supervisor must be a process of its own, as the signal ends it.
    const supervisor = spawn(
      process.execPath,
      [
        '-e',
        `
        const { transformFileSync } = require('@swc/core');
        require.extensions['.ts'] = (module, file) => module._compile(transformFileSync(file, {
          swcrc: false, jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' },
        }).code, file);
        const { spawnWithNode } = require(process.argv[1]);
        spawnWithNode(
          { file: '/bin/sh', args: ['-c', 'echo $$; sleep 600'], workingDirectory: '/', environment: process.env },
          { onOutput: (_, text) => process.stdout.write(text) },
        );
        `,
        require.resolve('./test-support/spawn-with-node.ts'),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], cwd: __dirname },
    );
    const [text] = (await once(supervisor.stdout, 'data')) as [Buffer];
    supervisor.kill(signal);
    const [, endedBy] = (await once(supervisor, 'exit')) as [number | null, string | null];
    expect(endedBy).toBe(signal);
    await waitForEnd(Number(String(text)));
  },
);
