import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { runInGuest } from './guest-run-program';
import { withGuestVerdictPipe } from './guest-verdict-pipe';
import type { LimaGuest } from './lima-guest';
import { localGuest } from './test-support/local-guest';

const environment = { PATH: process.env['PATH'] ?? '', HOME: '/tmp' };
let guest: LimaGuest;
beforeEach(() => (guest = localGuest(environment)));
afterEach(() => guest.session.close());

async function shell(script: string, path: string): Promise<void> {
  const program = { file: 'sh', args: ['-c', script, 'sh', path], workingDirectory: '/' };
  expect((await runInGuest(guest.session)({ ...program, environment })).code).toBe(0);
}

it('keeps what several programs write, although each empties the file first', async () => {
  let used = '';
  const text = await withGuestVerdictPipe(guest.session, async (pipe) => {
    used = pipe.path;
    await shell('echo "ok a" > "$1"', pipe.path);
    await shell('echo "ok b" > "$1"; echo "failed ü" > "$1"', pipe.path);
    await pipe.settle();
    return pipe.read();
  });
  expect(text).toBe('ok a\nok b\nfailed ü\n');
  expect(existsSync(dirname(used))).toBe(false);
});

it('takes more than a pipe holds', async () => {
  const length = await withGuestVerdictPipe(guest.session, async (pipe) => {
    await shell('head -c 1000000 /dev/zero > "$1"', pipe.path);
    await pipe.settle();
    return pipe.read().length;
  });
  expect(length).toBe(1_000_000);
});

it('does not take what a guest that is lost had sent for all', async () => {
  const lost = withGuestVerdictPipe(guest.session, async (pipe) => {
    await shell('echo "ok a" > "$1"', pipe.path);
    await guest.session.close();
    await pipe.settle();
  });
  await expect(lost).rejects.toMatchObject({ code: 'GUEST_UNUSABLE' });
});
