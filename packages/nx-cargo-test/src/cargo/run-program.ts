import { spawn } from 'node:child_process';
import { wholeLines, type ShownStream } from '../process/whole-lines';

/** A program to run to its end. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Text for its standard input. Default: none, it reads end of file. */
  readonly input?: string;
  /** `show` lets the user see it as it is written, with nothing kept. Default: `keep`. */
  readonly stderr?: 'keep' | 'show';
}

/** How a program ended and what it wrote. */
export interface ProgramEnd {
  /** Exit code; `undefined` when a signal ended it or it could not be started. */
  readonly code: number | undefined;
  /** `exit code 101`, `SIGSEGV`, `could not be started: …`. */
  readonly description: string;
  /** True when there is no such program. */
  readonly notFound: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Never rejects: what goes wrong stands in the result. */
export type RunProgram = (program: Program) => Promise<ProgramEnd>;

/** {@link RunProgram} on this machine; a program that still runs when this process exits is ended. */
export const runProgram: RunProgram = (program) => runShowing(program, process.stderr);

/** The same with another place to show things at, which gets whole lines unless it is a terminal. */
export function runShowing(program: Program, shown: ShownStream): Promise<ProgramEnd> {
  return new Promise((settle) => {
    const isShown = program.stderr === 'show';
    const child = spawn(program.file, [...program.args], {
      cwd: program.workingDirectory,
      env: { ...program.environment },
      stdio: [
        program.input === undefined ? 'ignore' : 'pipe',
        'pipe',
        // A terminal also gets what cargo draws for terminals only.
        isShown && shown.isTTY === true ? 'inherit' : 'pipe',
      ],
    });
    const stop = (): void => void child.kill('SIGTERM');
    process.once('exit', stop);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    const lines = wholeLines(shown);
    if (isShown) child.stderr?.setEncoding('utf8').on('data', lines.write);
    else child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A program that ends without reading its input is judged by its status alone.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(program.input);
    const end = (code: number | undefined, description: string, notFound = false): void => {
      process.off('exit', stop);
      lines.end();
      const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('utf8');
      settle({ code, description, notFound, stdout: text(stdout), stderr: text(stderr) });
    };
    child.once('error', (error: NodeJS.ErrnoException) =>
      end(undefined, `could not be started: ${error.message}`, error.code === 'ENOENT'),
    );
    child.once('close', (code, signal) =>
      end(code ?? undefined, code === null ? String(signal) : `exit code ${code}`),
    );
  });
}
