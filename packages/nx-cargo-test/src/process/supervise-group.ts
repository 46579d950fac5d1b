import type { Readable } from 'node:stream';
import { guardGroup } from './end-guard';
import type { ReachedLimit } from '../resources/reached-limits';
import type { ResourceUse } from '../resources/resource-use';
import { onOwnEnd } from './on-own-end';
import type { ProcessExit } from './process-exit';

/** What to run. Nothing of our own environment is added to `environment`. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Absolute path. */
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How to watch over a command. */
export interface Supervision {
  /** Called with each piece of text as it arrives. */
  readonly onOutput: (stream: 'stdout' | 'stderr', text: string) => void;
  /** Kills the whole group when aborted. */
  readonly signal?: AbortSignal;
  /** Time from SIGTERM to SIGKILL. Default: 2000. */
  readonly graceMilliseconds?: number;
}

/** The end of a supervised command, after its last output. */
export interface SupervisedEnd {
  readonly exit: ProcessExit;
  /** Descendants still held the output open after the command had ended; they were killed. */
  readonly leftProcesses: boolean;
  /** What was seen of its processes. Absent: their machine does not itself watch them. */
  readonly watched?: WatchedThere;
}

/** What another machine saw of processes that it watched. */
export interface WatchedThere {
  /** The most that they held; absent if they had ended before the first look. */
  readonly peaks?: ResourceUse;
  /** How it is known that the kernel killed one of them for lack of memory; undefined if it is not. */
  readonly memoryKill: string | undefined;
}

/** A running command whose descendants die with it. */
export interface SupervisedChild {
  /** Process id of the group's leader on this machine; absent if it was not started here. */
  readonly pid?: number;
  readonly ended: Promise<SupervisedEnd>;
  /** Ends the whole group: SIGTERM, then SIGKILL. Does nothing once it has ended. */
  kill(): void;
  /** As {@link ResourceWatch.reachedLimits}, where its machine itself watches it; absent elsewhere. Never rejects. */
  reachedLimits?(): Promise<readonly ReachedLimit[]>;
}

/** A {@link SupervisedChild} that one can talk to. */
export interface TalkingChild extends SupervisedChild {
  /** Hands text to its standard input; does nothing once that is closed. */
  write(text: string): void;
  closeInput(): void;
}

/** Starts a command whose standard input is a pipe; `spawnTalking` is the real one. */
export type SpawnTalking = (command: Command, supervision: Supervision) => TalkingChild;

/** Starts a command in a process group of its own; `spawnSupervised` is the real one. */
export type SpawnSupervised = (command: Command, supervision: Supervision) => SupervisedChild;

/** The part of a `ChildProcess`, started with `detached: true`, that supervision needs. */
export interface GroupLeader {
  readonly pid?: number | undefined;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  once(
    event: 'exit',
    listener: (code: number | null, signal: NodeJS.Signals | null) => void,
  ): unknown;
}

/** Time for descendants to let go of the output once the command has ended. */
const DRAIN_MILLISECONDS = 500;

/**
 * Watches over a process that leads its own group: hands on its output, and
 * kills the whole group on request, on abort, after the leader's end, and when
 * our own process ends or is signalled, even by SIGKILL.
 */
export function superviseGroup(leader: GroupLeader, supervision: Supervision): SupervisedChild {
  const pid = leader.pid;
  if (pid === undefined) throw new TypeError('the process to supervise has no process id');
  const streams = [
    readText(leader.stdout, (text) => supervision.onOutput('stdout', text)),
    readText(leader.stderr, (text) => supervision.onOutput('stderr', text)),
  ];
  const releaseGuard = guardGroup(pid);
  const release = onOwnEnd(() => signalGroup(pid, 'SIGKILL'));

  let over = false;
  let escalation: NodeJS.Timeout | undefined;
  const kill = (): void => {
    if (over || escalation !== undefined) return;
    signalGroup(pid, 'SIGTERM');
    escalation = setTimeout(
      () => signalGroup(pid, 'SIGKILL'),
      supervision.graceMilliseconds ?? 2000,
    );
  };
  if (supervision.signal?.aborted === true) kill();
  supervision.signal?.addEventListener('abort', kill);

  const ended = (async (): Promise<SupervisedEnd> => {
    const exit = await new Promise<ProcessExit>((resolve) => {
      leader.once('exit', (code, signal) => {
        resolve(
          signal === null
            ? { type: 'code', code: code ?? -1 }
            : { type: 'signal', signal: String(signal) },
        );
      });
    });
    over = true;
    clearTimeout(escalation);
    supervision.signal?.removeEventListener('abort', kill);
    const drained = Promise.all(streams.map((stream) => stream.ended));
    const leftProcesses = !(await within(DRAIN_MILLISECONDS, drained));
    // Descendants would outlive the run and could disturb the next one.
    signalGroup(pid, 'SIGKILL');
    release();
    releaseGuard();
    if (leftProcesses && !(await within(DRAIN_MILLISECONDS, drained))) {
      // One that made a group of its own still holds the pipe; it must not hold us.
      for (const stream of streams) stream.close();
    }
    return { exit, leftProcesses };
  })();
  return { pid, ended, kill };
}

function readText(
  stream: Readable | null,
  onText: (text: string) => void,
): { ended: Promise<void>; close: () => void } {
  if (stream === null) return { ended: Promise.resolve(), close: () => undefined };
  stream.setEncoding('utf8');
  stream.on('data', onText);
  const ended = new Promise<void>((resolve) => {
    stream.once('close', resolve);
    stream.once('end', resolve);
    stream.once('error', () => resolve());
  });
  return { ended, close: () => stream.destroy() };
}

async function within(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const inTime = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // No member of the group is left, which is what the signal was for.
  }
}
