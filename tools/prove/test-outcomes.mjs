// What the tests of a test binary come to, whatever the code under test does to its process.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { runProgram } from './run-program.mjs';

/** Address space of a test process: code that allocates without end must not take the machine with it. */
const MEMORY_KB = 4 << 20;

/**
 * A test binary and how it is started.
 *
 * @typedef {{ executable: string, cwd: string, env: Record<string, string>, log: string, skipped: string[] }} TestBinary
 *   `log` is a file for libtest to write its verdicts to: what tests print cannot pass for one. `skipped`
 *   are tests that are not run together with the others.
 */

/** Names of all tests that a binary lists, sorted. */
export async function listTests({ executable, cwd, env }) {
  const listed = await runProgram(executable, ['--list', '--format', 'terse'], {
    cwd,
    env,
    limitMs: 60_000,
  });
  if (listed.status !== 0)
    throw new Error(
      `${executable} --list ended with ${listed.signal ?? listed.status}\n${listed.stderr}`,
    );
  return [...listed.stdout.matchAll(/^(.+): test$/gm)].map(([, name]) => name).sort();
}

/**
 * Runs all tests in one process, as `cargo test` does.
 *
 * @returns `ok`, `failed` or `ignored` by name. None when the process did not end by itself with the status
 *   that fits: which test is to blame can only be told by running each alone.
 */
export async function runTogether(binary, limitMs) {
  const skip = binary.skipped.flatMap((test) => ['--skip', test]);
  const { outcomes, isWhole } = await run(binary, ['--exact', ...skip], limitMs);
  return isWhole ? outcomes : new Map();
}

/**
 * Runs one test in a process of its own.
 *
 * @returns `ok`, `failed`, `ignored`, `hung` after the limit, or `crashed` when the process ended
 *   without a verdict or with a status that does not fit it.
 */
export async function runAlone(binary, test, limitMs) {
  const args = ['--exact', test, '--test-threads=1'];
  const { outcomes, isWhole, isTimedOut } = await run(binary, args, limitMs);
  if (isTimedOut) return 'hung';
  return (isWhole ? outcomes.get(test) : undefined) ?? 'crashed';
}

/** libtest's exit status when a test failed. */
const HARNESS_FAILED = 101;

async function run({ executable, cwd, env, log }, args, limitMs) {
  rmSync(log, { force: true });
  const { status, isTimedOut } = await runProgram(executable, ['--logfile', log, ...args], {
    ...{ cwd, env, limitMs },
    limitKb: MEMORY_KB,
    isOutputKept: false,
  });
  const outcomes = new Map();
  for (const line of existsSync(log) ? readFileSync(log, 'utf8').split('\n') : []) {
    const verdict = /^(ok|failed|ignored)\b.* (\S+)$/.exec(line);
    if (verdict !== null) outcomes.set(verdict[2], verdict[1]);
  }
  const hasFailed = [...outcomes.values()].includes('failed');
  return { outcomes, isTimedOut, isWhole: status === (hasFailed ? HARNESS_FAILED : 0) };
}
