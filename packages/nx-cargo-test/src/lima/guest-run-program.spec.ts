import { tmpdir } from 'node:os';
import { runInGuest } from './guest-run-program';
import type { GuestSession } from './guest-session';
import { localGuest } from './test-support/local-guest';

const environment = { PATH: process.env['PATH'] ?? '' };
let session: GuestSession;

beforeEach(() => {
  ({ session } = localGuest({ ...environment, TMPDIR: tmpdir() }));
});

afterEach(() => session.close());

const sh = (script: string) =>
  runInGuest(session)({ file: 'sh', args: ['-c', script], workingDirectory: '/', environment });

test('output and end of a program are told', async () => {
  expect(await sh('echo out; echo err >&2; exit 3')).toMatchObject({
    ...{ stdout: 'out\n', stderr: 'err\n' },
    ...{ code: 3, description: 'exit code 3', notFound: false },
  });
});

test('a guest that is lost meanwhile is no failure of the program', async () => {
  // The leader of its group is a child of the guest's shell.
  const ending = sh(`kill -s KILL "$(awk '{ print $4 }' "/proc/$PPID/stat")"; sleep 60`);
  await expect(ending).rejects.toMatchObject({
    code: 'GUEST_UNUSABLE',
    message: expect.stringMatching(
      /^the guest was lost while sh ran there: .*SIGKILL.*`limactl list`/,
    ),
  });
});
