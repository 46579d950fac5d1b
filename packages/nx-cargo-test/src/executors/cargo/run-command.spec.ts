import type { Program, ProgramEnd } from '../../cargo/run-program';
import type { ProcessExit } from '../../process/process-exit';
import type { Command } from '../../process/supervise-group';
import { parseCargoOptions } from './options';
import { runCommand, type CommandRun } from './run-command';
import type { SuccessCheck } from './success-check';

interface World {
  readonly options?: object;
  readonly exit?: ProcessExit;
  /** Arguments to which cargo answers when it is asked what is there. */
  readonly answers?: readonly string[];
  readonly changes?: Partial<CommandRun>;
}

let started: Command[];
let output: string;

async function run({ options, exit, answers = [], changes }: World): Promise<void> {
  started = [];
  output = '';
  await runCommand({
    workspaceRoot: '/ws',
    packageFolder: 'crates/a',
    task: 'a:lint',
    options: parseCargoOptions({
      ...{ command: 'lint', package: 'a', cargoWorkspace: 'crates' },
      ...options,
    }),
    verbose: false,
    environment: { FORCE_COLOR: 'true' },
    platform: 'linux',
    run: ({ args }: Program): Promise<ProgramEnd> => {
      const there = answers.includes(args.join(' '));
      return Promise.resolve({
        ...{ code: there ? 0 : 1, description: '', notFound: false, stdout: '', stderr: '' },
      });
    },
    spawn(command, supervision) {
      started.push(command);
      supervision.onOutput('stderr', 'cargo’s words\n');
      const ended = { exit: exit ?? { type: 'code' as const, code: 0 }, leftProcesses: false };
      return { ended: Promise.resolve(ended), kill: () => undefined };
    },
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
  const spawn: CommandRun['spawn'] = (command, supervision) => {
    started.push(command);
    supervision.onOutput('stdout', 'for us, for the user\n');
    const exit = { type: 'code' as const, code: 0 };
    return { ended: Promise.resolve({ exit, leftProcesses: false }), kill: () => undefined };
  };

  test('has cargo run until nothing is out of date, and its own output left out', async () => {
    await run({
      changes: { openCheck: openCheck(3), spawn },
      options: { args: ['--', '-D', 'x'] },
    });
    expect(started).toHaveLength(3);
    expect(started[0]!.args.slice(-5)).toEqual(['--ours', '--', '-D', 'x', '--too']);
    expect(output).toBe('for the user\n'.repeat(3));
  });

  test('gives up when another cargo never rests', async () => {
    await expect(run({ changes: { openCheck: openCheck(99), spawn } })).rejects.toThrow(
      failure('SOURCES_CHANGED', 'another cargo'),
    );
    expect(started).toHaveLength(4);
  });
});

test('elsewhere than on Linux only sources are formatted', async () => {
  const openCheck = (): never => {
    throw new Error('nothing may be asked of cargo here');
  };
  const changes = { platform: 'darwin' as const };
  await run({ changes, options: { command: 'fmt-check' } });
  expect(started).toHaveLength(1);
  await expect(run({ changes: { ...changes, openCheck } })).rejects.toThrow(
    failure('UNSUPPORTED_HOST', 'runs on Linux only for now, and this host is darwin'),
  );
  expect(started).toHaveLength(0);
});
