import { basename, dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { VerdictPipe } from '../../doc/verdict-pipe';
import type { ProcessExit } from '../../process/process-exit';
import type { Command, SpawnSupervised } from '../../process/supervise-group';

/** A `cargo test --doc -v` whose rustdoc writes to a pipe, and how to watch over it. */
export interface RustdocRun {
  readonly command: Command;
  readonly pipe: VerdictPipe;
  readonly spawn: SpawnSupervised;
  /** Seconds without news in the pipe after which {@link onSilence} is told. */
  readonly warnAfterSeconds: number;
  /** Seconds without news in the pipe after which the whole group is killed. */
  readonly killAfterSeconds: number;
  readonly onSilence: (seconds: number) => void;
  /** Told what stands in the pipe whenever there is more. */
  readonly onLog?: (log: string) => void;
  /** How often the pipe is read. Default: 100. */
  readonly pollMilliseconds?: number;
}

/** How it ended. */
export interface RustdocEnd {
  readonly exit: ProcessExit;
  /** Why it was killed by us, if it was. */
  readonly killed: string | undefined;
  /** All that was written to the pipe. */
  readonly log: string;
  readonly stdout: string;
  readonly stderr: string;
  /** Time from the start of cargo to its end. */
  readonly seconds: number;
  readonly leftProcesses: boolean;
}

/**
 * Runs it to its end. Time counts from the moment at which cargo starts rustdoc,
 * as what cargo does before, above all compile dependencies, has no limit.
 */
export async function runRustdoc(run: RustdocRun): Promise<RustdocEnd> {
  const { pipe, warnAfterSeconds, killAfterSeconds } = run;
  // cargo shows the call; the random name of the pipe's folder stands in no other line.
  const mark = basename(dirname(pipe.path));
  const stdout: string[] = [];
  const stderr: string[] = [];
  let tail = '';
  let lastNews: number | undefined;
  const startedAt = now();
  const child = run.spawn(run.command, {
    onOutput(stream, text) {
      (stream === 'stdout' ? stdout : stderr).push(text);
      if (stream === 'stdout' || lastNews !== undefined) return;
      if ((tail + text).includes(mark)) lastNews = now();
      tail = text.slice(-mark.length);
    },
  });

  let length = 0;
  let hasWarned = false;
  let killed: string | undefined;
  const look = (): void => {
    const log = pipe.read();
    if (log.length > length) {
      length = log.length;
      lastNews = now();
      hasWarned = false;
      run.onLog?.(log);
    }
    if (lastNews === undefined || killed !== undefined) return;
    const silence = now() - lastNews;
    if (silence >= killAfterSeconds) {
      killed = `no doc test ended for ${killAfterSeconds} s`;
      child.kill();
    } else if (silence >= warnAfterSeconds && !hasWarned) {
      hasWarned = true;
      run.onSilence(warnAfterSeconds);
    }
  };
  const timer = setInterval(look, run.pollMilliseconds ?? 100);
  try {
    const { exit, leftProcesses } = await child.ended;
    // A machine that is out of reach tells no more than it has told.
    if (exit.type !== 'lost') await pipe.settle();
    return {
      exit,
      killed,
      log: pipe.read(),
      stdout: stdout.join(''),
      stderr: stderr.join(''),
      seconds: now() - startedAt,
      leftProcesses,
    };
  } finally {
    clearInterval(timer);
  }
}

function now(): number {
  return performance.now() / 1000;
}
