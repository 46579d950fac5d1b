import { StringDecoder } from 'node:string_decoder';
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../errors';
import type { ProcessExit } from '../process/process-exit';
import type {
  Command,
  SupervisedChild,
  SupervisedEnd,
  Supervision,
} from '../process/supervise-group';
import type { ReachedLimit } from '../resources/reached-limits';
import { encoded, valueOf, type GuestShell } from './guest-shell';
import { reachedIn, watchedIn } from './guest-watch';
import { shellWord } from '../shell-word';

/** Time between two looks at a process that has nothing new: short ones first, for short tests. */
const PAUSES = [20, 20, 50, 50, 100];
const LONGEST_PAUSE = 200;

/** How much of each stream of tests is still read after their end. */
const LATE_BYTES = 8 << 20;

/**
 * Starts a command in a guest, as `spawnSupervised` does here; its end is told by
 * the guest's own shell. If the guest is lost, so is the process.
 *
 * @param id Not used before with this shell.
 * @param isWatched Whether it is tests: the guest looks at what its processes hold, and output counts less than time.
 */
export function startInGuest(
  shell: GuestShell,
  id: number,
  command: Command,
  supervision: Supervision,
  isWatched = false,
): SupervisedChild {
  let escalation: NodeJS.Timeout | undefined;
  const signal = (name: string): void => {
    // A guest that is lost has nothing left to signal.
    shell.ask(`kill ${id} ${name}`).catch(() => undefined);
  };
  const kill = (): void => {
    if (escalation !== undefined) return;
    signal('TERM');
    escalation = setTimeout(() => signal('KILL'), supervision.graceMilliseconds ?? 2000);
  };
  supervision.signal?.addEventListener('abort', kill);
  let reached: readonly ReachedLimit[] = [];
  let isOver = false;
  const note = (answer: readonly string[]): void => {
    reached = reachedIn(answer) ?? reached;
  };
  const ended = follow(shell, id, command, supervision, isWatched, note)
    .catch((error: unknown): SupervisedEnd => ({
      exit: { type: 'lost', reason: messageOf(error) },
      leftProcesses: false,
    }))
    .finally(() => {
      isOver = true;
      clearTimeout(escalation);
      escalation = setTimeout(() => undefined);
      supervision.signal?.removeEventListener('abort', kill);
    });
  if (supervision.signal?.aborted === true) kill();
  if (!isWatched) return { ended, kill };
  return {
    ended,
    kill,
    async reachedLimits() {
      // What a guest that is lost was seen to hold before, stands.
      if (!isOver) await shell.ask(`look ${id}`).then(note, () => undefined);
      return reached;
    },
  };
}

async function follow(
  shell: GuestShell,
  id: number,
  command: Command,
  { onOutput }: Supervision,
  isWatched: boolean,
  onEnd: (answer: readonly string[]) => void,
): Promise<SupervisedEnd> {
  const started = await shell.ask(`start ${id} ${encoded(jobScript(command))}`);
  if (valueOf(started, 'group') === undefined) {
    return {
      exit: { type: 'notStarted', reason: `the guest said: ${valueOf(started, 'said') ?? ''}` },
      leftProcesses: false,
    };
  }
  if (isWatched) await shell.ask(`watch ${id}`);
  const streams = {
    out: { stream: 'stdout', decoder: new StringDecoder() },
    err: { stream: 'stderr', decoder: new StringDecoder() },
  } as const;
  const read = { out: 0, err: 0 };
  /** What there is to read, told at the end: what the process left running may write for ever. */
  const whole = { out: Infinity, err: Infinity };
  const size = async (name: 'out' | 'err'): Promise<number> => {
    const answer = await shell.ask(`size ${shell.facts.folder}/${id}/${name}`);
    return Number(valueOf(answer, 'size') ?? 0);
  };
  /** Tests may have written faster than can be read; of other programs every line counts, such as cargo's messages. */
  const passOver = (name: 'out' | 'err'): void => {
    const skipped = whole[name] - read[name] - LATE_BYTES;
    if (!isWatched || skipped <= 0) return;
    read[name] += skipped;
    const { stream, decoder } = streams[name];
    onOutput(stream, `${decoder.end()}\n[${skipped} bytes of output left out here]\n`);
  };
  for (let round = 0; ; round++) {
    const answer = await shell.ask(`poll ${id} ${read.out} ${read.err}`);
    let isNew = false;
    for (const name of ['out', 'err'] as const) {
      const data = Buffer.from(valueOf(answer, name) ?? '', 'base64');
      if (data.length === 0) continue;
      isNew = true;
      read[name] += data.length;
      onOutput(streams[name].stream, streams[name].decoder.write(data));
    }
    const exit = exitOf(answer);
    if (exit === undefined) {
      if (!isNew) await wait(PAUSES[round] ?? LONGEST_PAUSE);
      continue;
    }
    if (whole.out === Infinity) {
      for (const name of ['out', 'err'] as const) {
        whole[name] = await size(name);
        passOver(name);
      }
    }
    if (isNew && (read.out < whole.out || read.err < whole.err)) continue;
    for (const { stream, decoder } of Object.values(streams)) {
      const text = decoder.end();
      if (text !== '') onOutput(stream, text);
    }
    const last = await shell.ask(`end ${id}`);
    onEnd(last);
    return {
      exit,
      leftProcesses: last.includes('left'),
      ...(isWatched ? { watched: watchedIn(last) } : {}),
    };
  }
}

/** Runs the command in its folder with just its environment. */
function jobScript({ file, args, workingDirectory, environment }: Command): string {
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  // To env(1), a program whose path has an equals sign would be one more variable.
  const program = file.includes('=') ? ['nice', '-n', '0', file] : [file];
  const words = [...assignments, ...program, ...args].map(shellWord).join(' ');
  return `cd -- ${shellWord(workingDirectory)} || exit 126\nexec env $default_signals -i ${words}\n`;
}

function exitOf(answer: readonly string[]): ProcessExit | undefined {
  const status = valueOf(answer, 'end');
  if (status === undefined) return undefined;
  const code = Number(status);
  const signal = LINUX_SIGNALS[code - FIRST_SIGNAL];
  return signal === undefined ? { type: 'code', code } : { type: 'signal', signal };
}

/** Of a shell, for a command that signal 1 ended (POSIX, "Exit Status for Commands"). */
const FIRST_SIGNAL = 129;

/** Signals from 1 in the order of signal(7) for x86 and ARM, which is not that of every host. */
const LINUX_SIGNALS: readonly string[] = [
  ...['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE'],
  ...['SIGKILL', 'SIGUSR1', 'SIGSEGV', 'SIGUSR2', 'SIGPIPE', 'SIGALRM', 'SIGTERM', 'SIGSTKFLT'],
  ...['SIGCHLD', 'SIGCONT', 'SIGSTOP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGURG', 'SIGXCPU'],
  ...['SIGXFSZ', 'SIGVTALRM', 'SIGPROF', 'SIGWINCH', 'SIGIO', 'SIGPWR', 'SIGSYS'],
];
