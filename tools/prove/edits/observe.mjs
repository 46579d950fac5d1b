// What a user can see of a test: what it prints and how it ends.
import { execFile } from 'node:child_process';
import { dirname } from 'node:path';

const LIMIT_MS = 20_000;

/**
 * The environment of a test binary.
 *
 * @param executable Shared libraries are looked for beside it.
 */
export function testEnvironment(executable) {
  return {
    PATH: process.env.PATH,
    LD_LIBRARY_PATH: dirname(executable),
    RUST_BACKTRACE: '0',
  };
}

/**
 * Runs tests one by one, each in a process of its own, so that none can see what another left.
 *
 * @returns By test, a text of all that was seen.
 */
export async function observeTests(executable, tests) {
  const seen = new Map();
  for (const test of tests) seen.set(test, await observeTest(executable, test));
  return seen;
}

function observeTest(executable, test) {
  const args = ['--exact', test, '--test-threads=1', '--show-output'];
  const env = testEnvironment(executable);
  return new Promise((resolve) => {
    execFile(executable, args, { env, timeout: LIMIT_MS, encoding: 'latin1' }, (error, stdout) => {
      const ending = error === null ? 'exit 0' : (error.signal ?? `exit ${error.code}`);
      resolve(`${withoutHarness(stdout)}${ending}`);
    });
  });
}

/**
 * Leaves out what is no part of a test: how long it took, how many others there are, and what the
 * harness prints of a panic's place, which no test can read.
 */
function withoutHarness(stdout) {
  return (
    stdout
      .replace(/; \d+ filtered out; finished in [\d.]+s$/gm, '')
      .replace(/^thread '.*' (?:\(\d+\) )?panicked at .*:\d+:\d+:$/gm, 'panicked:')
      .replace(/^(note: test did not panic as expected) at .*:\d+:\d+$/gm, '$1')
      // A panic while another unwinds prints addresses.
      .replace(/^stack backtrace:\n(?: .*\n)*/gm, '')
      .replace(/^note: run with `RUST_BACKTRACE=1`.*\n/gm, '')
  );
}
