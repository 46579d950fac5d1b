import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { completeVerdicts, falseClaims, isPass } from './kept-verdicts';
import { startNx, type NxEnd, type NxProcess } from './nx-process';
import {
  isBatchWorker,
  isTestProcess,
  killNow,
  processesBelow,
  type RunningProcess,
} from './running-processes';
import { ScratchWorkspace } from './scratch-workspace';
import { ENDED_VARIABLE, PLANTED, ROUND_VARIABLE, TIMED_CRATE } from './timed-crate';

/** How many processes of each kind are killed, together a hundred. Each of the latter two costs a start of Nx. */
const TEST_PROCESSES = 84;
const WORKERS = 8;
const RUNNERS = 8;
/** Test processes that are killed in one run, as far as it has so many, and broken off runs before one that completes. */
const KILLS_OF_A_RUN = 42;
const BROKEN_OFF_RUNS = 8;

/** Until a test process is killed, some tests of it may have ended. */
const LONGEST_MOMENT_MILLISECONDS = 80;

/** How long a run that is broken off is given to clean up, and one that is not to end. */
const DEADLINE_MILLISECONDS = 60_000;
const LOOK_MILLISECONDS = 15;

const seed = Number(process.env['E2E_KILL_SEED'] ?? Date.now() % 1_000_000);
const random = randomNumbers(seed);

let workspace: ScratchWorkspace;
let results: string;
let listed: readonly string[];
let temporary: string;
let notes: string;
let round = 0;
/** How long the first run took from its start, and from its first test on. */
let whole = 0;
let tested = 0;

