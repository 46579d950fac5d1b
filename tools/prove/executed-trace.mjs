// Lists and traces the tests of a binary.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { executedSections } from './executed-sections.mjs';
import { readLines } from './result-lines.mjs';

/** Of one binary; the digests of names say which, so that modules are met evenly. */
const MOST_TESTS = 30;

/** No test has this name, so that the harness starts and ends with nothing to do. */
export const NO_TEST = 'no test of this name';

/** The tests to be traced: those that the binary does not ignore, at most {@link MOST_TESTS}, sorted. */
export function listTests(executable, { directory, environment }, seed) {
  const list = (...filter) => {
    const { status, stdout, error } = spawnSync(
      executable,
      ['--list', '--format', 'terse', ...filter],
      { cwd: directory, env: environment, encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    if (error) throw error;
    if (status !== 0) throw new Error(`${executable} --list: status ${status}`);
    return [...stdout.matchAll(/^(.*): test$/gm)].map(([, name]) => name);
  };
  const ignored = new Set(list('--ignored'));
  const order = (name) => createHash('sha256').update(`${seed} ${name}`).digest('hex');
  return list()
    .filter((name) => !ignored.has(name))
    .map((name) => ({ name, key: order(name) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .slice(0, MOST_TESTS)
    .map(({ name }) => name)
    .sort();
}

/**
 * The trace of a test, from an earlier call if the test passed then and the binary is the same.
 *
 * @returns As `executedSections` does.
 */
export function traceTest({ folder, directory, environment }, executable, test, find) {
  const known = knownTraces(folder, executable);
  let trace = known.traces.get(test);
  if (trace === undefined) {
    const place = { folder: join(folder, 'callgrind'), directory, environment };
    trace = executedSections(executable, test, place, find);
    if (trace.reason === undefined && trace.passed !== (test === NO_TEST ? 0 : 1))
      throw new Error(`${executable}: ${trace.passed} tests ran as ${test}`);
    // A failure may be the fault of a busy machine.
    if (trace.reason !== undefined) return trace;
    mkdirSync(join(folder, 'traces'), { recursive: true });
    appendFileSync(known.file, `${JSON.stringify({ test, ...trace })}\n`);
    known.traces.set(test, trace);
  }
  return trace;
}

const known = new Map();

function knownTraces(folder, executable) {
  if (!known.has(executable)) {
    const digest = createHash('sha256').update(readFileSync(executable)).digest('hex');
    const file = join(folder, 'traces', `${basename(executable)}-${digest.slice(0, 16)}.jsonl`);
    const traces = new Map(readLines(file).map(({ test, ...trace }) => [test, trace]));
    known.set(executable, { file, traces });
  }
  return known.get(executable);
}
