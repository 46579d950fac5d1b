import { readFileSync } from 'node:fs';
import { spawnWithNode } from '../process/test-support/spawn-with-node';
import { createAskProgram } from './ask-program';

const ask = createAskProgram(spawnWithNode, process.env as Record<string, string>);
const shell = (script: string, seconds?: number) =>
  ask({
    file: 'sh',
    args: ['-c', script],
    folder: '/',
    ...(seconds === undefined ? {} : { seconds }),
  });

/** What nobody has waited for is there as a zombie. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('an answer is what was written, and a failure its words', async () => {
  expect(await shell('echo one; echo two >&2')).toEqual({ type: 'answered', stdout: 'one\n' });
  expect(await shell('echo out; echo err >&2; exit 3')).toEqual({ type: 'failed', text: 'err' });
  expect(await shell('echo out; exit 3')).toEqual({ type: 'failed', text: 'out' });
  expect(await shell('kill -9 $$')).toEqual({ type: 'failed', text: 'SIGKILL' });
  const missing = await ask({ file: 'no-such-program', args: [], folder: '/' });
  expect(missing).toEqual({ type: 'missing' });
});

test('a program that does not end is ended with what it started', async () => {
  const late = await shell('sleep 600 & echo $!; wait', 0.3);
  expect(late).toMatchObject({
    type: 'late',
    seconds: 0.3,
    stdout: expect.stringMatching(/^\d+\n$/),
  });
  const descendant = Number(late.type === 'late' ? late.stdout : NaN);
  const deadline = Date.now() + 10_000;
  while (isRunning(descendant) && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isRunning(descendant)).toBe(false);
});

test('what cannot be started for want of something is a failure', async () => {
  const failing = createAskProgram(() => {
    throw new Error('spawn EMFILE');
  }, {});
  const answer = await failing({ file: 'sh', args: [], folder: '/' });
  expect(answer).toEqual({ type: 'failed', text: 'spawn EMFILE' });
});
