// What is told from an earlier link is what following the whole link says: generated crates are
// edited step by step, and each build is fingerprinted in both ways, with the parts of `build-tests`.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openLinkStates } from '../../packages/nx-cargo-test/dist/fingerprint/link-states.js';
import { openTableCache } from '../../packages/nx-cargo-test/dist/fingerprint/table-cache.js';
import { fingerprintTests } from './captured-tests.mjs';
import { TOOLCHAIN } from './edits/build.mjs';
import { STEPS } from './edits/plan.mjs';
import { codeDigest, currentVersions } from './edits/versions.mjs';
import { walkBuilds } from './edits/walk.mjs';
import { readLines } from './result-lines.mjs';

export const title = 'What is told from an earlier link is what the whole link says';

const OPT_LEVELS = [0, 3];
const EDITS_PER_LEVEL = 250;

/** Runs what is not yet in the results: whole chains of builds, as each is told from those before. */
export async function prove({ scratch, limit = Infinity, seed = 1, say }) {
  mkdirSync(scratch, { recursive: true });
  const done = readResults(scratch).filter((result) => result.seed === seed);
  const edits = new Map(OPT_LEVELS.map((level) => [level, 0]));
  for (const { optLevel, edits: made } of done) edits.set(optLevel, edits.get(optLevel) + made);
  let left = limit;
  for (let number = 0; left > 0; number++) {
    const open = OPT_LEVELS.filter((level) => edits.get(level) < EDITS_PER_LEVEL);
    if (open.length === 0) return;
    for (const optLevel of open) {
      // What is told from an earlier link differs from it little.
      const chain = { seed, optLevel, number, isGentle: true };
      const isDone = done.some((each) => each.optLevel === optLevel && each.number === number);
      if (isDone || left <= 0) continue;
      const results = await followChain(chain, scratch);
      for (const result of results) {
        const line = { holdsFor: currentVersions(), code: codeDigest(), ...chain, ...result };
        appendFileSync(join(scratch, 'results.jsonl'), `${JSON.stringify(line)}\n`);
        edits.set(optLevel, edits.get(optLevel) + result.edits);
        left -= result.edits;
      }
      const told = results.filter((result) => result.isTold).length;
      say(
        `opt-level ${optLevel}, crate ${number}: ${told} of ${results.length} builds told, ` +
          `${results.filter((result) => result.differs).length} differ; ${[...edits].map(([level, n]) => `${n} edits at ${level}`).join(', ')}`,
      );
    }
  }
}

/** Sums up the results. */
export function summarize(scratch) {
  const results = readResults(scratch);
  const failures = results.flatMap(({ seed, optLevel, number, step, differs }) =>
    differs ? [`differs: seed ${seed}, opt-level ${optLevel}, crate ${number}, step ${step}`] : [],
  );
  const lines = [
    'Each build of a generated crate is fingerprinted from the state of an earlier build and from',
    'scratch; fingerprints, reasons, readers of the environment and shared state have to be equal.',
    'Where too much differs, the link is followed anew, which is counted as not told.',
    '',
    '| Opt-level | Edits | Builds | Told from an earlier link | Tests compared in these | Different |',
    '|---|--:|--:|--:|--:|--:|',
    ...OPT_LEVELS.map((level) => {
      const own = results.filter(({ optLevel }) => optLevel === level);
      const told = own.filter(({ isTold }) => isTold);
      const sum = (list, of) => list.reduce((total, each) => total + of(each), 0);
      return `| ${level} | ${sum(own, ({ edits }) => edits)} | ${own.length} | ${told.length} | ${sum(told, ({ tests }) => tests)} | ${own.filter(({ differs }) => differs).length} |`;
    }),
  ];
  return { lines, cases: results.length, failures };
}

async function followChain(chain, scratch) {
  const memory = join(scratch, 'memory');
  rmSync(memory, { recursive: true, force: true });
  const sysroot = execFileSync('rustc', ['--print', 'sysroot'], {
    env: { ...process.env, RUSTUP_TOOLCHAIN: TOOLCHAIN },
    encoding: 'utf8',
  }).trim();
  const results = [];
  try {
    for await (const { step, edits, link, tests } of walkBuilds(chain, join(scratch, 'build'))) {
      const states = openLinkStates(join(memory, 'states'), '');
      let isTold = true;
      const watched = {
        read: (executable) => states.read(executable),
        write(executable, state) {
          isTold = false;
          states.write(executable, state);
        },
      };
      const tables = openTableCache(join(memory, 'tables'), []);
      const build = { optimized: chain.optLevel > 0 };
      const told = await fingerprintTests(link, tests, sysroot, {
        ...build,
        memory: { tables, states: watched },
      });
      if (step === 0) continue;
      const whole = await fingerprintTests(link, tests, sysroot, { ...build, memory: { tables } });
      const differs = textOf(told) !== textOf(whole);
      results.push({ step, edits: edits.length, tests: tests.length, isTold, differs });
    }
  } catch (error) {
    // A program that does not compile ends its chain.
    if (!/^(?:rustc|gcc|g\+\+|clang|clang\+\+|ar) /.test(error.message)) throw error;
    results.push({ step: STEPS, edits: 0, tests: 0, isTold: false, differs: false });
  }
  return results;
}

function textOf({ fingerprints, widened, readsEnvironment, state }) {
  return JSON.stringify([[...fingerprints], widened, [...readsEnvironment], state]);
}

/** The results that hold for the present compiler, generator and code that takes fingerprints. */
function readResults(scratch) {
  const present = JSON.stringify([currentVersions(), codeDigest()]);
  return readLines(join(scratch, 'results.jsonl')).filter(
    ({ holdsFor, code }) => JSON.stringify([holdsFor, code]) === present,
  );
}
