import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asUser, makeFolderOf, ordinaryUser } from './ordinary-user.mjs';
import { runOrThrow } from './run-or-throw.mjs';
import { limaFolder, setUpLima, setUpProgram } from './set-up.mjs';

/** Name of the instance that these scripts make, start and delete. */
export const INSTANCE = 'nx-cargo-test';

// Lima asks for KVM wherever host and guest have the same processor.
const EMULATOR = 'qemu-system-x86_64 -machine q35,vmport=off -accel tcg,thread=multi,tb-size=512';

/**
 * How any program must call limactl on this machine: `limactl` as program and
 * `prefix` before it to be an ordinary user; the environment in full; and
 * `pathFolder`, whose `limactl` does all of this by itself for a program that
 * looks for limactl in the PATH.
 *
 * @returns {Promise<{ limactl: string, prefix: string[], environment: object, home: string, pathFolder: string, user: object }>}
 */
export async function limaEnvironment({ say = console.log } = {}) {
  const limactl = join(await setUpProgram({ say }), 'bin/limactl');
  const user = ordinaryUser();
  const home = join(limaFolder, 'home');
  makeFolderOf(user, home);
  const own = {
    HOME: user.home,
    USER: user.name,
    LOGNAME: user.name,
    LIMA_HOME: home,
    QEMU_SYSTEM_X86_64: EMULATOR,
  };
  const environment = { PATH: process.env.PATH, LANG: 'C.UTF-8', ...own };
  const prefix = asUser(user);
  const pathFolder = join(limaFolder, 'bin');
  makeWrapper(pathFolder, [...prefix, 'env', ...assignments(own), limactl], user);
  return { limactl, prefix, environment, home, pathFolder, user };
}

/** Program and arguments of a call of limactl; to be started with `lima.environment`. */
export function limaCommand(lima, args) {
  return [...lima.prefix, lima.limactl, ...args];
}

/** Runs limactl to its end, and returns exit status, signal and output. */
export function runLimactl(lima, args, options = {}) {
  const [program, ...rest] = limaCommand(lima, args);
  const { error, status, signal, stdout, stderr } = spawnSync(program, rest, {
    cwd: '/',
    env: lima.environment,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  if (error) throw error;
  return { status, signal, stdout, stderr };
}

/** What `limactl list --json` tells of the instance, or undefined if there is none. */
export function inspectInstance(lima, name = INSTANCE) {
  const { status, stdout, stderr } = runLimactl(lima, ['list', '--json']);
  if (status !== 0) throw new Error(`limactl list ended with ${status}:\n${stderr}`);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .find((instance) => instance.name === name);
}

/** Makes the instance, stopped, unless it is there and made from the same image and settings. */
export async function createInstance(lima, { say = console.log } = {}) {
  const settings = await setUpLima({ say });
  const settingsFile = join(limaFolder, `${INSTANCE}.yaml`);
  const isThere = inspectInstance(lima) !== undefined;
  // Written last, so that it stands only beside an instance that is whole.
  const madeFrom = join(limaFolder, `${INSTANCE}.made-from.yaml`);
  if (isThere && existsSync(madeFrom) && readFileSync(madeFrom, 'utf8') === settings) return;
  rmSync(madeFrom, { force: true });
  if (isThere) await deleteInstance(lima, { say });
  writeFileSync(settingsFile, settings);
  await narrated(lima, ['create', '--tty=false', `--name=${INSTANCE}`, settingsFile], say);
  renameSync(settingsFile, madeFrom);
}

/**
 * Brings the instance up from whatever state it is in: about three minutes when
 * the processor is emulated, and two processes of the host are busy meanwhile.
 */
export async function startInstance(lima, { say = console.log } = {}) {
  await createInstance(lima, { say });
  const { status } = inspectInstance(lima);
  if (status === 'Running') return;
  if (status !== 'Stopped') await stopInstance(lima, { say, force: true });
  try {
    await narrated(lima, ['start', '--tty=false', '--timeout=30m', INSTANCE], say);
  } catch (error) {
    // Lima calls it degraded when its agent takes long, which on a busy machine it does.
    if (inspectInstance(lima)?.status !== 'Running') throw error;
  }
}

/** Shuts the guest down; with `force`, or when it does not listen, ends its processes. */
export async function stopInstance(lima, { say = console.log, force = false } = {}) {
  const instance = inspectInstance(lima);
  if (instance === undefined || instance.status === 'Stopped') return;
  const hard = force || instance.status !== 'Running';
  await narrated(lima, ['stop', ...(hard ? ['--force'] : []), INSTANCE], say);
}

/** Removes the instance with its disk, running or not. What set-up made stays. */
export async function deleteInstance(lima, { say = console.log } = {}) {
  if (inspectInstance(lima) === undefined) return;
  await narrated(lima, ['delete', '--force', INSTANCE], say);
}

/** Runs limactl and says each line of its progress as it comes. */
function narrated(lima, args, say) {
  const [program, ...rest] = limaCommand(lima, args);
  const child = spawn(program, rest, {
    cwd: '/',
    env: lima.environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines = [];
  let pending = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    const parts = (pending + text).split('\n');
    pending = parts.pop();
    for (const line of parts) {
      lines.push(line);
      say(line);
    }
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    // Not `close`: the host agent outlives limactl and may have inherited the pipe.
    child.on('exit', (status, signal) => {
      child.stderr.destroy();
      if (status === 0) resolve();
      else {
        const last = [...lines, pending].slice(-10).join('\n');
        reject(new Error(`limactl ${args[0]} ended with ${signal ?? status}:\n${last}`));
      }
    });
  });
}

function makeWrapper(folder, command, user) {
  const words = command.map(shellWord).join(' ');
  const text = `#!/bin/sh
# What comes from a guest goes where the caller may write, and that user may not.
case $1,$2 in
  copy,${INSTANCE}:*)
    file=$(mktemp) && chown ${user.uid} "$file" &&
      ${words} copy "$2" "$file" && cat "$file" >"$3"
    status=$?
    rm -f "$file"
    exit "$status" ;;
esac
exec ${words} "$@"
`;
  const file = join(folder, 'limactl');
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  runOrThrow('mkdir', ['-p', folder]);
  const partial = `${file}.partial-${process.pid}`;
  writeFileSync(partial, text, { mode: 0o755 });
  runOrThrow('mv', [partial, file]);
}

function assignments(variables) {
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}

function shellWord(word) {
  return /^[\w./:=,@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

const COMMANDS = {
  create: createInstance,
  start: startInstance,
  stop: stopInstance,
  delete: deleteInstance,
  state: (lima) => console.log(inspectInstance(lima)?.status ?? 'Missing'),
  /** Any command of limactl, in the environment it needs. */
  limactl(lima, { args }) {
    const { status } = runLimactl(lima, args, { stdio: 'inherit' });
    process.exitCode = status ?? 1;
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [command, ...args] = process.argv.slice(2);
  if (!Object.hasOwn(COMMANDS, command)) {
    console.error(`usage: node tools/lima/vm.mjs ${Object.keys(COMMANDS).join('|')}`);
    process.exit(2);
  }
  const say = (line) => console.error(line);
  await COMMANDS[command](await limaEnvironment({ say }), { args, say });
}
