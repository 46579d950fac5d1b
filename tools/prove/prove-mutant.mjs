// One mutant: which tests get another fingerprint, and which end differently.
import { LinkReach } from './link-reach.mjs';
import { selectAsRivals, testKey } from './rivals.mjs';
import { runAlone, runTogether } from './test-outcomes.mjs';

/** For tests whose outcome decides whether one was missed. */
const SURE_LIMIT_MS = 20_000;
/** For all tests of a mutant together that are run alone only to be counted. */
const COUNT_BUDGET_MS = 15_000;
const COUNT_LIMIT_MS = 3_000;

/**
 * Applies a mutant, compiles, fingerprints and runs the tests, and takes the mutant back.
 *
 * @param given `{ copy, mutant, baseline, files, sysroot }`: a `MutatedCrate`, one of its mutants, what
 *   `takeBaseline` and `testsByFile` gave.
 * @returns The result to be recorded; `outcome` is `built`, `unviable` or `error`.
 */
export async function proveMutant({ copy, mutant, baseline, files, sysroot }) {
  const undo = copy.apply(mutant);
  try {
    const watch = stopwatch();
    const built = await copy.build();
    if (built === undefined) return { outcome: 'unviable' };
    watch.lap('build');
    const changed = changedBinaries(baseline, built);
    let compared;
    try {
      compared = await compareFingerprints(copy, changed, sysroot);
    } catch (error) {
      return { outcome: 'error', error: String(error?.stack ?? error), diff: mutant.diff };
    }
    const { selected, after, widened } = compared;
    const { file } = mutant;
    const rivals = selectAsRivals({ file, testsByFile: files, before: baseline.binaries, after });
    watch.lap('fingerprint');
    const selections = [selected, ...Object.values(rivals)];
    const isSelectedByAll = (key) => selections.every((selection) => selection.has(key));
    const ended = await testsThatEndDifferently(changed, isSelectedByAll);
    watch.lap('test');
    const missed = ended.different.filter(({ test }) => !selected.has(test));
    return {
      outcome: 'built',
      file,
      ...countTests(baseline, selected),
      changedBinaries: changed.length,
      widened,
      failed: ended.different.length,
      missed,
      ...ended.counts,
      rivals: Object.fromEntries(
        Object.entries(rivals).map(([name, tests]) => [
          name,
          {
            ...countTests(baseline, tests),
            missed: ended.different.filter(({ test }) => !tests.has(test)).length,
          },
        ]),
      ),
      seconds: watch.seconds,
      ...(missed.length > 0 ? { diff: mutant.diff } : {}),
    };
  } finally {
    undo();
  }
}

function changedBinaries({ binaries }, built) {
  const byId = new Map(built.map((binary) => [binary.id, binary]));
  return binaries
    .map((before) => ({ before, now: byId.get(before.id) }))
    .filter(({ before, now }) => {
      if (now === undefined) throw new Error(`cargo did not name the test binary ${before.id}`);
      return now.sha256 !== before.sha256;
    });
}

async function compareFingerprints(copy, changed, sysroot) {
  const selected = new Set();
  const after = new Map();
  let widened = 0;
  for (const { before, now } of changed) {
    const taken = await copy.fingerprint(now);
    widened += taken.widened;
    for (const test of before.tests) {
      if (taken.fingerprints.get(test) !== before.fingerprints.get(test))
        selected.add(testKey(before.id, test));
    }
    after.set(before.id, new LinkReach(now.link, taken.tests, sysroot));
  }
  return { selected, after, widened };
}

/**
 * Runs the tests of binaries that changed. What decides whether a selection missed a test has to be
 * certain, so a test that some selection leaves out is run alone if it does not end as ever.
 *
 * @returns `{ different, counts }`: `{ test, was, is }` of each test; `interfering` tests end as ever when
 *   run alone, `untold` ones were selected by all and not run alone, because others took too long.
 */
async function testsThatEndDifferently(changed, isSelectedByAll) {
  const different = [];
  const counts = { interfering: 0, untold: 0 };
  let budgetMs = COUNT_BUDGET_MS;
  for (const { before, now } of changed) {
    const outcomes = await runTogether(now.started, before.limitMs);
    for (const [name, was] of before.outcomes) {
      const test = testKey(before.id, name);
      let is = outcomes.get(name);
      if (is === was) continue;
      if (!isSelectedByAll(test)) {
        const hadOutcome = is !== undefined;
        is = await certainOutcome(before.started, now.started, name, was);
        if (is === was) {
          counts.interfering += hadOutcome ? 1 : 0;
          continue;
        }
      } else if (is === undefined) {
        if (budgetMs <= 0) {
          counts.untold += 1;
          continue;
        }
        const begun = performance.now();
        is = await runAlone(now.started, name, Math.min(COUNT_LIMIT_MS, before.limitMs));
        budgetMs -= performance.now() - begun;
        if (is === was) continue;
      }
      different.push({ test, was, is });
    }
  }
  return { different, counts };
}

/** How a test ends alone with the mutant, or as ever if it does so sometimes, or ends otherwise alone without the mutant. */
async function certainOutcome(before, now, test, was) {
  let is = was;
  for (let run = 0; run < 2; run += 1) {
    is = await runAlone(now, test, SURE_LIMIT_MS);
    if (is === was) return was;
  }
  return (await runAlone(before, test, SURE_LIMIT_MS)) === was ? is : was;
}

/** Tests and modules of a crate, and how many of each are selected. */
function countTests({ binaries }, selected) {
  const modules = new Map();
  let tests = 0;
  for (const { id, tests: names } of binaries) {
    for (const name of names) {
      tests += 1;
      const module = testKey(
        id,
        name
          .split('::')
          .slice(0, -1)
          .join('::')
          .replace(/(?:^|::)tests?$/, ''),
      );
      modules.set(module, (modules.get(module) ?? false) || selected.has(testKey(id, name)));
    }
  }
  const selectedModules = [...modules.values()].filter(Boolean).length;
  return { tests, selected: selected.size, modules: modules.size, selectedModules };
}

function stopwatch() {
  const seconds = {};
  let last = performance.now();
  const lap = (name) => {
    const now = performance.now();
    seconds[name] = Math.round(now - last) / 1000;
    last = now;
  };
  return { seconds, lap };
}
