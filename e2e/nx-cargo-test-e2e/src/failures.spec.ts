import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAILING_CRATES, KILL_AFTER_SECONDS, type FailingCrate } from './failing-crates';
import { ScratchWorkspace, type NxRun } from './scratch-workspace';

let workspace: ScratchWorkspace;
let first: NxRun;
let second: NxRun;
let mended: NxRun;
let warm: NxRun;
let childOfHanging: number;
const verdicts = new Map<string, readonly Verdict[]>();

interface Verdict {
  readonly name: string;
  readonly kind: string;
}

beforeAll(() => {
  workspace = ScratchWorkspace.empty({
    warnAfterSeconds: KILL_AFTER_SECONDS,
    killAfterSeconds: KILL_AFTER_SECONDS,
  });
  for (const { name, crate } of FAILING_CRATES) workspace.writeCrate(name, crate);
  workspace.write('.gitignore', 'node_modules\ntarget\n.nx\n*.pid\n');
  workspace.commit('crates that fail');
  first = workspace.nx(['run-many', '-t', 'test']);
  for (const { name } of FAILING_CRATES) verdicts.set(name, readVerdicts(name));
  childOfHanging = Number(workspace.read('hanging/started.pid'));
  second = workspace.nx(['run-many', '-t', 'test']);
  for (const { name, fix } of FAILING_CRATES)
    workspace.replace(`${name}/${fix.file}`, fix.find, fix.replace);
  workspace.commit('all mended');
  mended = workspace.nx(['run-many', '-t', 'test']);
  warm = workspace.nx(['run-many', '-t', 'test']);
});

afterAll(() => workspace.remove());

describe.each(FAILING_CRATES)('$what', (failing) => {
  const { name, target, executed } = failing;
  const task = `${name}:${target}`;
  const right = failing.rightRuns ? [`${name}/right::holds`] : [];

  test('fails, and says why', () => {
    expect(first.status).not.toBe(0);
    const output = first.outputOf(task);
    for (const text of failing.shows) {
      if (typeof text === 'string') expect(output).toContain(text);
      else expect(output).toMatch(text);
    }
    for (const text of failing.hides ?? []) expect(output).not.toMatch(text);
    expect(failedTasks(first)).toContain(task);
    expect(tasksListed(first, 'Tasks not run')).toContain(`${name}:test`);
  });

  test('runs what it can, and no more', () => {
    expect(executedOf(first, failing)).toEqual([...executed, ...right].sort());
  });

  test('leaves one verdict for each test that was to run', () => {
    const tests = [...executed, ...right].map((each) => each.slice(each.indexOf('/') + 1)).sort();
    expect(verdicts.get(name)?.map((verdict) => verdict.name)).toEqual(tests);
    expect(
      verdicts
        .get(name)
        ?.filter(({ kind }) => kind === 'passed')
        .map((each) => each.name),
    ).toEqual(expect.arrayContaining(failing.rightRuns ? ['right::holds'] : []));
  });

  test('fails again, without the modules that passed', () => {
    expect(second.status).not.toBe(0);
    expect(failedTasks(second)).toContain(task);
    expect(executedOf(second, failing)).toEqual([...executed].sort());
  });

  test('passes when it is mended', () => {
    expect(failedTasks(mended)).not.toContain(task);
    const ran = executedOf(mended, failing);
    // Tests that passed beside a failure are known to have passed.
    if (failing.rightRuns) expect(executed).toEqual(expect.arrayContaining([...ran]));
    expect(ran.length).toBeGreaterThan(0);
  });
});

test('once all is mended, every task succeeds and the next run finds it in the cache', () => {
  expect([mended.status, failedTasks(mended)]).toEqual([0, []]);
  expect([warm.status, warm.executed]).toEqual([0, []]);
});

test('nothing that a killed test had started is left running', () => {
  expect(childOfHanging).toBeGreaterThan(0);
  const state = `/proc/${childOfHanging}/stat`;
  // Where nobody collects orphans, what is left of a killed one is a zombie.
  expect(existsSync(state) ? readFileSync(state, 'utf8') : 'gone').toMatch(
    /^gone$|^\d+ \(sleep\) [ZX] /,
  );
});

function executedOf({ executed }: NxRun, { name, crate }: FailingCrate): string[] {
  const binaries = [
    name,
    ...Object.keys(crate.files).flatMap((file) => /^tests\/(.*)\.rs$/.exec(file)?.[1] ?? []),
  ];
  return executed.filter((test) => binaries.includes(test.split('/')[0] ?? ''));
}

function failedTasks(run: NxRun): string[] {
  return run.output.includes('\nFailed tasks:') ? tasksListed(run, 'Failed tasks:') : [];
}

/** The tasks that Nx lists at the end below a title. */
function tasksListed({ output }: NxRun, title: string): string[] {
  const lines = output
    .slice(output.lastIndexOf(`\n${title}`))
    .trimStart()
    .split('\n')
    .slice(2);
  const end = lines.findIndex((line) => !line.startsWith('- '));
  return lines.slice(0, end).map((line) => line.slice('- '.length));
}

/** What the results files of a package say. */
function readVerdicts(name: string): Verdict[] {
  const folder = join(workspace.folder, name, 'target/nx-cargo-test', name, 'results');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map(
      (file) =>
        JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
          tests: { name: string; verdict: { kind: string } }[];
        },
    )
    .flatMap(({ tests }) => tests.map(({ name, verdict }) => ({ name, kind: verdict.kind })))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
