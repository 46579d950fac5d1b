import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnWithNode } from '../process/test-support/spawn-with-node';
import { createRunLimactl } from './run-limactl';
import { transcript } from './test-support/transcripts';

// A program that replays what a real limactl answered, so that the edge itself is real.
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'run-limactl-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function install(script: string): void {
  const file = join(folder, 'limactl');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

function run(args: readonly string[]) {
  const PATH = `${folder}:${process.env['PATH'] ?? ''}`;
  return createRunLimactl(spawnWithNode, { PATH })(args);
}

function replay(name: string): void {
  const { exitStatus, stdout, stderr } = transcript(name);
  writeFileSync(join(folder, 'stdout'), stdout);
  writeFileSync(join(folder, 'stderr'), stderr);
  install(`cat '${folder}/stdout'; cat '${folder}/stderr' >&2; exit ${exitStatus}`);
}

test.each(['list-running', 'list-missing', 'start-broken', 'shell-vm-lost', 'version'])(
  'the answer of %s arrives whole',
  async (name) => {
    replay(name);
    const { argv, exitStatus, stdout, stderr } = transcript(name);
    expect(await run(argv.slice(1))).toEqual({ exitStatus, stdout, stderr });
  },
);

test('arguments arrive as they are', async () => {
  install(`printf '%s\\n' "$@"`);
  const args = ['list', 'a b', `'"$HOME`, ''];
  expect((await run(args)).stdout).toBe(args.map((each) => `${each}\n`).join(''));
});

test('there is nothing on its standard input, so that no question waits for an answer', async () => {
  install('cat; echo end');
  expect(await run(['shell'])).toEqual({ exitStatus: 0, stdout: 'end\n', stderr: '' });
});

test('an end by a signal is no exit status', async () => {
  install('kill -KILL $$');
  expect(await run(['list'])).toMatchObject({ exitStatus: null });
});

test('without limactl it is told how to get it', async () => {
  const missing = createRunLimactl(spawnWithNode, { PATH: folder })(['list']);
  await expect(missing).rejects.toMatchObject({
    code: 'GUEST_UNUSABLE',
    message: expect.stringContaining('install Lima'),
  });
});
