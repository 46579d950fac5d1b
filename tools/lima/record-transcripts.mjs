import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { repository } from '../setup.mjs';
import { makeFolderOf } from './ordinary-user.mjs';
import { makePortable } from './portable-transcript.mjs';
import {
  limits,
  LIMITS_RECONNECTED,
  list,
  RUNNING,
  sleeping,
  STOPPED,
  UNREACHABLE,
} from './transcript-situations.mjs';
import {
  createInstance,
  deleteInstance,
  inspectInstance,
  INSTANCE,
  limaCommand,
  limaEnvironment,
  runLimactl,
  startInstance,
  stopInstance,
} from './vm.mjs';

const folder = join(repository, 'packages/nx-cargo-test/src/lima/transcripts');

// What waits for input that never comes is ended by the recorder, after longer
// than anything here takes that ends by itself.
const PATIENCE_MS = 60_000;

/**
 * Records what limactl answers on a real virtual machine, one file for each
 * situation, for unit tests of what calls limactl. It makes the instance anew,
 * boots it twice, kills its processes, and leaves it stopped: about ten minutes.
 */
export async function recordTranscripts({ say = console.log } = {}) {
  const lima = await limaEnvironment({ say });
  const transcripts = [];
  const record = async (situation, meanwhile) => {
    say(`recording ${situation.name}`);
    const answer = await ask(situation.lima ?? lima, situation, meanwhile);
    transcripts.push(transcript(situation, answer));
  };
  const recordAll = async (situations) => {
    for (const situation of situations) await record(situation);
  };

  await withEmptyHome(lima, async (empty) => {
    await record({ name: 'version', state: 'none', args: ['--version'], lima: empty });
    await record({ ...list({ name: 'list-no-instances', state: 'none' }), lima: empty });
  });

  await deleteInstance(lima, { say });
  await createInstance(lima, { say });
  await record(list({ name: 'list-never-started', state: 'never started' }));
  await startInstance(lima, { say });
  await recordAll(limits('after-first-start'));
  await recordAll(RUNNING);
  await logInBeforeLimits(lima);
  await recordAll(
    limits('login-before-provisioning', 'running, logged in before the provision script ran'),
  );
  await record(LIMITS_RECONNECTED);
  await record(await refusedByMultiplexer(lima));

  process.kill(inspectInstance(lima).hostAgentPID, 'SIGKILL');
  await untilState(lima, 'Broken');
  await recordAll(UNREACHABLE('broken', 'broken: its host agent was killed'));
  await record({
    name: 'stop-force-broken',
    state: 'broken: its host agent was killed',
    args: ['stop', '--force', INSTANCE],
  });
  await recordAll(STOPPED);

  await record({
    name: 'start-stopped',
    state: 'stopped',
    args: ['start', '--tty=false', '--timeout=30m', INSTANCE],
    patienceMs: 30 * 60_000,
  });
  await recordAll(limits('after-later-start'));

  const lost = {
    name: 'shell-vm-lost',
    state: 'running when the command started; then its emulator was killed',
    args: sleeping(600),
  };
  await record(lost, async (printed) => {
    await printed;
    process.kill(inspectInstance(lima).driverPID, 'SIGKILL');
  });
  await record(list({ name: 'list-vm-lost', state: 'its emulator was killed' }));
  await stopInstance(lima, { say, force: true });

  await write(transcripts, lima);
  say(`${transcripts.length} transcripts in ${folder}`);
}

/**
 * Makes sure of what happens by chance on a first start: that the connection which
 * all shells share logged in before the provision script wrote the limits.
 */
async function logInBeforeLimits(lima) {
  const limitsFile = '/etc/security/limits.d/90-nofile.conf';
  for (const command of [
    ['shell', '--workdir', '/tmp', INSTANCE, 'sudo', 'mv', limitsFile, '/var/tmp/limits'],
    ['shell', '--reconnect', '--workdir', '/tmp', INSTANCE, 'true'],
    ['shell', '--workdir', '/tmp', INSTANCE, 'sudo', 'mv', '/var/tmp/limits', limitsFile],
  ]) {
    const { status, stderr } = runLimactl(lima, command);
    if (status !== 0) throw new Error(`limactl ${command.join(' ')} failed: ${stderr}`);
  }
}

/** One more shell than sshd lets a connection hold: the last has to do without the shared one. */
async function refusedByMultiplexer(lima) {
  const others = Array.from({ length: 10 }, () =>
    spawnLimactl(lima, sleeping(600), ['pipe', 'pipe', 'ignore']),
  );
  await Promise.all(others.map((child) => new Promise((done) => child.stdout.once('data', done))));
  return {
    name: 'shell-eleventh-at-once',
    state: 'running, with ten shells that have not ended',
    args: ['shell', '--workdir', '/tmp', INSTANCE, 'echo', 'done'],
    after: async () => {
      for (const child of others) child.kill('SIGKILL');
    },
  };
}

/** Runs limactl in a situation; `meanwhile` is called with a promise of its first output. */
async function ask(lima, situation, meanwhile = () => {}) {
  const { args, stdin = 'null', input = '', patienceMs = PATIENCE_MS } = situation;
  const child = spawnLimactl(lima, args, [stdin === 'null' ? 'ignore' : 'pipe', 'pipe', 'pipe']);
  if (stdin === 'text') child.stdin.end(input);
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => (output[stream] += text));
  }
  let endedByRecorder = false;
  const timer = setTimeout(() => {
    endedByRecorder = true;
    child.kill('SIGTERM');
  }, patienceMs);
  const exited = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status, signal) => resolve({ status, signal }));
  });
  await meanwhile(new Promise((resolve) => child.stdout.once('data', resolve)));
  const end = await exited;
  clearTimeout(timer);
  // The host agent and ssh's shared connection may hold the pipes for ever.
  await delay(500);
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  await situation.after?.();
  return { ...end, ...output, endedByRecorder };
}

function spawnLimactl(lima, args, stdio) {
  const [program, ...rest] = limaCommand(lima, args);
  return spawn(program, rest, { cwd: '/', env: lima.environment, stdio });
}

function transcript({ name, state, args, stdin = 'null', input }, answer) {
  return {
    name,
    record: {
      instance: state,
      argv: ['limactl', ...args],
      stdin,
      ...(input === undefined ? {} : { input }),
      exitStatus: answer.status,
      signal: answer.signal,
      ...(answer.endedByRecorder ? { endedByRecorder: true } : {}),
      stdout: answer.stdout,
      stderr: answer.stderr,
    },
  };
}

async function withEmptyHome(lima, use) {
  const home = mkdtempSync(join(tmpdir(), 'lima-home-'));
  try {
    makeFolderOf(lima.user, home);
    await use({ ...lima, environment: { ...lima.environment, LIMA_HOME: home } });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function untilState(lima, state) {
  const deadline = Date.now() + PATIENCE_MS;
  while (inspectInstance(lima)?.status !== state) {
    if (Date.now() > deadline) throw new Error(`the instance did not become ${state}`);
    await delay(500);
  }
}

/** Last of all, so that a run that failed leaves the former transcripts as they were. */
async function write(transcripts, lima) {
  const texts = await Promise.all(
    transcripts.map(({ record }) =>
      format(makePortable(JSON.stringify(record), lima), {
        parser: 'json',
        printWidth: 100,
      }),
    ),
  );
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (name.endsWith('.json')) rmSync(join(folder, name));
  transcripts.forEach(({ name }, index) => {
    writeFileSync(join(folder, `${name}.json`), texts[index]);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await recordTranscripts();
