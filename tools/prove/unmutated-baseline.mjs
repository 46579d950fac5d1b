// How a crate's tests end, and what their fingerprints are, without a mutant.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LinkReach } from './link-reach.mjs';
import { testKey } from './rivals.mjs';
import { runTogether } from './test-outcomes.mjs';

const RUNS = 3;
const FIRST_LIMIT_MS = 300_000;
const LEAST_LIMIT_MS = 6_000;

/**
 * Compiles a crate as it was placed, fingerprints its tests and runs them three times.
 *
 * @param copy A `MutatedCrate`.
 * @returns `{ binaries, counts }`. Per test binary: `{ id, sha256, tests, fingerprints, reach, outcomes,
 *   limitMs, started }`; `outcomes` has the tests that ended alike each time, `limitMs` is a time that
 *   the tests never need, `started` is a copy of the binary that stays.
 */
export async function takeBaseline(copy, sysroot) {
  const built = await copy.build();
  if (built === undefined) throw new Error(`${copy.sources} does not compile as it was published`);
  mkdirSync(copy.path('unmutated'), { recursive: true });
  const binaries = [];
  let widened = 0;
  for (const [index, binary] of built.entries()) {
    const taken = await copy.fingerprint(binary);
    widened += taken.widened;
    const kept = join(copy.path('unmutated'), String(index));
    copyFileSync(binary.executable, kept);
    const started = copy.started(kept);
    binaries.push({
      id: binary.id,
      sha256: binary.sha256,
      tests: taken.tests,
      fingerprints: taken.fingerprints,
      reach: new LinkReach(binary.link, taken.tests, sysroot),
      ...(await stableOutcomes(started, taken.tests)),
      started,
    });
  }
  const tests = binaries.flatMap(({ tests }) => tests).length;
  if (tests === 0) throw new Error(`${copy.sources}: no binary lists a test`);
  const stable = binaries.reduce((sum, { outcomes }) => sum + outcomes.size, 0);
  return {
    binaries,
    counts: { binaries: binaries.length, tests, leftOut: tests - stable, widened },
  };
}

/** How many tests have another fingerprint when the crate is compiled once more as it was published. */
export async function unstableFingerprints(copy, { binaries }) {
  const rebuilt = new Map(((await copy.build()) ?? []).map((binary) => [binary.id, binary]));
  const changed = [];
  for (const { id, sha256, tests, fingerprints } of binaries) {
    const binary = rebuilt.get(id);
    if (binary === undefined) throw new Error(`${copy.sources}: ${id} was not compiled again`);
    if (binary.sha256 === sha256) continue;
    const again = (await copy.fingerprint(binary)).fingerprints;
    for (const test of tests)
      if (again.get(test) !== fingerprints.get(test)) changed.push(testKey(id, test));
  }
  return changed.length;
}

async function stableOutcomes(started, tests) {
  const runs = [];
  let slowestMs = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const begun = performance.now();
    runs.push(await runTogether(started, FIRST_LIMIT_MS));
    slowestMs = Math.max(slowestMs, performance.now() - begun);
  }
  const outcomes = new Map();
  for (const test of tests) {
    const [first, ...others] = runs.map((run) => run.get(test));
    if (first !== undefined && others.every((other) => other === first)) outcomes.set(test, first);
  }
  return { outcomes, limitMs: Math.max(LEAST_LIMIT_MS, 10 * slowestMs) };
}
