// Runs the sample's tests in a real Lima VM, and everything that can go wrong with one.
//   node tools/lima/e2e.mjs [--write] [--only=guest-build]
// --write puts the reports into docs/evidence; --only leaves all out but the build in
// the guest, and lets the instance run on.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository, setUp } from '../setup.mjs';
import { CEILING, KEEPERS, writeCrate } from './e2e-crate.mjs';
import { buildInGuest, IN_GUEST, MODULES, writeBuiltThere } from './e2e-guest-build.mjs';
import { limaFolder } from './set-up.mjs';
import * as vm from './vm.mjs';

const say = (line) => console.log(line);
const seconds = (from) => (performance.now() - from) / 1000;
const rows = [];
const buildRows = [];

await setUp();
const lima = await vm.limaEnvironment({ say });
const workspace = mkdtempSync(join(tmpdir(), 'lima-e2e-'));
// limactl runs as an ordinary user, who has to get at what is copied.
chmodSync(workspace, 0o755);
const crate = join(workspace, 'memory-limit');
makeWorkspace();

const isOnlyBuild = process.argv.includes('--only=guest-build');
try {
  if (isOnlyBuild) await runOnlyBuild();
  else await run();
} finally {
  if (!isOnlyBuild) await vm.stopInstance(lima, { say, force: true });
  rmSync(workspace, { recursive: true, force: true });
}
report();

