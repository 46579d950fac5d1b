import type { Program, ProgramEnd } from '../../cargo/run-program';
import type { ProcessExit } from '../../process/process-exit';
import type { Command, SpawnSupervised } from '../../process/supervise-group';
import { nativeMachine } from './command-machine';
import { parseCargoOptions } from './options';
import { runCommand, type CommandRun } from './run-command';
import type { SuccessCheck } from './success-check';

interface World {
  readonly options?: object;
  readonly exit?: ProcessExit;
  /** Arguments to which cargo answers when it is asked what is there. */
  readonly answers?: readonly string[];
  readonly changes?: Partial<Omit<CommandRun, 'machine'>>;
  readonly spawn?: SpawnSupervised;
  /** The instance in whose guest it runs. Default: none. */
  readonly instance?: string;
}

let started: Command[];
let output: string;

const ended: SpawnSupervised = (command, supervision) => {
  started.push(command);
  supervision.onOutput('stderr', 'cargo’s words\n');
  const exit = { type: 'code' as const, code: 0 };
  return { ended: Promise.resolve({ exit, leftProcesses: false }), kill: () => undefined };
};

async function run(world: World): Promise<void> {
  const { exit, answers = [], changes, instance } = world;
  started = [];
  output = '';
  const options = parseCargoOptions({
    ...{ command: 'lint', package: 'a', cargoWorkspace: 'crates' },
    ...world.options,
  });
  const spawn: SpawnSupervised = (command, supervision) => {
    const child = (world.spawn ?? ended)(command, supervision);
    if (exit === undefined) return child;
    return { ...child, ended: Promise.resolve({ exit, leftProcesses: false }) };
  };
  const request = { workspaceRoot: '/ws', options, environment: { FORCE_COLOR: 'true' } };
  const machine = nativeMachine(request, spawn);
  const ask = ({ args }: Program): Promise<ProgramEnd> => {
    const there = answers.includes(args.join(' '));
    return Promise.resolve({
      ...{ code: there ? 0 : 1, description: '', notFound: false, stdout: '', stderr: '' },
    });
  };
  await runCommand({
    machine: {
      ...machine,
      host: { ...machine.host, run: ask },
      ...(instance === undefined ? {} : { instance }),
    },
    packageFolder: 'crates/a',
    task: 'a:lint',
    options,
    verbose: false,
    onOutput: (_, text) => (output += text),
    openCheck: () => Promise.resolve(undefined),
    ...changes,
  });
}

function failure(code: string, words: string): Error {
  return expect.objectContaining({ code, message: expect.stringContaining(words) });
}

test('cargo runs in the folder of its workspace, in colour', async () => {
  await run({});
  expect(started).toEqual([
    expect.objectContaining({
      file: 'cargo',
      workingDirectory: '/ws/crates',
      environment: { CARGO_TERM_COLOR: 'always' },
    }),
  ]);
  expect(started[0]!.args).toContain('path+file:///ws/crates/a#a');
  expect(output).toBe('cargo’s words\n');
});

test('how cargo is called is shown when asked for', async () => {
  await run({
    changes: { verbose: true },
    options: { command: 'fmt', args: ['--', '--config', 'a b'] },
  });
  expect(output).toMatch(
    /^cargo fmt --package a --manifest-path \/ws\/crates\/a\/Cargo.toml -- --config 'a b'$/m,
  );
});

const failed: ProcessExit = { type: 'code', code: 101 };

test.each<[string, World, string, string]>([
  [
    'failed',
    { exit: failed, answers: ['clippy --version'] },
    'COMMAND_FAILED',
    'a:lint: cargo clippy ended with exit code 101',
  ],
  [
    'shows what is not formatted',
    {
      options: { command: 'fmt-check' },
      exit: { type: 'code', code: 1 },
      answers: ['fmt --version'],
    },
    'COMMAND_FAILED',
    'cargo fmt ended with exit code 1; the target fmt makes the changes that are shown',
  ],
  [
    'was killed',
    { exit: { type: 'signal', signal: 'SIGKILL' }, answers: ['clippy --version'] },
    'COMMAND_FAILED',
    'SIGKILL',
  ],
  [
    'lacks a component',
    { exit: failed },
    'TOOL_MISSING',
    'cargo clippy is not installed; install it with `rustup component add clippy`',
  ],
  [
    'lacks a component of a toolchain',
    { exit: failed, options: { toolchain: 'beta' }, answers: ['+beta --version'] },
    'TOOL_MISSING',
    '`rustup component add clippy --toolchain beta`',
  ],
  [
    'lacks a toolchain',
    { exit: failed, options: { command: 'build', toolchain: 'beta' } },
    'TOOL_MISSING',
    '`rustup toolchain install beta`',
  ],
  [
    'lacks a program for cargo',
    { exit: failed, options: { command: 'coverage' } },
    'TOOL_MISSING',
    '`cargo install cargo-llvm-cov`',
  ],
  [
    'lacks a component in a guest',
    { exit: failed, instance: 'rust' },
    'TOOL_MISSING',
    'install it in the Lima instance rust with `rustup component add clippy`',
  ],
  [
    'was lost with its guest',
    { exit: { type: 'lost', reason: 'the shell in the guest ended' }, instance: 'rust' },
    'GUEST_UNUSABLE',
    'a:lint: cargo was lost: the shell in the guest ended',
  ],
  [
    'has all that it needs',
    {
      exit: failed,
      options: { command: 'build', toolchain: 'beta' },
      answers: ['+beta --version'],
    },
    'COMMAND_FAILED',
    'exit code 101',
  ],
  [
    'was not there',
    { exit: { type: 'notStarted', reason: 'spawn cargo ENOENT' } },
    'CARGO_NOT_FOUND',
    'ENOENT',
  ],
])('a command that %s says so', async (_, world, code, words) => {
  await expect(run(world)).rejects.toThrow(failure(code, words));
});

describe('a check', () => {
  /** A check that wants so many runs; cargo's output for it is "for us, for the user". */
  const openCheck = (runs: number) => (): Promise<SuccessCheck> =>
    Promise.resolve({
      arguments: { forCargo: ['--ours'], forTool: ['--too'] },
      shown: (stdout) => stdout.replace('for us, ', ''),
      mustRunAgain: () => Promise.resolve(started.length < runs),
    });
  const spawn: SpawnSupervised = (command, supervision) => {
    started.push(command);
    supervision.onOutput('stdout', 'for us, for the user\n');
    const exit = { type: 'code' as const, code: 0 };
    return { ended: Promise.resolve({ exit, leftProcesses: false }), kill: () => undefined };
  };

  test('has cargo run until nothing is out of date, and its own output left out', async () => {
    await run({
      spawn,
      changes: { openCheck: openCheck(3) },
      options: { args: ['--', '-D', 'x'] },
    });
    expect(started).toHaveLength(3);
    expect(started[0]!.args.slice(-5)).toEqual(['--ours', '--', '-D', 'x', '--too']);
    expect(output).toBe('for the user\n'.repeat(3));
  });

  test('gives up when another cargo never rests', async () => {
    await expect(run({ spawn, changes: { openCheck: openCheck(99) } })).rejects.toThrow(
      failure('SOURCES_CHANGED', 'another cargo'),
    );
    expect(started).toHaveLength(4);
  });
});
