import { INSTANCE } from './vm.mjs';

// A command's own exit status, also when a signal ended it, comes back this way.
const KEEP_STATUS = ['sh', '-c', '"$@"; exit $?', 'sh'];

const PRINT_ARGUMENTS = ['sh', '-c', 'for word; do printf "<%s>\\n" "$word"; done', 'sh'];

const PRINT_LIMITS = 'ulimit -Sn; ulimit -Hn; ulimit -l';

const AWKWARD_ARGUMENTS = [
  '',
  'two  spaces',
  "it's",
  '"double"',
  '$HOME',
  '`id`',
  '$(id)',
  'back\\slash',
  'line\nbreak',
  'tab\there',
  '*',
  '~',
  '!',
  '#',
  ';&|<>',
  '--',
  '-n',
  'NAME=value',
  'äöü €',
];

/** `limactl list --json`, with further arguments. */
export function list({ name, state, more = [] }) {
  return { name, state, args: ['list', '--json', ...more] };
}

/** A shell that says that it runs and then stays silent. */
export function sleeping(seconds) {
  return shell('sh', '-c', `echo started; sleep ${seconds}`);
}

/** The limits that a shell sees, at one point of an instance's life. */
export function limits(when, state = 'running') {
  return [
    { name: `limits-${when}`, state, args: shell('sh', '-c', PRINT_LIMITS) },
    {
      name: `limits-raised-${when}`,
      state,
      args: shell('sh', '-c', `ulimit -S -n 65536; ${PRINT_LIMITS}`),
    },
  ];
}

/** The limits of a new login, for this shell and those after it. */
export const LIMITS_RECONNECTED = {
  name: 'limits-reconnected',
  state: 'running, with a shared connection from before the provision script',
  args: ['shell', '--reconnect', '--workdir', '/tmp', INSTANCE, 'sh', '-c', PRINT_LIMITS],
};

/** What is asked of an instance that runs. */
export const RUNNING = [
  list({ name: 'list-running', state: 'running' }),
  list({ name: 'list-one-running', state: 'running', more: [INSTANCE] }),
  list({ name: 'list-missing', state: 'running, but another was asked for', more: ['missing'] }),
  { name: 'start-running', state: 'running', args: ['start', '--tty=false', INSTANCE] },
  running('shell-true', shell('true')),
  running('shell-text-on-stdin', shell('cat'), { stdin: 'text', input: 'a line\nand no end' }),
  running('shell-without-workdir', ['shell', INSTANCE, 'pwd']),
  running('shell-bad-workdir', ['shell', '--workdir', '/nowhere', INSTANCE, 'true']),
  running('shell-stdout-and-stderr', shell('sh', '-c', 'echo out; echo err >&2')),
  ...[0, 1, 101, 255].map((status) =>
    running(`exit-${status}`, shell(...KEEP_STATUS, 'sh', '-c', `exit ${status}`)),
  ),
  running('exit-126-not-executable', shell(...KEEP_STATUS, '/etc/passwd')),
  running('exit-127-not-found', shell(...KEEP_STATUS, '/nowhere/program')),
  running('exit-137-killed', shell(...KEEP_STATUS, 'sh', '-c', 'kill -KILL $$')),
  running('killed-itself', shell('sh', '-c', 'kill -KILL $$')),
  running('aborted-itself', shell('sh', '-c', 'kill -ABRT $$')),
  running('arguments-awkward', shell(...PRINT_ARGUMENTS, ...AWKWARD_ARGUMENTS)),
  running('arguments-leading-assignment', shell('NAME=a value', 'printenv', 'NAME')),
  running('environment-not-forwarded', shell('printenv', 'QEMU_SYSTEM_X86_64')),
  {
    name: 'shell-missing',
    state: 'running, but another was asked for',
    args: ['shell', '--workdir', '/tmp', 'missing', 'true'],
  },
  running('copy-missing-source', ['copy', '/nowhere/file', `${INSTANCE}:/tmp/file`]),
];

/** What is asked of an instance that is there and does not answer; `name` is part of the files' names. */
export const UNREACHABLE = (name, state) => [
  list({ name: `list-${name}`, state }),
  { name: `shell-${name}`, state, args: shell('true') },
  { name: `start-${name}`, state, args: ['start', '--tty=false', INSTANCE] },
  { name: `stop-${name}`, state, args: ['stop', INSTANCE] },
];

/** What is asked of an instance that was shut down. */
export const STOPPED = [
  list({ name: 'list-stopped', state: 'stopped' }),
  { name: 'shell-stopped', state: 'stopped', args: shell('true') },
  {
    name: 'shell-stopped-open-stdin',
    state: 'stopped',
    args: shell('true'),
    stdin: 'open',
    patienceMs: 20_000,
  },
  {
    name: 'shell-stopped-without-tty',
    state: 'stopped',
    args: ['shell', '--tty=false', '--workdir', '/tmp', INSTANCE, 'true'],
  },
  { name: 'stop-stopped', state: 'stopped', args: ['stop', INSTANCE] },
];

function running(name, args, rest = {}) {
  return { name, state: 'running', args, ...rest };
}

function shell(...command) {
  return ['shell', '--workdir', '/tmp', INSTANCE, ...command];
}