beforeAll(async () => {
  process.stderr.write(`random kills: E2E_KILL_SEED=${seed}\n`);
  workspace = ScratchWorkspace.empty({ environment: [ROUND_VARIABLE] });
  workspace.writeCrate('timed', TIMED_CRATE);
  workspace.commit('a crate whose tests take some time');
  results = join(workspace.folder, 'timed/target/nx-cargo-test/timed');
  listed = workspace.listTests('timed').map((test) => test.replace(/^timed\//, ''));
  const home = dirname(workspace.folder);
  notes = join(home, 'ended.txt');
  temporary = join(home, 'temporary');
  mkdirSync(temporary);

  // Builds what there is to build.
  await startTests().ended;
  newRound();
  const started = performance.now();
  const run = startTests();
  await seen(run, isTestProcess);
  const firstTest = performance.now();
  const end = await run.ended;
  whole = performance.now() - started;
  tested = performance.now() - firstTest;
  expect(problemsOfCompleteRun(end)).toEqual([]);
});
afterAll(() => {
  for (const { id } of processesBelow(dirname(workspace.folder))) killNow(id);
  workspace.remove();
});

test('test processes: every test has one verdict, and what did not pass is not green', async () => {
  const problems: string[] = [];
  for (let killed = 0; killed < TEST_PROCESSES;) {
    newRound();
    const run = startTests();
    const moments: number[] = [];
    while (killed < TEST_PROCESSES && moments.length < KILLS_OF_A_RUN && run.isRunning()) {
      const found = await seen(run, isTestProcess);
      if (found === undefined) break;
      const moment = Math.round(random() * LONGEST_MOMENT_MILLISECONDS);
      await pause(moment);
      const victim = processesBelow(workspace.folder).find(isTestProcess);
      if (victim === undefined || !killNow(victim.id)) continue;
      await gone(victim);
      moments.push(moment);
      killed += 1;
    }
    const end = await run.ended;
    const found = [...(await leftovers()), ...problemsOfCompleteRun(end, ['killed'])];
    problems.push(
      ...found.map((problem) => `test processes after ${moments.join(', ')} ms: ${problem}`),
    );
  }
  expect(problems).toEqual([]);
});

test('batch workers: the run fails, and the next one has all verdicts', async () => {
  expect(
    await breakOff(WORKERS, async (run, part) => {
      const worker = await seen(run, isBatchWorker);
      const moment = Math.round(part * (whole - (whole - tested) / 2));
      await pause(moment);
      if (worker === undefined || !run.isRunning() || !killNow(worker.id)) return undefined;
      const { status } = await run.ended;
      return { moment, problems: status === 0 ? ['Nx succeeds without its worker'] : [] };
    }),
  ).toEqual([]);
});

test('the runner itself: nothing of it goes on, and the next run has all verdicts', async () => {
  let count = 0;
  expect(
    await breakOff(RUNNERS, async (run, part) => {
      // Half of them while tests run; before that there is less to spoil.
      const isLate = count++ % 2 === 0;
      if (isLate) await seen(run, isTestProcess);
      const moment = Math.round(part * (isLate ? tested : whole));
      await pause(moment);
      if (!run.isRunning() || !killNow(run.id)) return undefined;
      await run.ended;
      return { moment, problems: [] };
    }),
  ).toEqual([]);
});

/**
 * Breaks off so many runs at random moments, a few of each round, and then completes the
 * round. Returns what is wrong after a kill, and after the complete run.
 *
 * @param kill Kills something of a run when a part of its time, from 0 to 1, is over;
 * undefined if that was too late.
 */
async function breakOff(
  kills: number,
  kill: (
    run: NxProcess,
    part: number,
  ) => Promise<{ moment: number; problems: string[] } | undefined>,
): Promise<string[]> {
  const problems: string[] = [];
  for (let killed = 0; killed < kills;) {
    newRound();
    const moments: number[] = [];
    let part = 1;
    while (killed < kills && moments.length < BROKEN_OFF_RUNS) {
      const run = startTests();
      const broken = await kill(run, part * random());
      if (broken === undefined) {
        // It was over before: what is left of the round is to be killed earlier.
        await run.ended;
        part /= 2;
        newRound();
        continue;
      }
      moments.push(broken.moment);
      killed += 1;
      const found = [...broken.problems, ...(await leftovers()), ...falseClaims(results, truth())];
      problems.push(...found.map((problem) => `killed after ${moments.join(', ')} ms: ${problem}`));
    }
    const end = await startTests().ended;
    const found = [...(await leftovers()), ...problemsOfCompleteRun(end)];
    problems.push(...found.map((problem) => `complete after ${moments.join(', ')} ms: ${problem}`));
  }
  return problems;
}

/** From now on no test is known to have passed, and there are no results. */
function newRound(): void {
  round += 1;
  for (const folder of ['results', 'junit'])
    rmSync(join(results, folder), { recursive: true, force: true });
}

function startTests(): NxProcess {
  return startNx(workspace, ['run', 'timed:test', '--', '--test-threads=1'], {
    [ROUND_VARIABLE]: `${round}`,
    [ENDED_VARIABLE]: notes,
    TMPDIR: temporary,
  });
}

function truth(): { listed: readonly string[]; ended: Set<string> } {
  const lines = existsSync(notes) ? readFileSync(notes, 'utf8').split('\n') : [];
  const own = lines.filter((line) => line.startsWith(`${round} `));
  return { listed, ended: new Set(own.map((line) => line.slice(`${round} `.length))) };
}

/** What is wrong with a run that nobody broke off: one test fails, so the run does. */
function problemsOfCompleteRun(
  { status, output }: NxEnd,
  alsoPossible: readonly string[] = [],
): string[] {
  const problems = falseClaims(results, truth());
  if (status === 0) problems.push('the run succeeds although a test fails');
  const verdicts = completeVerdicts(results);
  for (const test of listed) {
    const kinds = verdicts.get(test) ?? [];
    const isExpected = (kind: string): boolean =>
      alsoPossible.includes(kind) || (test === PLANTED ? kind === 'failed' : isPass(kind));
    if (kinds.length !== 1 || !kinds.every(isExpected))
      problems.push(`${test} has the verdicts: ${kinds.join(', ') || 'none'}`);
  }
  return problems.length > 0 ? [...problems, output] : [];
}

/** Processes and temporary files that are still there after some time to clean up. */
async function leftovers(): Promise<string[]> {
  const find = (): string[] => [
    ...processesBelow(dirname(workspace.folder)).map(
      ({ id, args }) => `process ${id} is running: ${args.join(' ')}`,
    ),
    ...readdirSync(temporary)
      .filter((name) => name.startsWith('nx-cargo-test-'))
      .map((name) => `${name} is left in the temporary folder`),
    ...(existsSync(results) ? readdirSync(results, { recursive: true, encoding: 'utf8' }) : [])
      .filter((name) => name.endsWith('.tmp'))
      .map((name) => `${name} is left`),
  ];
  let found = find();
  const deadline = performance.now() + DEADLINE_MILLISECONDS;
  while (found.length > 0 && performance.now() < deadline) {
    await pause(LOOK_MILLISECONDS);
    found = find();
  }
  return found;
}

/** The first process of a kind that is seen; undefined if the run ends without one. */
async function seen(
  run: NxProcess,
  isWanted: (candidate: RunningProcess) => boolean,
): Promise<RunningProcess | undefined> {
  while (run.isRunning()) {
    const found = processesBelow(workspace.folder).find(isWanted);
    if (found !== undefined) return found;
    await pause(LOOK_MILLISECONDS);
  }
  return undefined;
}

/** Waits until a process that was killed is not there any more, so that it is not killed again. */
async function gone({ id }: RunningProcess): Promise<void> {
  while (processesBelow(workspace.folder).some((process) => process.id === id))
    await pause(LOOK_MILLISECONDS);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((fulfil) => setTimeout(fulfil, milliseconds));
}

/** Numbers from 0 to 1 that depend on the seed only (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
