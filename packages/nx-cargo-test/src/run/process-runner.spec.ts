import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guestHost } from '../lima/guest-host';
import { guestSession } from '../lima/guest-session';
import { openGuestShell } from '../lima/guest-shell';
import { planRun, type RunPlan } from '../plan/run-plan';
import { spawnTalkingWithNode, spawnWithNode } from '../process/test-support/spawn-with-node';
import { createLimit } from './concurrency';
import type { MemoryKills } from './memory-kills';
import { nativeHost } from './native-host';
import { createProcessRunner } from './process-runner';
import type { RunEvent, Verdict } from './run-event';
import type { TestHost } from './test-host';
import { fakeBinary, fakeManifest, fakePlan } from './test-support/fake-leaf';

/** For processes that hang from their start, so that a slow machine changes nothing. */
const limits = { warnAfterSeconds: 0.1, killAfterSeconds: 0.3 };
/** For processes that must get somewhere before they hang. */
const patientLimits = { warnAfterSeconds: 4, killAfterSeconds: 4 };

/** Each host with what it says of a program that is not there, of one that a target runner tells of, and of a kill that our own control group counted. */
const hosts: readonly [string, () => TestHost, string, string, string][] = [
  [
    'this machine',
    () => nativeHost(spawnWithNode),
    'could not be started',
    'SIGKILL (exit code 137 of the target runner), cause unknown',
    'SIGKILL, out of memory: the kernel counted a kill in the control group of the process',
  ],
  // All that its shell can tell of a signal is an exit code.
  [
    'a guest',
    localGuest,
    'ended with exit code 127 and wrote no log file',
    'SIGKILL, cause unknown',
    // It watches by itself, and saw that the count of the process's own group stayed.
    'SIGKILL, cause unknown; meanwhile the kernel killed some process of this system for lack of memory',
  ],
];

/** A guest that is reached by a shell, here instead of in a virtual machine. */
function localGuest(): TestHost {
  return guestHost({
    session: guestSession(() =>
      openGuestShell(spawnTalkingWithNode, ([file = '', ...args]) => ({
        file,
        args,
        workingDirectory: '/',
        environment: { PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir() },
      })),
    ),
    files: { place: () => Promise.resolve(), describeMachine: () => Promise.resolve('here') },
    describe: () => Promise.resolve('a shell'),
    forwarded: [],
  });
}

function verdicts(events: readonly RunEvent[]): Record<string, Verdict> {
  const told = events.filter((event) => event.type === 'verdict');
  const names = told.map((event) => event.test);
  expect(new Set(names).size).toBe(names.length);
  return Object.fromEntries(told.map((event) => [event.test, event.verdict]));
}

function kinds(events: readonly RunEvent[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(verdicts(events)).map(([test, { kind }]) => [test, kind]),
  );
}

function problems(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === 'ended' && event.problem !== undefined ? [event.problem] : [],
  );
}

function output(events: readonly RunEvent[], stream: 'stdout' | 'stderr'): string {
  return events
    .flatMap((event) => (event.type === 'output' && event.stream === stream ? [event.text] : []))
    .join('');
}