async function runOnlyBuild() {
  await vm.startInstance(lima, { say });
  await inGuest();
}

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
  const noteBuild = (what, run, result) => note(what, run, result, { to: buildRows });
  await buildInGuest({ workspace, nx, start, note: noteBuild, guest, until, passed });
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

  const boot = performance.now();
  configure({ runner: 'lima', limaStart: true });
  const arena = await nx(['run', 'glommio:test-arena']);
  note('`test-arena` with limaStart: the instance starts', arena, passed(arena), {
    extra: `${seconds(boot).toFixed(0)} s with the boot`,
  });
  await inGuest();
  configure({ runner: 'lima' });
  const again = await nx(['run', 'glommio:test-arena', '--skip-nx-cache']);
  note('`test-arena`', again, passed(again), { native: native.arena });
  assert.equal(passed(again), passed(native.arena));
  const safe = await nx(['run', 'glommio:test-lima-safe', '--skip-nx-cache']);
  note('`test-lima-safe`', safe, passed(safe), { native: native.safe });
  assert.equal(passed(safe), passed(native.safe));

  const memory = await nx(['run', 'memory-limit:test-memory', '--skip-nx-cache']);
  assert.match(memory.output, /a process was killed by SIGKILL, .*(?:out of|lack of) memory/);
  assert.match(memory.output, new RegExp(`memory: ${KEEPERS} passed`));
  note(
    `${KEEPERS} tests that exceed a control group of ${CEILING} together`,
    memory,
    `killed by the guest's kernel, run again in smaller processes: ${KEEPERS} passed`,
  );

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
  const from = performance.now();
  process.kill(-child.process.pid, 'SIGINT');
  await until('nothing runs in the guest', () => !processesInGuest().includes('memory_limit-'));
  const took = seconds(from);
  await child.ended;
  await until('no folder is left in the guest', () => folders() === '');
  assert.ok(took < 4, `it took ${took} s, looks at the guest included`);
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
    if (seconds(from) > 120) throw new Error(`not within two minutes: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function makeWorkspace() {
  symlinkSync(join(repository, 'node_modules'), join(workspace, 'node_modules'));
  cpSync(join(repository, 'e2e/glommio'), join(workspace, 'glommio'), {
    recursive: true,
    filter: (path) => !path.endsWith('/target'),
  });
  writeCrate(crate);
  writeBuiltThere(join(workspace, 'built-there'));
  writeFileSync(join(workspace, 'package.json'), '{"name":"lima-e2e","private":true}\n');
  writeFileSync(join(workspace, '.gitignore'), 'node_modules\ntarget\n.nx\n');
}

function configure(options) {
  const sets = { 'lima-safe': ['arena', 'executor', 'error', 'spawn_public'] };
  const whole = {
    sets: Object.fromEntries(
      Object.entries(sets).map(([name, members]) => [
        name,
        members
          .map((each) => `glommio:${each}`)
          .concat(MODULES.map((each) => `built-there:${each}`)),
      ]),
    ),
    limaInstance: vm.INSTANCE,
    limaSources: 'copy',
    killAfterSeconds: 600,
    reuse: 'off',
    ...options,
  };
  const configuration = {
    analytics: false,
    plugins: [{ plugin: 'nx-cargo-test', options: whole }],
  };
  writeFileSync(join(workspace, 'nx.json'), JSON.stringify(configuration));
}

function start(args) {
  const child = spawn('npx', ['nx', ...args], {
    cwd: workspace,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PATH: `${lima.pathFolder}:${process.env.PATH}`,
      NX_DAEMON: 'false',
      NX_TUI: 'false',
      NX_CACHE_DIRECTORY: join(workspace, '.nx/cache'),
      NX_WORKSPACE_DATA_DIRECTORY: join(workspace, '.nx/data'),
      CARGO_PROFILE_DEV_DEBUG: '0',
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = new Promise((resolve) => {
    child.on('exit', (status, signal) => resolve({ status: status ?? signal, output }));
  });
  return { process: child, ended };
}

async function nx(args, { fails = false } = {}) {
  const from = performance.now();
  const { status, output } = await start(args).ended;
  if ((status === 0) === fails)
    throw new Error(`nx ${args.join(' ')} ended with ${status}:\n${output}`);
  return { output, seconds: seconds(from) };
}

function passed({ output }) {
  // A set ends with its sum; a single module has a line of its own.
  const sum = /^test-lima-safe: (\d+) passed/m.exec(output) ?? /: (\d+) passed/.exec(output);
  return `${sum?.[1] ?? 'no'} passed`;
}

function note(what, { seconds: took }, result, { native, extra, to = rows } = {}) {
  const ratio =
    native === undefined ? (extra ?? '') : `${(took / native.seconds).toFixed(1)} times native`;
  to.push(`| ${what} | ${result} | ${took.toFixed(1)} s | ${ratio} |`);
  say(to.at(-1));
}

function report() {
  const { stdout } = vm.runLimactl(lima, ['--version']);
  const made = `${stdout.trim()}; ${new Date().toISOString().slice(0, 10)}.`;
  const table = (own) => ['| What | Result | Time | |', '|---|---|---|---|', ...own, ''];
  if (!isOnlyBuild)
    write('lima.md', [
      '# Tests in a real Lima VM',
      '',
      'Written by `npm run e2e:lima -- --write`. The VM is built from package registries by',
      '`tools/lima`: Debian 12 in QEMU without KVM, so its processor is emulated, and times say',
      'little of a Mac. The tests are built on the host, whose processor is of the same kind, and',
      'copied; [lima-build.md](lima-build.md) has tests that are built in the guest. Each command is',
      'a whole `nx run`.',
      '',
      made,
      '',
      ...table(rows),
    ]);
  write('lima-build.md', [
    '# Tests that are built in a real Lima VM',
    '',
    'Written by `npm run e2e:lima -- --only=guest-build --write`, in the VM of [lima.md](lima.md),',
    'with the options of a Mac: `limaBuild` is `guest`, and `limaSources` is `copy`. Its image has the',
    'Rust toolchain of the machine that made it. The crate is small: under emulation, one start of',
    'rustc takes most of a minute, and the sample with its dependencies half an hour.',
    '',
    made,
    '',
    ...table(buildRows),
  ]);
  console.log(`VM files are in ${limaFolder}`);
}

function write(name, lines) {
  console.log(`\n${lines.join('\n')}`);
  if (process.argv.includes('--write'))
    writeFileSync(join(repository, 'docs/evidence', name), lines.join('\n'));
}
