// The main job on the real glommio: a first run, a cached run, and four changes,
// each with what it reruns. Each change is undone, however the demonstration ends.
//   --fresh  start over: fetch and compile again, too
//   --check  afterwards compare every verdict with what the test binary itself says
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { changes } from './glommio-changes.mjs';
import { compareVerdicts } from './glommio-check.mjs';
import {
  expectedFailures,
  glommioNx,
  leaves,
  makeGlommioWorkspace,
  workspace,
} from './glommio-workspace.mjs';
import { narrate, reportedModules } from './narrate.mjs';
import { setUp } from './setup.mjs';

// Some of glommio's tests hang or miss a deadline now and then on a busy machine.
const MORE_ATTEMPTS = 2;

const wanted = new Set(process.argv.slice(2));
const unknown = [...wanted].filter((argument) => !['--fresh', '--check'].includes(argument));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; known: --fresh, --check`);
  process.exit(2);
}
setUp();
makeGlommioWorkspace({ fresh: wanted.has('--fresh') });

const table = [];
// Fingerprints of the crate as the registry has it.
let unchanged;
const first = await step(
  '1. First run: glommio is compiled, each test module is a task of its own.',
  ['run', 'glommio:test'],
);
if (first.status !== 0) {
  explainFailures();
  process.exit(1);
}
const cached = await step('2. The same again: every task comes from the cache, no test runs.', [
  'run',
  'glommio:test',
]);
let isAsExpected = cached.status === 0 && cached.modules.length === 0;
for (const [index, change] of changes.entries()) {
  const undo = applyChange(change);
  try {
    const end = await step(
      `${index + 3}. ${change.what} (glommio/${change.file}):\n     - ${change.find}\n     + ${change.replace.replaceAll('\n', '\n       ')}`,
      ['affected', '-t', 'test', '--base=HEAD'],
      change.what,
    );
    isAsExpected &&= end.status === 0 && change.isExpected(end.modules);
  } finally {
    undo();
  }
}
printTable();
if (wanted.has('--check')) isAsExpected = (await check()) && isAsExpected;
narrate(
  isAsExpected
    ? 'Every change is undone. That is the main job, on a crate that knows nothing of it.'
    : 'Something above is not as it should be.',
);
process.exit(isAsExpected ? 0 : 1);

/** Runs Nx and notes which modules and tests were executed, and how many of them have other code. */
async function step(title, args, name = title.replace(/^\d+\. |:.*$/gs, '')) {
  narrate(title);
  const started = performance.now();
  let { status, output } = await glommioNx(args);
  const { run: modules } = reportedModules(output);
  const executed = executedTests(modules);
  for (let attempt = 1; status !== 0 && attempt <= MORE_ATTEMPTS; attempt += 1) {
    narrate(`   Failed: ${unexpectedFailures().join(', ') || 'no test'}.`);
    narrate('   Started again, to see whether it is flaky; what passed comes from the cache.');
    ({ status, output } = await glommioNx(args));
    const again = reportedModules(output).run;
    for (const target of again) if (!modules.includes(target)) modules.push(target);
    for (const test of executedTests(again)) executed.add(test);
  }
  const seconds = (performance.now() - started) / 1000;
  const after = readFingerprints();
  unchanged ??= after;
  let changed = 0;
  for (const [target, tests] of after)
    for (const [test, fingerprint] of tests)
      if (unchanged.get(target)?.get(test) !== fingerprint) changed += 1;
  table.push({ name, modules, executed: executed.size, changed, status, seconds });
  narrate(
    `   Executed: ${executed.size} tests in ${modules.length} modules${modules.length > 0 && modules.length < 9 ? ` (${modules.join(', ')})` : ''}; the code of ${changed} tests is another than in the first run.`,
  );
  return { status, modules };
}

/** The tests that the results of some leaf targets say were executed, as `TARGET TEST`. */
function executedTests(targets) {
  const executed = new Set();
  for (const { target, resultFile } of leaves()) {
    if (!targets.includes(target) || !existsSync(resultFile)) continue;
    for (const { name, verdict } of JSON.parse(readFileSync(resultFile, 'utf8')).tests)
      if (['passed', 'failed', 'killed'].includes(verdict.kind)) executed.add(`${target} ${name}`);
  }
  return executed;
}

/** Fingerprint of each test by leaf target, of what was built last. */
function readFingerprints() {
  const all = new Map();
  for (const { target, fingerprintFile } of leaves()) {
    try {
      const { tests } = JSON.parse(readFileSync(fingerprintFile, 'utf8'));
      all.set(target, new Map(tests.map(({ name, fingerprint }) => [name, fingerprint])));
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return all;
}

function applyChange({ file, find, replace }) {
  const path = join(workspace, 'glommio', file);
  const original = readFileSync(path, 'utf8');
  if (original.split(find).length !== 2)
    throw new Error(`${path} does not hold '${find}' just once`);
  const undo = () => writeFileSync(path, original);
  const undoAndEnd = () => {
    undo();
    process.exit(1);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.once(signal, undoAndEnd);
  writeFileSync(
    path,
    original.replace(find, () => replace),
  );
  return () => {
    for (const signal of signals) process.off(signal, undoAndEnd);
    undo();
  };
}

function printTable() {
  narrate('What was executed:');
  console.log('| step | modules | tests executed | tests with other code | seconds |');
  console.log('|---|---|---|---|---|');
  for (const { name, modules, executed, changed, seconds } of table)
    console.log(
      `| ${name} | ${modules.length} | ${executed} | ${changed} | ${seconds.toFixed(0)} |`,
    );
}

/** Which tests fail depends on kernel, disk and network: say which list to look at, and hide nothing. */
function explainFailures() {
  narrate('Stopped: tests fail here, again and again, that are not known to fail.');
  for (const line of unexpectedFailures()) console.log(`  ${line}`);
  console.log(
    `tools/glommio-expected-failures.json names ${Object.keys(expectedFailures).length} tests that fail on some machines, with the reasons.\n` +
      'If one of the above fails for a reason of this machine, add it there and start again: modules that passed come from the cache.',
  );
}

function unexpectedFailures() {
  const failures = [];
  for (const { resultFile } of leaves()) {
    if (!existsSync(resultFile)) continue;
    for (const { name, verdict, expectedFailure } of JSON.parse(readFileSync(resultFile, 'utf8'))
      .tests) {
      if (['failed', 'killed'].includes(verdict.kind) && !expectedFailure)
        failures.push(`${name} (${verdict.kind})`);
    }
  }
  return failures;
}

async function check() {
  narrate('Each test alone, by its binary itself, against the verdict of the plugin:');
  const { same, flaky, different } = await compareVerdicts();
  console.log(`same verdict: ${same}`);
  for (const line of flaky) console.log(`flaky by itself: ${line}`);
  for (const line of different) console.log(`DIFFERENT: ${line}`);
  return different.length === 0;
}
