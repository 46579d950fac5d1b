// Whatever a user can see of a test changes only with its fingerprint: generated crates are edited
// step by step, and what each test prints and how it ends is compared between the builds.
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintTests } from './captured-tests.mjs';
import { TOOLCHAIN } from './edits/build.mjs';
import { compareBuilds } from './edits/compare.mjs';
import { observeTests } from './edits/observe.mjs';
import { FOCUSES, STEPS } from './edits/plan.mjs';
import { editTables } from './edits/tables.mjs';
import { codeDigest, currentVersions } from './edits/versions.mjs';
import { walkChain } from './edits/walk.mjs';
import { readLines } from './result-lines.mjs';

export const title = 'What is seen to differ has another fingerprint';

const OPT_LEVELS = [0, 3];
const EDITS_PER_LEVEL = 2000;
/** Edits of each focus and opt-level. */
const FOCUSED_EDITS = 250;

/** Runs what is not yet in the results. */
export async function prove({ scratch, limit = Infinity, seed = 1, say }) {
  mkdirSync(scratch, { recursive: true });
  const holdsFor = currentVersions();
  const code = codeDigest();
  const results = readResults(scratch).filter((result) => result.seed === seed);
  let left = limit;
  // Those with a focus are few, so they come first.
  for (const focus of [...Object.keys(FOCUSES), undefined]) {
    const wanted = focus === undefined ? EDITS_PER_LEVEL : FOCUSED_EDITS;
    const done = results.filter((result) => result.focus === focus);
    left = await followChains({ scratch, seed, focus, wanted, done, left, holdsFor, code, say });
  }
}

/** Runs what is left of the chains of one focus, or of none; returns how many edits may still be made. */
async function followChains({ scratch, seed, focus, wanted, done, left, holdsFor, code, say }) {
  const edits = new Map(OPT_LEVELS.map((level) => [level, 0]));
  for (const { optLevel, edits: made } of done)
    edits.set(optLevel, edits.get(optLevel) + made.length);
  for (let number = 0; left > 0; number++) {
    const open = OPT_LEVELS.filter((level) => edits.get(level) < wanted);
    if (open.length === 0) break;
    for (const optLevel of open) {
      const chain = { seed, optLevel, number, ...(focus === undefined ? {} : { focus }) };
      const steps = done.filter(
        (result) => result.optLevel === optLevel && result.number === number,
      );
      const firstStep = 1 + Math.max(0, ...steps.map(({ step }) => step));
      if (firstStep > STEPS || left <= 0) continue;
      const record = (result) => {
        const line = { holdsFor, code, ...chain, ...result };
        appendFileSync(join(scratch, 'results.jsonl'), `${JSON.stringify(line)}\n`);
        edits.set(optLevel, edits.get(optLevel) + result.edits.length);
        left -= result.edits.length;
        say(
          `${focus === undefined ? '' : `${focus} only, `}opt-level ${optLevel}, crate ${number}, step ${result.step}: ${result.edits.length} edits, ` +
            `${result.missed.length} missed; ${[...edits].map(([level, n]) => `${n} at ${level}`).join(', ')}`,
        );
      };
      await followChain(chain, { scratch, firstStep, record });
    }
  }
  return left;
}

/** Sums up the results. */
export function summarize(scratch) {
  const results = readResults(scratch);
  const failures = results.flatMap(
    ({ seed, optLevel, number, focus, step, missed, unstable, problem }) => {
      const only = focus === undefined ? '' : `, ${focus} only`;
      const place = `seed ${seed}, opt-level ${optLevel}${only}, crate ${number}, step ${step}`;
      return [
        ...missed.map((test) => `missed at ${place}: ${test}`),
        ...unstable.map((test) => `not the same twice at ${place}: ${test}`),
        ...(problem === undefined
          ? []
          : [`not built at ${place}: ${/^.*error.*$/m.exec(problem)?.[0] ?? problem}`]),
      ];
    },
  );
  const cases = results.reduce((sum, { edits }) => sum + edits.length, 0);
  return { lines: editTables(results, codeDigest()), cases, failures };
}

async function followChain(chain, { scratch, firstStep, record }) {
  const folder = join(scratch, 'build');
  const sysroot = execFileSync('rustc', ['--print', 'sysroot'], {
    env: { ...process.env, RUSTUP_TOOLCHAIN: TOOLCHAIN },
    encoding: 'utf8',
  }).trim();
  let before;
  let step = firstStep - 1;
  try {
    for await (const build of walkChain(chain, folder, firstStep)) {
      step = build.step;
      const { fingerprints, widened } = await fingerprintTests(build.link, build.tests, sysroot, {
        optimized: chain.optLevel > 0,
      });
      const after = { seen: build.seen, fingerprints };
      if (before !== undefined) {
        const compared = compareBuilds(before, after, build.edits);
        const { missed, unstable } = await confirmed(compared.missed, before, build);
        if (missed.length > 0) keepSources(scratch, chain, build, missed);
        record({ ...compared, step, missed, unstable, widened });
      }
      before = after;
      mkdirSync(join(folder, 'before'), { recursive: true });
      copySources(join(folder, 'crate'), join(folder, 'before'));
    }
  } catch (error) {
    if (!/^(?:rustc|gcc|g\+\+|clang|clang\+\+|ar) /.test(error.message)) throw error;
    record({
      step: STEPS,
      edits: [],
      missed: [],
      unstable: [],
      problem: error.message,
      widened: [],
    });
  }
}

/** Of tests that seem to be missed, those whose output is the same whenever they run. */
async function confirmed(tests, before, { executable, seen }) {
  const isStable = async (binary, first) => {
    const again = await observeTests(binary, tests);
    return (test) => again.get(test) === first.get(test);
  };
  const [wasStable, isStableNow] = [
    await isStable(`${executable}.before`, before.seen),
    await isStable(executable, seen),
  ];
  const missed = tests.filter((test) => wasStable(test) && isStableNow(test));
  return { missed, unstable: tests.filter((test) => !missed.includes(test)) };
}

function keepSources(scratch, chain, { step, edits, program }, missed) {
  const name = [...Object.values(chain), step].join('-');
  const folder = join(scratch, 'misses', name);
  mkdirSync(folder, { recursive: true });
  cpSync(join(scratch, 'build/before'), join(folder, 'before'), { recursive: true });
  copySources(join(scratch, 'build/crate'), join(folder, 'after'));
  appendFileSync(
    join(folder, 'miss.json'),
    `${JSON.stringify({ missed, edits, settings: program.settings }, null, 2)}\n`,
  );
}

function copySources(from, to) {
  for (const name of readdirSync(from, { recursive: true })) {
    if (/\.(?:rs|txt|bin|c|cpp)$/.test(name)) cpSync(join(from, name), join(to, name));
  }
}

/** The results that hold for the present compiler, generator and version of fingerprints. */
function readResults(scratch) {
  const present = JSON.stringify(currentVersions());
  return readLines(join(scratch, 'results.jsonl')).filter(
    ({ holdsFor }) => JSON.stringify(holdsFor) === present,
  );
}
