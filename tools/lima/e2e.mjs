// Runs the sample's tests in a real Lima VM, and everything that can go wrong with one.
//   node tools/lima/e2e.mjs [--write] [--only=PART]
// --write puts the reports into docs/evidence; --only leaves all out but one part, such as
// guest-build, and lets the instance run on.
import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository, setUp } from '../setup.mjs';
import { CEILING, DESCRIPTORS, KEEPERS, OPENERS, writeCrate } from './e2e-crate.mjs';
import { diagnoseRunning, diagnoseStopped } from './e2e-doctor.mjs';
import { TABLE, walkDocumentTable } from './e2e-document-table.mjs';
import {
  buildFromMount,
  buildInGuest,
  IN_GUEST,
  SETS,
  writeBuiltThere,
} from './e2e-guest-build.mjs';
import { buildSample, writeSample } from './e2e-guest-sample.mjs';
import { REPORTS, reportText } from './e2e-reports.mjs';
import { limaWorkspace } from './e2e-workspace.mjs';
import { limaFolder, mountedFolder } from './set-up.mjs';
import * as vm from './vm.mjs';

const say = (line) => console.log(line);
const seconds = (from) => (performance.now() - from) / 1000;
/** Lines of each report. */
const lines = Object.fromEntries(Object.keys(REPORTS).map((name) => [name, []]));
const PARTS = {
  'guest-build': inGuest,
  'guest-sample': guestSample,
  doctor,
  'document-table': documentTable,
  exhaustion,
};
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice(7);
if (only !== undefined && !Object.hasOwn(PARTS, only)) {
  console.error(`there is no part ${only}; there are ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}

await setUp();
const lima = await vm.limaEnvironment({ say });
const workspace = limaWorkspace({
  parent: tmpdir(),
  lima,
  defaults: {
    sets: {
      'lima-safe': ['arena', 'executor', 'error', 'spawn_public']
        .map((each) => `glommio:${each}`)
        .concat(SETS['lima-safe'].map((each) => `built-there:${each}`)),
    },
    limaSources: 'copy',
  },
});
const { configure, start, nx } = workspace;
addCrates(workspace.folder);

try {
  if (only === undefined) await run();
  else {
    await vm.startInstance(lima, { say });
    await PARTS[only]();
  }
} finally {
  if (only === undefined) await vm.stopInstance(lima, { say, force: true });
  workspace.remove();
}
report();

/** What the same targets take on this machine. */
async function runNatively() {
  configure({ runner: 'native' });
  await nx(['run-many', '-t', 'build-tests']);
  return {
    arena: await nx(['run', 'glommio:test-arena', '--skip-nx-cache']),
    safe: await nx(['run', 'glommio:test-lima-safe', '--skip-nx-cache']),
  };
}

async function inGuest() {
  configure(IN_GUEST);
  const noteBuild = (what, run, result) => note(what, run, result, { to: 'lima-build.md' });
  await buildInGuest({ ...workspace, note: noteBuild, guest, until, passed });
  await withMounted(SETS, async (mounted) => {
    writeBuiltThere(join(mounted.folder, 'built-there'));
    await buildFromMount({ ...mounted, note: noteBuild, guest, until, passed });
  });
}

async function guestSample() {
  await withMounted(TABLE.set, async (mounted) => {
    writeSample(mounted.folder);
    const noteSample = (what, run, result) => note(what, run, result, { to: 'lima-sample.md' });
    await buildSample({ ...mounted, note: noteSample });
  });
}

/** Lends a workspace with the options of a Mac, whose crates the guest sees by a mount. */
async function withMounted(sets, action) {
  const mounted = limaWorkspace({
    parent: mountedFolder(),
    lima,
    defaults: { ...IN_GUEST, sets, limaSources: 'mount' },
  });
  try {
    mounted.configure({});
    await action(mounted);
  } finally {
    mounted.remove();
  }
}

async function exhaustion() {
  configure({ runner: 'lima' });
  const memory = await nx(['run', 'memory-limit:test-memory', '--skip-nx-cache']);
  assert.match(
    memory.output,
    /a process was killed by SIGKILL, out of memory: the kernel counted a kill in the control group/,
  );
  assert.match(memory.output, new RegExp(`memory: ${KEEPERS} passed`));
  note(
    `${KEEPERS} tests that exceed a control group of ${CEILING} together`,
    memory,
    `killed by the guest's kernel, which its own control group tells; run again in smaller processes: ${KEEPERS} passed`,
  );
  const files = await nx(['run', 'memory-limit:test-descriptors', '--skip-nx-cache']);
  const why = new RegExp(
    `ran out of descriptors: \\d+ were open, and RLIMIT_NOFILE is ${DESCRIPTORS};`,
  );
  assert.match(files.output, why);
  assert.match(files.output, new RegExp(`descriptors: ${OPENERS} passed`));
  note(
    `${OPENERS} tests that together open more files than the ${DESCRIPTORS} of their process`,
    files,
    `the limit is named; those that failed for it run again: ${OPENERS} passed`,
  );
}

async function doctor() {
  configure(IN_GUEST);
  lines['lima-doctor.md'] = await diagnoseRunning({ nx, note, guest });
}

async function documentTable() {
  const others = ['memory-limit', 'built-there'];
  lines['lima-document-table.md'] = await walkDocumentTable({
    ...{ folder: workspace.folder, others, configure, nx, say },
  });
}

