// Mutants as an independent source of changes: cargo-mutants names them, each is applied to a
// scratch copy of its crate, and every test that it makes end differently must have another fingerprint.
import { appendFileSync, mkdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repository } from '../setup.mjs';
import { CRATES, mutantsVersion, pickMutants } from './mutant-crates.mjs';
import { summarizeMutants } from './mutants-report.mjs';
import { MutatedCrate } from './mutated-crate.mjs';
import { proveMutant } from './prove-mutant.mjs';
import { readLines } from './result-lines.mjs';
import { testsByFile } from './rivals.mjs';
import { takeBaseline, unstableFingerprints } from './unmutated-baseline.mjs';

const require = createRequire(import.meta.url);
const { GRAPH_VERSION } = require(join(repository, 'packages/object-graph/dist/index.js'));

export const title = 'Mutants: a test that ends differently has another fingerprint';

/** Proves the mutants that have no result yet; `limit` spreads them over all crates. */
export async function prove({ scratch, limit = Infinity, seed = 1, say }) {
  mkdirSync(scratch, { recursive: true });
  const conditions = presentConditions();
  const toolchain = { sysroot: output('rustc', ['--print', 'sysroot']), environment: plain() };
  const done = new Set(currentResults(scratch, conditions).map(resultKey));
  const pending = [];
  for (const crate of CRATES) {
    const copy = new MutatedCrate(scratch, crate, toolchain);
    await copy.reset();
    const mutants = pickMutants(copy.sources, crate, seed).filter(
      ({ name }) => !done.has(resultKey({ kind: 'mutant', crate: crate.name, mutant: name })),
    );
    pending.push({ crate, copy, mutants });
  }
  for (const { crate, copy, mutants } of spread(pending, limit)) {
    const record = (result) =>
      appendFileSync(
        join(scratch, 'results.jsonl'),
        `${JSON.stringify({ ...result, ...built(crate), ...conditions })}\n`,
      );
    say(`${crate.name} ${crate.version}: ${mutants.length} mutants`);
    const holdsFor = JSON.stringify({ ...built(crate), ...conditions });
    await proveCrate({ copy, mutants, holdsFor, toolchain, record, say });
  }
}

/** Sums up the results that hold for the present toolchain and version of fingerprints. */
export function summarize(scratch) {
  return summarizeMutants(currentResults(scratch, presentConditions()));
}

async function proveCrate({ copy, mutants, holdsFor, toolchain, record, say }) {
  const files = await testsByFile(copy, holdsFor, toolchain.sysroot);
  await copy.reset();
  const baseline = await takeBaseline(copy, toolchain.sysroot);
  record({ kind: 'baseline', ...baseline.counts });
  for (const mutant of mutants) {
    const result = await proveMutant({ copy, mutant, baseline, files, sysroot: toolchain.sysroot });
    record({ kind: 'mutant', mutant: mutant.name, genre: mutant.genre, ...result });
    say(`  ${mutant.name}: ${inWords(result)}`);
  }
  record({ kind: 'unchanged', changed: await unstableFingerprints(copy, baseline) });
}

function inWords({ outcome, tests, selected, failed, missed, seconds }) {
  if (outcome !== 'built') return outcome;
  const spent = Object.values(seconds).reduce((sum, part) => sum + part, 0);
  const misses = missed.length > 0 ? `, MISSED ${missed.map(({ test }) => test).join(', ')}` : '';
  return `${selected} of ${tests} tests selected, ${failed} end differently${misses} (${spent.toFixed(1)} s)`;
}

/** Takes as many mutants as the limit allows, equally from each crate. */
function spread(pending, limit) {
  const counts = pending.map(() => 0);
  let left = Math.min(
    limit,
    pending.reduce((sum, { mutants }) => sum + mutants.length, 0),
  );
  while (left > 0) {
    pending.forEach(({ mutants }, index) => {
      if (left === 0 || counts[index] === mutants.length) return;
      counts[index] += 1;
      left -= 1;
    });
  }
  return pending
    .map(({ mutants, ...rest }, index) => ({ ...rest, mutants: mutants.slice(0, counts[index]) }))
    .filter(({ mutants }) => mutants.length > 0);
}

/** What of a crate is built. */
function built({ name, version, targets }) {
  return { crate: name, version, targets: targets.join(' ') };
}

/** What results hold for besides. */
function presentConditions() {
  return {
    graph: GRAPH_VERSION,
    rustc: output('rustc', ['--version']),
    cargoMutants: mutantsVersion(),
  };
}

/** The last result of each kind and mutant that holds under the given conditions, for the crates as they are listed. */
function currentResults(scratch, conditions) {
  const wanted = new Map(CRATES.map((crate) => [crate.name, { ...built(crate), ...conditions }]));
  const results = new Map();
  for (const result of readLines(join(scratch, 'results.jsonl'))) {
    const expected = wanted.get(result.crate);
    if (expected === undefined) continue;
    if (Object.entries(expected).every(([name, value]) => result[name] === value))
      results.set(resultKey(result), result);
  }
  return [...results.values()];
}

function resultKey({ kind, crate, mutant = '' }) {
  return [kind, crate, mutant].join('\n');
}

/** What crates are compiled and run with must not depend on who starts the proof. */
function plain() {
  const taken = Object.entries(process.env).filter(
    ([name]) =>
      !/^(CARGO|RUST|NX_|npm_)/.test(name) || /^(CARGO_HOME$|RUSTUP_|RUSTC_WRAPPER$)/.test(name),
  );
  return Object.fromEntries(taken);
}

function output(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: status ${status}\n${stderr}`);
  return stdout.trim();
}
