// The real glommio with less memory than its test binary needs when one process runs all of
// its unit tests: `cargo test --lib` is killed, and `nx run glommio:test` has a verdict for
// every test. Both run in a control group with the same limit, version 1 or 2; a target
// runner puts test processes into it, so that cargo, rustc and Nx stay outside.
//   node tools/glommio-ceiling.mjs [--ceiling=MEBIBYTES]
// It uses the workspace of `npm run demo:glommio -- --fresh` (made if it is missing) and the
// plugin as `npm run build` left it, needs the right to make a control group, takes some
// minutes, and writes docs/evidence/glommio-ceiling.md. Status 0: cargo's process died of
// SIGKILL and every listed test has its one verdict.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ceilingReport } from './glommio-ceiling-report.mjs';
import {
  glommioNx,
  leaves,
  makeGlommioWorkspace,
  runOrThrow,
  workspace,
} from './glommio-workspace.mjs';
import { memoryCeiling } from './memory-ceiling.mjs';
import { narrate } from './narrate.mjs';
import { repository } from './setup.mjs';

const CARGO_COMMAND = ['cargo', 'test', '--lib'];
const NX_COMMAND = ['run', 'glommio:test', '--skip-nx-cache'];
/** Some tests of glommio wait for each other for ever now and then; one that works on takes 5 s. */
const CARGO_ATTEMPTS = 6;
const CARGO_SILENCE_MILLISECONDS = 45_000;

const [argument = '--ceiling=256', ...others] = process.argv.slice(2);
const mebibytes = Number(/^--ceiling=([1-9]\d{1,5})$/.exec(argument)?.[1]);
if (others.length > 0 || Number.isNaN(mebibytes)) {
  console.error('usage: node tools/glommio-ceiling.mjs [--ceiling=MEBIBYTES]');
  process.exit(2);
}

makeGlommioWorkspace({ fresh: !existsSync(join(workspace, 'glommio')) });
const ceiling = memoryCeiling(mebibytes);
if (ceiling === undefined) {
  console.error('no control group with a memory limit can be made here: root is needed');
  process.exit(1);
}
const runnerFile = join(tmpdir(), `glommio-ceiling-${process.pid}.sh`);
writeFileSync(
  runnerFile,
  `#!/bin/sh\necho $$ >'${ceiling.folder}/cgroup.procs' || exit 125\nexec "$@"\n`,
  { mode: 0o755 },
);
const runnerVariable = `CARGO_TARGET_${hostTriple().toUpperCase().replaceAll('-', '_')}_RUNNER`;

let isAsExpected = false;
try {
  runOrThrow('cargo', ['test', '--no-run', '--quiet'], { cwd: join(workspace, 'glommio') });
  process.env[runnerVariable] = runnerFile;
  narrate(`1. ${CARGO_COMMAND.join(' ')}, with at most ${mebibytes} MiB`);
  const attempts = [];
  do attempts.push(await underCeiling(runCargo));
  while (attempts.at(-1).hangs && attempts.length < CARGO_ATTEMPTS);
  narrate(`2. nx ${NX_COMMAND.join(' ')}, with at most ${mebibytes} MiB for the tests`);
  process.env.NX_CARGO_TEST_REUSE = 'off';
  for (const { resultFile } of leaves()) rmSync(resultFile, { force: true });
  const nx = await underCeiling(() => glommioNx(NX_COMMAND));
  delete process.env[runnerVariable];
  const report = ceilingReport({
    mebibytes,
    version: ceiling.version,
    date: new Date().toISOString().slice(0, 10),
    machine: `${availableParallelism()} processors, ${arch()}, Linux ${release()}`,
    versions: [firstLine('rustc'), `Node ${process.versions.node}`, `Nx ${nxVersion()}`],
    attempts,
    nx,
    lib: listTests(['--lib']),
    all: listTests(['--tests']),
    results: leaves()
      .filter(({ resultFile }) => existsSync(resultFile))
      .map(({ resultFile }) => JSON.parse(readFileSync(resultFile, 'utf8'))),
  });
  writeFileSync(join(repository, 'docs/evidence/glommio-ceiling.md'), report.text);
  console.log(`\n${report.text}`);
  isAsExpected = report.isAsExpected;
} finally {
  rmSync(runnerFile, { force: true });
  await ceiling.remove();
}
process.exit(isAsExpected ? 0 : 1);

/** Runs something, and tells also how long it took and what the kernel killed meanwhile. */
async function underCeiling(action) {
  const before = ceiling.kills();
  const started = performance.now();
  const end = await action();
  return { ...end, seconds: (performance.now() - started) / 1000, kills: ceiling.kills() - before };
}

/** Runs all unit tests in one process. One that says nothing for a long time hangs, which we end. */
async function runCargo() {
  const child = spawn(CARGO_COMMAND[0], CARGO_COMMAND.slice(1), {
    cwd: join(workspace, 'glommio'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let hangs = false;
  const giveUp = () => {
    hangs = true;
    ceiling.killAll();
  };
  let timer = setTimeout(giveUp, CARGO_SILENCE_MILLISECONDS);
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      clearTimeout(timer);
      timer = setTimeout(giveUp, CARGO_SILENCE_MILLISECONDS);
    });
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  clearTimeout(timer);
  console.log(output.trimEnd().split('\n').slice(-6).join('\n'));
  if (hangs) console.log('It hung and was ended.');
  return { status, output: stripVTControlCharacters(output), hangs };
}

/** The tests of some binaries, by `BINARY/TEST`, as they themselves list them. */
function listTests(selection) {
  const crate = { cwd: join(workspace, 'glommio') };
  const args = ['test', ...selection, '--no-run', '--quiet', '--message-format=json'];
  return runOrThrow('cargo', args, crate)
    .stdout.split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ executable, profile }) => executable && profile?.test)
    .flatMap(({ executable, target }) =>
      runOrThrow(executable, ['--list', '--format=terse'], crate)
        .stdout.split('\n')
        .flatMap((line) => /^(.*): test$/.exec(line)?.[1] ?? [])
        .map((name) => `${target.name}/${name}`),
    );
}

function hostTriple() {
  return /^host: (.*)$/m.exec(runOrThrow('rustc', ['-vV']).stdout)[1];
}

function firstLine(program) {
  return runOrThrow(program, ['--version']).stdout.split('\n')[0];
}

function nxVersion() {
  const manifest = join(repository, 'node_modules/nx/package.json');
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}
