import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { leaves, runOrThrow, workspace } from './glommio-workspace.mjs';

const crate = join(workspace, 'glommio');
const KILL_AFTER_MILLISECONDS = 120_000;
const MORE_ATTEMPTS = 2;

/**
 * Compares the plugin's verdict of every test with what the test binary itself
 * says when it is asked for that test alone. A test whose own verdict changes
 * from one attempt to the next is flaky and proves nothing.
 *
 * @returns Number of tests with the same verdict, and the others as lines for the user.
 */
export async function compareVerdicts() {
  const ours = pluginVerdicts();
  const same = [];
  const flaky = [];
  const different = [];
  const asked = new Set();
  for (const { name: binary, executable } of testBinaries()) {
    const names = listTests(executable);
    console.log(`${binary}: ${names.length} tests, each alone`);
    for (const name of names) {
      const key = `${binary}/${name}`;
      asked.add(key);
      const attempts = [await verdictAlone(executable, name)];
      while (attempts.at(-1) !== ours.get(key) && attempts.length <= MORE_ATTEMPTS) {
        attempts.push(await verdictAlone(executable, name));
      }
      if (attempts.length === 1) same.push(key);
      else {
        const line = `${key}: the plugin says ${ours.get(key) ?? 'nothing'}, the binary ${attempts.join(', ')}`;
        (new Set(attempts).size > 1 ? flaky : different).push(line);
      }
    }
  }
  for (const key of ours.keys()) {
    if (!asked.has(key))
      different.push(`${key}: the plugin says ${ours.get(key)}, no binary lists it`);
  }
  return { same: same.length, flaky, different };
}

/** Verdict of each test as the results files of the leaves hold it, by `BINARY/TEST`. */
function pluginVerdicts() {
  const verdicts = new Map();
  for (const { resultFile } of leaves()) {
    if (!existsSync(resultFile))
      throw new Error(`${resultFile} is missing: run \`npm run demo:glommio\` first`);
    const { leaf, tests } = JSON.parse(readFileSync(resultFile, 'utf8'));
    const binary = /^test:(.*)$/.exec(leaf)?.[1] ?? 'glommio';
    for (const { name, verdict } of tests)
      verdicts.set(`${binary}/${name}`, verdict.kind === 'reused' ? 'passed' : verdict.kind);
  }
  return verdicts;
}

/** The test binaries as cargo builds them, which is a matter of nothing after a run of the plugin. */
function testBinaries() {
  const { stdout } = runOrThrow(
    'cargo',
    ['test', '--tests', '--no-run', '--quiet', '--message-format=json'],
    { cwd: crate },
  );
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ executable, profile }) => executable && profile?.test)
    .map(({ executable, target }) => ({ executable, name: target.name }));
}

function listTests(executable) {
  const { stdout } = runOrThrow(executable, ['--list', '--format=terse'], { cwd: crate });
  return stdout.split('\n').flatMap((line) => /^(.*): test$/.exec(line)?.[1] ?? []);
}

async function verdictAlone(executable, name) {
  const child = spawn(executable, ['--exact', name, '--test-threads=1'], {
    cwd: crate,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, CARGO_MANIFEST_DIR: crate, CARGO_PKG_NAME: 'glommio' },
    timeout: KILL_AFTER_MILLISECONDS,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...end) => resolve(end));
  });
  if (signal !== null) return 'killed';
  const [, passed, failed, ignored] =
    /^test result: .* (\d+) passed; (\d+) failed; (\d+) ignored;/m.exec(stdout)?.map(Number) ?? [];
  if (code === 0 && passed === 1) return 'passed';
  if (code === 101 && failed === 1) return 'failed';
  if (code === 0 && ignored === 1) return 'ignored';
  return `unclear (status ${code})`;
}
