import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ReachedLimit } from '../resources/reached-limits';
import { COUNTED_IN_GROUP } from '../run/memory-kills';
import { startInGuest } from './guest-process';
import { reachedIn, watchedIn } from './guest-watch';
import { localGuest } from './test-support/local-guest';

const WATCH = readFileSync(join(__dirname, '../../shell/guest-watch.sh'), 'utf8');

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'guest-watch-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** What the watch tells of a process group after its end, given what it had seen. */
function told(seen: readonly string[], counts: Readonly<Record<string, number>>): string[] {
  const file = join(folder, 'seen');
  writeFileSync(file, seen.map((line) => `${line}\n`).join(''));
  for (const [name, kills] of Object.entries(counts)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), `oom 9\noom_kill ${kills}\noom_group_kill 0\n`);
  }
  const { stdout } = spawnSync('sh', ['-c', WATCH, 'sh', '1', file, 'tell', folder], {
    encoding: 'utf8',
  });
  return stdout.split('\n');
}

describe('a kill for lack of memory', () => {
  const version1 = 'memory/jobs/memory.oom_control';
  test.each<[string, string[], Record<string, number>]>([
    ['of version 2', ['kills 5 0::/jobs', 'in 0::/jobs'], { 'jobs/memory.events': 6 }],
    ['of version 1', ['kills 0 4:cpu,memory:/jobs', 'in 4:cpu,memory:/jobs'], { [version1]: 1 }],
    ['with a space', ['kills 0 0::/a b', 'in 0::/a b'], { 'a b/memory.events': 1 }],
    ['of a container', ['kills 0 0::/elsewhere', 'in 0::/elsewhere'], { 'memory.events': 1 }],
  ])('is told where the last control group counted it, %s', (_, seen, counts) => {
    expect(watchedIn(told(seen, counts))).toEqual({ memoryKill: COUNTED_IN_GROUP });
  });

  test.each<[string, string[], Record<string, number>]>([
    ['from before', ['kills 5 0::/jobs', 'in 0::/jobs'], { 'jobs/memory.events': 5 }],
    [
      'in a group that it had left',
      ['kills 0 0::/left', 'kills 0 0::/now', 'in 0::/now'],
      { 'left/memory.events': 1, 'now/memory.events': 0 },
    ],
    ['in a group that was not counted', ['in 0::/jobs'], { 'jobs/memory.events': 1 }],
    ['in a group that is gone', ['kills 0 0::/jobs', 'in 0::/jobs'], {}],
    [
      'in a group that does not account for memory',
      ['kills 0 2:cpu:/jobs', 'in 2:cpu:/jobs'],
      { 'memory/jobs/memory.oom_control': 1, 'jobs/memory.events': 1 },
    ],
  ])('%s tells nothing', (_, seen, counts) => {
    expect(watchedIn(told(seen, counts))).toEqual({ memoryKill: undefined });
  });
});

test('the most that was held and the limits that were reached are told as they were seen', () => {
  const lines = told(['most 41 2 10 300 7', 'reached descriptors 64 64'], {});
  expect(watchedIn(lines).peaks).toEqual({
    ...{ descriptors: 41, rings: 2, threads: 7 },
    ...{ lockedBytes: 10 * 1024, residentBytes: 300 * 1024 },
  });
  expect(reachedIn(lines)).toEqual([{ resource: 'descriptors', amount: 64, limit: 64 }]);
  expect(reachedIn([])).toBeUndefined();
});

describe('limits of a process that runs', () => {
  const OPENS_ALL = `
    const { openSync, existsSync } = require('node:fs');
    try { for (;;) openSync('/dev/null') } catch {}
    const timer = setInterval(() => { if (existsSync('done')) process.exit(0) }, 20);`;
  const OPENS_FEW = `
    const { existsSync } = require('node:fs');
    const timer = setInterval(() => { if (existsSync('done')) process.exit(0) }, 20);`;

  /** Starts a program with room for so many descriptors, and asks while it runs and after its end. */
  async function reachedBy(script: string, room: number, isSeen: (seen: Seen) => boolean) {
    const guest = localGuest({ PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir() });
    const shell = await guest.session.shell();
    try {
      const limited = `ulimit -n ${room}; exec "$0" -e "$1"`;
      const child = startInGuest(
        shell,
        0,
        {
          file: '/bin/sh',
          args: ['-c', limited, process.execPath, script],
          workingDirectory: folder,
          environment: { PATH: process.env['PATH'] ?? '' },
        },
        { onOutput: () => undefined },
        true,
      );
      let seen: Seen = (await child.reachedLimits?.()) ?? [];
      for (let round = 0; round < 200 && !isSeen(seen); round++) {
        await wait(20);
        seen = (await child.reachedLimits?.()) ?? [];
      }
      writeFileSync(join(folder, 'done'), '');
      const { exit, watched } = await child.ended;
      return { exit, watched, seen, after: await child.reachedLimits?.() };
    } finally {
      await guest.session.close();
    }
  }
  type Seen = readonly ReachedLimit[];

  test('one that was reached is told, then and after the end', async () => {
    const { exit, watched, seen, after } = await reachedBy(
      OPENS_ALL,
      128,
      ({ length }) => length > 0,
    );
    expect(exit).toEqual({ type: 'code', code: 0 });
    expect(seen).toEqual([{ resource: 'descriptors', amount: expect.any(Number), limit: 128 }]);
    expect(seen[0]!.amount).toBeGreaterThanOrEqual(112);
    expect(after).toEqual(seen);
    expect(watched).toMatchObject({ memoryKill: undefined });
  }, 60_000);

  test('one that was not reached is not', async () => {
    let looks = 0;
    const { seen, after } = await reachedBy(OPENS_FEW, 1024, () => looks++ > 3);
    expect([seen, after]).toEqual([[], []]);
  }, 60_000);
});