describe.each(hosts)('on %s', (_, createHost, notThere, toldByRunner, toldByCount) => {
  async function run(
    plan: RunPlan,
    signal?: AbortSignal,
    changes: Partial<TestHost> = {},
  ): Promise<RunEvent[]> {
    const host = createHost();
    const readMemoryKills = (): Promise<MemoryKills> => Promise.resolve({});
    const runner = createProcessRunner({
      host: { ...host, readMemoryKills, ...changes },
      limit: createLimit(1),
      pollMilliseconds: 20,
    });
    const events: RunEvent[] = [];
    try {
      for await (const event of runner.run(plan, signal)) events.push(event);
    } finally {
      await runner.close();
    }
    return events;
  }

  test('verdicts come from the log, with messages over several lines', async () => {
    const events = await run(fakePlan(['a::fails', 'a::ignored', 'a::passes']));
    expect(verdicts(events)).toEqual({
      'a::passes': { kind: 'passed' },
      'a::fails': { kind: 'failed' },
      'a::ignored': { kind: 'ignored', message: 'not on\nthis host' },
    });
    expect(problems(events)).toEqual([]);
    expect(output(events, 'stderr')).toBe('');
  });

  test('what a process held is told', async () => {
    const plan = fakePlan(['a::hangs'], { limits: patientLimits });
    const peaks = (await run(plan)).flatMap((event) =>
      event.type === 'ended' && event.peaks !== undefined ? [event.peaks] : [],
    );
    expect(peaks).toHaveLength(1);
    // A test binary of Node.js.
    expect(peaks[0]!.descriptors).toBeGreaterThan(10);
    expect(peaks[0]!.threads).toBeGreaterThan(4);
    expect(peaks[0]!.residentBytes).toBeGreaterThan(20e6);
    expect(peaks[0]!.residentBytes).toBeLessThan(500e6);
  });

  test('after a signal to us the running test is killed and nothing new starts', async () => {
    // As Nx does, so that the signal does not end us.
    const listener = (): void => undefined;
    process.on('SIGINT', listener);
    const runner = createProcessRunner({ host: createHost(), limit: createLimit(1) });
    const collect = async (plan: RunPlan, onOutput?: () => void): Promise<RunEvent[]> => {
      const events: RunEvent[] = [];
      for await (const event of runner.run(plan)) {
        events.push(event);
        if (event.type === 'output') onOutput?.();
      }
      return events;
    };
    const [running, waiting] = await Promise.all([
      collect(fakePlan(['a::hangs']), () => process.emit('SIGINT', 'SIGINT')),
      collect(fakePlan(['a::passes'])),
    ]);
    process.off('SIGINT', listener);
    await runner.close();
    expect(problems(running)).toEqual([expect.stringContaining('SIGKILL')]);
    expect(kinds(waiting)).toEqual({ 'a::passes': 'notRun' });
    expect(waiting.map(({ type }) => type)).not.toContain('started');
  });

  test.each([
    ['aborts', 'SIGABRT'],
    ['exits_0', 'exit code 0'],
    ['exits_101', 'exit code 101'],
  ])('a test that %s ends its process early', async (act, how) => {
    const events = await run(fakePlan([`b::${act}`, 'a::passes', 'c::passes']));
    expect(kinds(events)).toEqual({
      'a::passes': 'passed',
      [`b::${act}`]: 'killed',
      'c::passes': 'notRun',
    });
    expect(problems(events)).toEqual([
      `the process ended with ${how} before all of its tests had a verdict`,
    ]);
  });

  describe('a process that is killed from outside', () => {
    const passing = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => `a::passes_${String(index).padStart(2, '0')}`);
    const withRoom = (room: number) => ({ PATH: process.env['PATH'] ?? '', FAKE_ROOM: `${room}` });
    const started = (events: readonly RunEvent[]): number[] =>
      events.flatMap((event) => (event.type === 'started' ? [event.tests.length] : []));
    const reruns = (events: readonly RunEvent[]) =>
      events.filter((event) => event.type === 'rerun');

    test('what it left runs again in processes that it had shown to fit', async () => {
      const events = await run(fakePlan(passing(20), { environment: withRoom(6) }));
      expect(new Set(Object.values(kinds(events)))).toEqual(new Set(['passed']));
      expect(Object.keys(kinds(events)).sort()).toEqual(passing(20));
      expect(problems(events)).toEqual([]);
      expect(started(events)).toEqual([20, 6, 6, 2]);
      expect(reruns(events)).toEqual([
        {
          type: 'rerun',
          process: 0,
          why: 'SIGKILL, cause unknown',
          running: ['a::passes_06'],
          batches: [passing(12).slice(6), passing(18).slice(12), passing(20).slice(18)],
        },
      ]);
    });

    test('it is halved where not one test fitted, until the one is found that is killed alone', async () => {
      const tests = ['a::is_killed', ...passing(7).map((name) => `b::${name}`)];
      const events = await run(fakePlan(tests));
      expect(verdicts(events)['a::is_killed']).toEqual({
        kind: 'killed',
        cause: 'processEnd',
        by: 'killed by SIGKILL, cause unknown, alone in its process',
      });
      const others = Object.entries(kinds(events)).filter(([test]) => test !== 'a::is_killed');
      expect(others).toEqual(tests.slice(1).map((test) => [test, 'passed']));
      expect(started(events)).toEqual([8, 4, 2, 1, 1, 2, 4]);
    });

    test('its verdicts stay, and their failures', async () => {
      const tests = ['a::fails', 'b::is_killed', 'c::passes', 'd::passes'];
      expect(kinds(await run(fakePlan(tests)))).toEqual({
        'a::fails': 'failed',
        'b::is_killed': 'killed',
        'c::passes': 'passed',
        'd::passes': 'passed',
      });
    });

    test('a target runner tells of it by its exit code', async () => {
      const [node, script] = fakeBinary;
      const command = ['/bin/sh', '-c', '"$@"; exit $?', 'sh', node, script!] as const;
      const environment = withRoom(1);
      const events = await run(fakePlan(passing(2), { command: [...command], environment }));
      expect(kinds(events)).toEqual({ 'a::passes_00': 'passed', 'a::passes_01': 'passed' });
      expect(reruns(events)).toMatchObject([{ why: toldByRunner }]);
    });

    test('the cause is told where the kernel counted it', async () => {
      const counts: MemoryKills[] = [
        { inGroup: 1, inSystem: 5 },
        { inGroup: 2, inSystem: 6 },
      ];
      const plan = fakePlan(passing(2), { environment: withRoom(1) });
      const events = await run(plan, undefined, {
        readMemoryKills: () => Promise.resolve(counts.shift() ?? {}),
        watchResources: () => ({ stop: () => undefined }),
      });
      expect(reruns(events)).toMatchObject([{ why: toldByCount }]);
    });

    test('a log that cannot be trusted is a failure, not a reason to run again', async () => {
      const events = await run(fakePlan(['a::twice', 'b::is_killed', 'c::passes']));
      expect(reruns(events)).toEqual([]);
      expect(problems(events)).toEqual(['the log has two verdicts for a::twice']);
    });
  });

  test('a verdict on standard output counts for nothing', async () => {
    const events = await run(fakePlan(['a::prints_forged_verdict', 'a::unlogged']));
    expect(kinds(events)).toEqual({
      'a::prints_forged_verdict': 'passed',
      'a::unlogged': 'killed',
    });
    expect(problems(events)).toHaveLength(1);
  });

  test.each([
    ['twice', 'the log has two verdicts for a::twice'],
    ['stranger', 'the log has a verdict for some::other, which was not asked for'],
  ])('a log with a verdict %s is a problem', async (act, problem) => {
    const events = await run(fakePlan([`a::${act}`]));
    expect(kinds(events)).toEqual({ [`a::${act}`]: 'passed' });
    expect(problems(events)).toEqual([problem]);
  });

  test.each([
    ['a::passes', '101', 'the process ended with exit code 101, although no test had failed'],
    ['a::fails', '0', 'the process ended with exit code 0, although a test had failed'],
    ['a::passes', '3', 'the process ended with exit code 3, although no test had failed'],
  ])('%s with exit code %s is a problem', async (name, code, problem) => {
    const environment = { PATH: process.env['PATH'] ?? '', FAKE_EXIT: code };
    expect(problems(await run(fakePlan([name], { environment })))).toEqual([problem]);
  });

  test('a binary that refuses --logfile is a problem, and its words are shown', async () => {
    const environment = { PATH: process.env['PATH'] ?? '', FAKE_REFUSES_LOGFILE: '1' };
    const events = await run(fakePlan(['a::passes'], { environment }));
    expect(kinds(events)).toEqual({ 'a::passes': 'notRun' });
    expect(problems(events)[0]).toContain('wrote no log file');
    expect(output(events, 'stderr')).toContain("Unrecognized option: 'logfile'");
  });

  test('a binary that cannot be started is a problem', async () => {
    const events = await run(fakePlan(['a::passes'], { command: ['/nowhere/binary'] }));
    expect(kinds(events)).toEqual({ 'a::passes': 'notRun' });
    expect(problems(events)[0]).toContain(notThere);
  });

  test.each(['hangs', 'hangs_and_ignores_sigterm'])(
    'a test that %s is named and killed',
    async (act) => {
      const events = await run(fakePlan([`b::${act}`, `c::${act}`], { limits }));
      const overdue = (test: string): Verdict => ({
        kind: 'killed',
        cause: 'timeout',
        by: `${test} ran for more than 0.3 s`,
      });
      expect(verdicts(events)).toEqual({
        [`b::${act}`]: overdue(`b::${act}`),
        [`c::${act}`]: overdue(`c::${act}`),
      });
      expect(events).toContainEqual({ type: 'slow', test: `b::${act}`, seconds: 0.1 });
      expect(problems(events)).toEqual([]);
    },
    20_000,
  );

  test('tests behind one that hangs run without it', async () => {
    const tests = ['a::passes', 'b::hangs', 'c::fails', 'd::passes'];
    const events = await run(fakePlan(tests, { limits: patientLimits }));
    expect(kinds(events)).toEqual({
      'a::passes': 'passed',
      'b::hangs': 'killed',
      'c::fails': 'failed',
      'd::passes': 'passed',
    });
    expect(events.filter(({ type }) => type === 'rerun')).toEqual([
      {
        type: 'rerun',
        process: 0,
        why: 'a time limit (b::hangs ran for more than 4 s)',
        running: [],
        batches: [['c::fails', 'd::passes']],
      },
    ]);
    expect(problems(events)).toEqual([]);
  }, 60_000);

  test('where nobody can tell which test hangs, it is found, and the first process is a failure', async () => {
    const environment = { PATH: process.env['PATH'] ?? '', RUST_TEST_SHUFFLE: '1' };
    const tests = ['a::hangs', 'b::passes', 'c::passes'];
    const events = await run(fakePlan(tests, { limits: patientLimits, environment }));
    expect(kinds(events)).toEqual({
      'a::hangs': 'killed',
      'b::passes': 'passed',
      'c::passes': 'passed',
    });
    expect(problems(events)).toEqual(['the process was killed: no test ended for 4 s']);
  }, 60_000);

  test('verdicts from before the kill stay', async () => {
    const events = await run(fakePlan(['a::passes', 'b::hangs'], { limits: patientLimits }));
    expect(kinds(events)).toEqual({ 'a::passes': 'passed', 'b::hangs': 'killed' });
  }, 30_000);

  test('a process that does not end after its last test is killed', async () => {
    const events = await run(fakePlan(['a::hangs_at_the_end'], { limits: patientLimits }));
    expect(kinds(events)).toEqual({ 'a::hangs_at_the_end': 'passed' });
    expect(problems(events)).toEqual([
      'the process was killed: it did not end within 4 s after its last test',
    ]);
  }, 30_000);

  test('a test on the list of expected failures hangs alone', async () => {
    const events = await run(
      fakePlan(['a::hangs', 'b::passes'], {
        limits: patientLimits,
        expectedFailures: ['a::hangs'],
      }),
    );
    expect(kinds(events)).toEqual({ 'b::passes': 'passed', 'a::hangs': 'killed' });
    expect(problems(events)).toEqual([]);
  }, 30_000);

  test('much output arrives in full', async () => {
    const events = await run(fakePlan(['a::prints_much']));
    expect(output(events, 'stdout').match(/a line of output\n/g)).toHaveLength(100000);
    expect(kinds(events)).toEqual({ 'a::prints_much': 'passed' });
  });

  test('a process left running holds nothing up', async () => {
    const events = await run(fakePlan(['a::leaves_child']));
    expect(kinds(events)).toEqual({ 'a::leaves_child': 'passed' });
    expect(events.at(-1)).toMatchObject({ type: 'ended', leftProcesses: true });
  });

  test('the environment is the plan’s and nothing else', async () => {
    const environment = { PATH: process.env['PATH'] ?? '', ONLY: 'this' };
    const events = await run(fakePlan(['a::shows_environment'], { environment }));
    const line =
      output(events, 'stdout')
        .split('\n')
        .find((text) => text.startsWith('{')) ?? '';
    const seen = JSON.parse(line) as { cwd: string; env: Record<string, string> };
    expect(seen.env).toEqual(environment);
    expect(seen.cwd.endsWith('test-support')).toBe(true);
  });

  test('cancelling kills what runs and reports the rest as not run', async () => {
    const stop = new AbortController();
    const plan = fakePlan(['a::hangs', 'b::hangs'], { expectedFailures: ['b::hangs'] });
    const runner = createProcessRunner({ host: createHost(), limit: createLimit(1) });
    const events: RunEvent[] = [];
    for await (const event of runner.run(plan, stop.signal)) {
      events.push(event);
      if (event.type === 'output') stop.abort();
    }
    await runner.close();
    expect(kinds(events)).toEqual({ 'a::hangs': 'killed', 'b::hangs': 'notRun' });
    expect(problems(events)).toEqual(['the process was killed: the run was cancelled']);
  });

  test.each([
    ['exit 0', { kind: 'passed' }],
    ['exit 3', { kind: 'failed', message: 'exit code 3' }],
    ['kill -SEGV $$', { kind: 'killed', cause: 'processEnd', by: 'SIGSEGV' }],
  ])('without a harness `%s` decides, and arguments go through', async (script, verdict) => {
    const plan = planRun({
      manifest: fakeManifest(['smoke'], false),
      leaf: 'lib::a',
      args: ['--list', 'x'],
      expectedFailures: [],
      command: ['/bin/sh', '-c', `echo "$*"; ${script}`, 'smoke'],
      workingDirectory: __dirname,
      environment: {},
      limits: { warnAfterSeconds: 60, killAfterSeconds: 300 },
    });
    const events = await run(plan);
    expect(verdicts(events)).toEqual({ smoke: verdict });
    expect(output(events, 'stdout')).toBe('--list x\n');
  });

  test('nothing stays in the temporary folder', async () => {
    const before = process.env['TMPDIR'];
    const folder = mkdtempSync(join(tmpdir(), 'runner-spec-'));
    process.env['TMPDIR'] = folder;
    try {
      await run(fakePlan(['a::aborts']));
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
      rmSync(folder, { recursive: true });
    }
  });
});
