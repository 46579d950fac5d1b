// Executed is reachable: callgrind sees which functions a test executes, without object-graph and
// without the compiler's help. Each must be among those that object-graph says the test can reach.
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../setup.mjs';
import { compareTraces } from './executed-compare.mjs';
import { buildTests } from './executed-builds.mjs';
import { builds } from './executed-crates.mjs';
import { resultKey, summarizeResults } from './executed-report.mjs';
import { listTests, NO_TEST, traceTest } from './executed-trace.mjs';
import { readLinkMap, sectionFinder } from './link-map.mjs';
import { readLines } from './result-lines.mjs';

export const title = 'Executed is reachable';

/** Of the code that is loaded by now, whatever is built meanwhile. */
const graphCode = digestOfGraphCode();

/**
 * Traces the tests of all builds, each in a process of its own, and compares them with what
 * object-graph says. Traces are kept by the digest of the test binary, results by that of
 * object-graph's code, so after a change of it only the comparison is done again. A build whose
 * tests cannot be compiled or listed stops no other; it makes this fail at the end.
 */
export async function prove({ scratch, limit = Infinity, seed = 1, say }) {
  mkdirSync(scratch, { recursive: true });
  const done = new Set(currentResults(scratch).map(resultKey));
  const problems = [];
  let left = limit;
  for (const build of builds) {
    if (left <= 0) break;
    try {
      const built = await buildTests(scratch, build, say);
      for (const binary of built.binaries)
        left -= proveBinary(scratch, { build, built, binary, done, limit: left, seed }, say);
    } catch (error) {
      say(`${build.id}: ${error.stack}`);
      problems.push(build.id);
    }
  }
  if (problems.length > 0) throw new Error(`not proved: ${problems.join(', ')}; see above`);
}

/** Sums up the results that hold for object-graph's code as it is. */
export function summarize(scratch) {
  return summarizeResults(currentResults(scratch));
}

/** A binary without the standard harness is one test, and lists none. */
const hasHarness = (sections) =>
  sections.some(({ symbols }) => symbols.some((name) => name.includes('4test16test_main_static')));

/** Appends the results of a binary's tests that have none; says how many these are. */
function proveBinary(scratch, { build, built, binary, done, limit, seed }, say) {
  const { executable, link } = binary;
  const sections = readLinkMap(readFileSync(`${executable}.map`, 'utf8'));
  if (!hasHarness(sections)) return 0;
  const { name: crate, version, configuration } = build;
  const common = { crate, version, configuration, binary: binary.target };
  const tests = listTests(executable, built, seed)
    .filter((test) => !done.has(resultKey({ ...common, test })))
    .slice(0, limit);
  if (tests.length === 0) return 0;
  say(`${build.id}, ${binary.target}: ${tests.length} tests`);

  const find = sectionFinder(sections);
  const trace = (test) => traceTest(built, executable, test, find);
  const baseline = trace(NO_TEST);
  if (baseline.reason !== undefined) throw new Error(`${executable}: ${baseline.reason}`);
  const traces = tests.map((test) => ({ test, ...trace(test) }));
  const { sysroot, rustc } = built;
  const results = compareTraces({ link, sysroot, sections, baseline, traces });
  const lines = results.map((result) => JSON.stringify({ ...common, ...result, graphCode, rustc }));
  appendFileSync(join(scratch, 'results.jsonl'), lines.map((line) => `${line}\n`).join(''));
  for (const { test, exceptions = [] } of results)
    for (const name of exceptions) say(`  ${test} executes ${name}`);
  return tests.length;
}

/** The last result of each test that holds for the present list of builds and the present code. */
function currentResults(scratch) {
  const versions = new Set(builds.map(versionKey));
  const results = new Map();
  for (const result of readLines(join(scratch, 'results.jsonl'))) {
    if (
      result.graphCode === graphCode &&
      versions.has(versionKey({ ...result, name: result.crate }))
    )
      results.set(resultKey(result), result);
  }
  return [...results.values()];
}

const versionKey = ({ name, version, configuration }) => [name, version, configuration].join('\n');

function digestOfGraphCode() {
  const folder = join(repository, 'packages/object-graph/dist');
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true }).sort()) {
    if (name.endsWith('.js')) hash.update(`${name}\n`).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