async function run() {
  await vm.createInstance(lima, { say });
  await vm.stopInstance(lima, { say, force: true });

  const native = await runNatively();

  configure({ runner: 'lima', limaInstance: 'missing' });
  const missing = await nx(['run', 'glommio:test-arena'], { fails: true });
  assert.match(missing.output, /there is no Lima instance missing \(there is nx-cargo-test\)/);
  note('an instance that is missing', missing, 'named, with those that there are; nothing made');

  configure({ runner: 'lima' });
  const stopped = await nx(['run', 'glommio:test-arena'], { fails: true });
  assert.match(stopped.output, /is stopped; start it with `limactl start nx-cargo-test`/);
  note('an instance that is stopped', stopped, 'named, with the command that starts it');
  await diagnoseStopped({ nx, note });

  const boot = performance.now();
  configure({ runner: 'lima', limaStart: true });
  const arena = await nx(['run', 'glommio:test-arena']);
  note('`test-arena` with limaStart: the instance starts', arena, passed(arena), {
    extra: `${seconds(boot).toFixed(0)} s with the boot`,
  });
  await inGuest();
  await doctor();
  await documentTable();
  configure({ runner: 'lima' });
  const again = await nx(['run', 'glommio:test-arena', '--skip-nx-cache']);
  note('`test-arena`', again, passed(again), { native: native.arena });
  assert.equal(passed(again), passed(native.arena));
  const safe = await nx(['run', 'glommio:test-lima-safe', '--skip-nx-cache']);
  note('`test-lima-safe`', safe, passed(safe), { native: native.safe });
  assert.equal(passed(safe), passed(native.safe));

  await exhaustion();

  note('Ctrl-C while a test runs', await interrupted(), 'nothing left in the guest');
  note('the virtual machine is killed while a test runs', await lost(), 'one verdict each');

  await vm.startInstance(lima, { say });
  process.kill(vm.inspectInstance(lima).hostAgentPID, 'SIGKILL');
  await until('the instance is broken', () => vm.inspectInstance(lima).status === 'Broken');
  const broken = await nx(['run', 'glommio:test-arena', '--skip-nx-cache'], { fails: true });
  assert.match(broken.output, /is broken .* mend it with `limactl stop --force nx-cargo-test`/);
  note('an instance that is broken', broken, 'named, with the commands that mend it');
}

/** SIGINT for all of Nx's processes, as from a terminal. */
async function interrupted() {
  const child = start(['run', 'memory-limit:test-waiting', '--skip-nx-cache']);
  await until('a test runs in the guest', () => processesInGuest().includes('waits_for_ever'));
  const look = performance.now();
  processesInGuest();
  const from = performance.now();
  process.kill(-child.process.pid, 'SIGINT');
  await until('nothing runs in the guest', () => !processesInGuest().includes('memory_limit-'));
  const took = seconds(from);
  await child.ended;
  await until('no folder is left in the guest', () => folders() === '');
  // Two seconds, and up to two looks that each take as long as the one before.
  const allowed = 2 + (2 * (from - look)) / 1000;
  assert.ok(took < allowed, `it took ${took} s of ${allowed} s, looks at the guest included`);
  return { seconds: took };
}

async function lost() {
  const child = start(['run', 'memory-limit:test-waiting', '--skip-nx-cache']);
  await until('a test runs in the guest', () => processesInGuest().includes('waits_for_ever'));
  const from = performance.now();
  process.kill(vm.inspectInstance(lima).driverPID, 'SIGKILL');
  const ended = await child.ended;
  assert.notEqual(ended.status, 0);
  assert.match(ended.output, /waiting: /);
  assert.doesNotMatch(ended.output, /waits_for_ever.*passed/);
  say(ended.output);
  return { seconds: seconds(from) };
}

function processesInGuest() {
  return guest('cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "');
}

function folders() {
  return guest('ls -d /tmp/nx-cargo-test-* 2>/dev/null').trim();
}

function guest(script) {
  return vm.runLimactl(lima, ['shell', '--workdir', '/', vm.INSTANCE, 'sh', '-c', script]).stdout;
}

async function until(what, isSo) {
  const from = performance.now();
  while (!isSo()) {
    // Only tells that nothing will come: on a busy machine a build takes minutes to begin.
    if (seconds(from) > 900) throw new Error(`not within a quarter of an hour: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function addCrates(folder) {
  cpSync(join(repository, 'e2e/glommio'), join(folder, 'glommio'), {
    recursive: true,
    filter: (path) => !path.endsWith('/target'),
  });
  writeCrate(join(folder, 'memory-limit'));
  writeBuiltThere(join(folder, 'built-there'));
}

function passed({ output }) {
  // A set ends with its sum; a single module has a line of its own.
  const sum = /^test-lima-safe: (\d+) passed/m.exec(output) ?? /: (\d+) passed/.exec(output);
  return `${sum?.[1] ?? 'no'} passed`;
}

function note(what, { seconds: took }, result, { native, extra, to = 'lima.md' } = {}) {
  const ratio =
    native === undefined ? (extra ?? '') : `${(took / native.seconds).toFixed(1)} times native`;
  lines[to].push(`| ${what} | ${result} | ${took.toFixed(1)} s | ${ratio} |`);
  say(lines[to].at(-1));
}

function report() {
  const { stdout } = vm.runLimactl(lima, ['--version']);
  const made = `${stdout.trim()}; ${new Date().toISOString().slice(0, 10)}.`;
  // With --only, a note of one part is no report of all.
  const names = Object.keys(REPORTS).filter(
    (name) => lines[name].length > 0 && (only === undefined || name !== 'lima.md'),
  );
  for (const name of names) {
    const text = reportText(name, lines[name], made);
    console.log(`\n${text}`);
    if (process.argv.includes('--write'))
      writeFileSync(join(repository, 'docs/evidence', name), text);
  }
  console.log(`VM files are in ${limaFolder}`);
}
