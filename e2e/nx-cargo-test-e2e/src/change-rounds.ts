import type { ChangingCrate, CrateChange } from './changing-crate';
import type { NxRun, ScratchWorkspace } from './scratch-workspace';

/** What came of changing crates: one run each, for all of them at once. */
export interface ChangeRounds {
  /** The run before any change. */
  readonly first: NxRun;
  /** By index of the change: the run after it. */
  readonly rounds: readonly NxRun[];
  /** The run after the last change was undone. */
  readonly undone: NxRun;
}

/**
 * Writes crates into a workspace, and makes in each round one change to each of
 * them that has as many, committed and later undone.
 *
 * @param afterRound Called with the index of the change while it's still there.
 * @throws if a test fails before any change, or after all are undone.
 */
export function runChangeRounds(
  workspace: ScratchWorkspace,
  crates: readonly ChangingCrate[],
  afterRound?: (round: number) => void,
): ChangeRounds {
  for (const { name, crate } of crates) workspace.writeCrate(name, crate);
  workspace.commit('crates as they are first');
  const first = workspace.nxOk(['run-many', '-t', 'test']);
  const count = Math.max(...crates.map(({ changes }) => changes.length));
  const rounds = Array.from({ length: count }, (_, round) => {
    for (const { name, changes } of crates) {
      const change = changes[round];
      if (change !== undefined) make(workspace, name, change);
    }
    workspace.commit('a change to each crate');
    const run = workspace.nx(['affected', '-t', 'test', '--base=HEAD~1']);
    afterRound?.(round);
    workspace.git('reset', '--quiet', '--hard', 'HEAD~1');
    return run;
  });
  return { first, rounds, undone: workspace.nxOk(['run-many', '-t', 'test']) };
}

/** The tests of a crate that a run executed, as {@link executedNames} names them. */
export function executedOf(run: NxRun, crate: ChangingCrate): string[] {
  const known = [...crate.tests, ...crate.changes.flatMap(({ executed }) => executed)];
  const binaries = new Set(executedNames(crate, known).map((test) => test.split('/')[0]));
  return run.executed.filter((test) => binaries.has(test.split('/')[0]));
}

/** The tests of a crate that a run named as failed, without their binaries, sorted. */
export function failedOf({ output, outputOf }: NxRun, { name }: ChangingCrate): string[] {
  const list = /\nFailed tasks:\n\n((?:- .*\n)*)/.exec(output)?.[1] ?? '';
  return list
    .split('\n')
    .map((line) => line.slice('- '.length))
    .filter((task) => task.startsWith(`${name}:`))
    .flatMap((task) => {
      const named = [...outputOf(task).matchAll(/^ *failed: (\S+)$/gm)].map((match) => match[1]!);
      return named.length > 0 ? named : [`${task}, which names no test`];
    })
    .sort();
}

/** Tests of a crate in the form of {@link NxRun.executed}, sorted. */
export function executedNames({ name }: ChangingCrate, tests: readonly string[]): string[] {
  return tests.map((test) => (test.includes('/') ? test : `${name}/${test}`)).sort();
}

/** Tests of a crate in the form of {@link failedOf}. */
export function failedNames(tests: readonly string[]): string[] {
  return tests.map((test) => test.slice(test.indexOf('/') + 1)).sort();
}

function make(
  workspace: ScratchWorkspace,
  crate: string,
  { edits = [], files = {} }: CrateChange,
): void {
  for (const { file, find, replace } of edits) workspace.replace(`${crate}/${file}`, find, replace);
  for (const [file, content] of Object.entries(files)) {
    if (content === undefined) workspace.delete(`${crate}/${file}`);
    else workspace.write(`${crate}/${file}`, content);
  }
}
