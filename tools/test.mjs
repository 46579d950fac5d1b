// All tests, from a fresh clone: checks of the sources, unit tests, end-to-end
// tests. `npm test -- NAME…` runs only the steps named.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, setUp } from './setup.mjs';

const program = (name, ...args) => ['npx', ['--no-install', name, ...args]];
const checks = {
  lint: [program('eslint', '.')],
  // What is built is checked by building; this is for the tests, too.
  types: [
    'packages/object-graph/tsconfig.lint.json',
    'packages/nx-cargo-test/tsconfig.lint.json',
    'e2e/nx-cargo-test-e2e',
  ].map((project) => program('tsc', '--noEmit', '-p', project)),
  format: [
    program(
      'prettier',
      '--check',
      '--log-level=warn',
      'packages',
      'e2e/nx-cargo-test-e2e',
      'tools',
    ),
  ],
  tools: [['node', ['tools/check-tools.mjs']]],
};
const suites = {
  unit: ['packages/object-graph', 'packages/nx-cargo-test'],
  e2e: ['e2e/nx-cargo-test-e2e'],
};

const wanted = process.argv.slice(2);
const known = [...Object.keys(checks), ...Object.keys(suites)];
const wrong = wanted.filter((name) => !known.includes(name));
if (wrong.length > 0) {
  console.error(`unknown: ${wrong.join(', ')}; known: ${known.join(', ')}`);
  process.exit(2);
}
const isWanted = (name) => wanted.length === 0 || wanted.includes(name);

setUp();
let passed = 0;
let failed = 0;
for (const [name, commands] of Object.entries(checks).filter(([name]) => isWanted(name))) {
  console.log(`\n== ${name}`);
  if (commands.every(([file, args]) => run(file, args) === 0)) passed++;
  else failed++;
}
for (const [name, projects] of Object.entries(suites).filter(([name]) => isWanted(name))) {
  console.log(`\n== ${name}`);
  const folder = mkdtempSync(join(tmpdir(), 'nx-cargo-test-'));
  const report = join(folder, 'report.json');
  // End-to-end tests share one machine with the builds that they start, which use several
  // processors; Nx, of which each starts some dozens, uses one.
  const args = [
    '--no-install',
    'jest',
    `--maxWorkers=${name === 'e2e' ? '2' : '100%'}`,
    '--json',
    `--outputFile=${report}`,
    '--projects',
    ...projects,
  ];
  const status = run('npx', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    passed += result.numPassedTests;
    // A suite that could not start has no tests of its own to count as failed.
    failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
    if (
      result.numTotalTests === 0 ||
      (status !== 0 && result.numFailedTests + result.numRuntimeErrorTestSuites === 0)
    )
      failed++;
  } catch {
    failed++;
    console.error(`jest ended with status ${status} and left no report`);
  }
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
