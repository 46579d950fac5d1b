import { runProgram } from '../../cargo/run-program';
import { withVerdictPipe } from '../../doc/verdict-pipe';
import { spawnWithNode } from '../../process/test-support/spawn-with-node';
import { runRustdoc, type RustdocEnd, type RustdocRun } from './run-rustdoc';

const environment = { PATH: process.env['PATH'] ?? '' };

/** Runs a shell script in place of cargo; `$1` is the pipe. */
function run(script: string, overrides: Partial<RustdocRun> = {}): Promise<RustdocEnd> {
  return withVerdictPipe(runProgram, environment, (pipe) =>
    runRustdoc({
      command: {
        file: 'sh',
        args: ['-c', script, 'sh', pipe.path],
        workingDirectory: '/',
        environment,
      },
      pipe,
      spawn: spawnWithNode,
      warnAfterSeconds: 60,
      killAfterSeconds: 60,
      onSilence: () => undefined,
      pollMilliseconds: 10,
      ...overrides,
    }),
  );
}

it('tells how it ended and all that it wrote', async () => {
  const logs: string[] = [];
  const end = await run('echo out; echo err >&2; echo "ok a" > "$1"; exit 101', {
    onLog: (log) => logs.push(log),
  });
  expect(end).toMatchObject({
    exit: { type: 'code', code: 101 },
    killed: undefined,
    log: 'ok a\n',
    stdout: 'out\n',
    stderr: 'err\n',
    leftProcesses: false,
  });
  expect(logs.every((log) => log === 'ok a\n')).toBe(true);
});

it('warns once of a silence, and ends it', async () => {
  const warnings: number[] = [];
  const end = await run('echo "Running rustdoc $1" >&2; sleep 86400', {
    warnAfterSeconds: 0.05,
    killAfterSeconds: 0.3,
    onSilence: (seconds) => warnings.push(seconds),
  });
  expect(end.killed).toBe('no doc test ended for 0.3 s');
  expect(end.exit).toEqual({ type: 'signal', signal: 'SIGTERM' });
  expect(warnings).toEqual([0.05]);
});

it('gives cargo all the time to compile before it starts rustdoc', async () => {
  const end = await run('echo Compiling >&2; sleep 0.5; echo "ok a" > "$1"', {
    warnAfterSeconds: 0.01,
    killAfterSeconds: 0.02,
    pollMilliseconds: 100_000,
  });
  expect(end).toMatchObject({ killed: undefined, log: 'ok a\n' });
  const silent = await run('echo Compiling >&2; sleep 0.5', { killAfterSeconds: 0.02 });
  expect(silent).toMatchObject({ killed: undefined, exit: { type: 'code', code: 0 } });
});

it('says that a program could not be started', async () => {
  const end = await withVerdictPipe(runProgram, environment, (pipe) =>
    runRustdoc({
      command: { file: '/no/cargo', args: [], workingDirectory: '/', environment },
      pipe,
      spawn: spawnWithNode,
      warnAfterSeconds: 60,
      killAfterSeconds: 60,
      onSilence: () => undefined,
    }),
  );
  expect(end.exit.type).toBe('notStarted');
});
