import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CargoTestError } from '../errors';
import { describeExit } from '../process/process-exit';
import type { Command, SpawnTalking } from '../process/supervise-group';

/** What a guest tells of itself when its shell opens. */
export interface GuestFacts {
  /** Folder of the run, removed when the shell ends. */
  readonly folder: string;
  readonly processors: number;
  /** Soft limit of open descriptors of all that runs in the shell; `unlimited` is infinite. */
  readonly descriptors: number;
  /** `uname -srm`. */
  readonly kernel: string;
  /** The login environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** One shell in a guest through which a whole run goes; `shell/guest-agent.sh` says what it can be asked. */
export interface GuestShell {
  readonly facts: GuestFacts;
  /** False once the guest, or the way to it, is gone. */
  readonly isOpen: () => boolean;
  /**
   * The lines of the answer to a request of one line.
   *
   * @throws {CargoTestError} `GUEST_UNUSABLE` when the shell ended before it answered.
   */
  ask(request: string): Promise<readonly string[]>;
  /** Ends the shell, and with it all that it started in the guest. */
  close(): Promise<void>;
}

/** How long a guest may take for its first answer. */
const OPEN_MILLISECONDS = 120_000;
/** How long a guest may take for any other answer; it checks copies of large binaries. */
const ANSWER_MILLISECONDS = 600_000;
/** How long the way to a guest may take to close. */
const CLOSE_MILLISECONDS = 5_000;

/**
 * Opens the shell.
 *
 * @param wayIn Command that runs `sh -c …` in the guest with our standard input,
 *   given what comes after it: script and arguments.
 * @throws {CargoTestError} `GUEST_UNUSABLE` when the guest does not answer.
 */
export async function openGuestShell(
  spawn: SpawnTalking,
  wayIn: (args: readonly string[]) => Command,
): Promise<GuestShell> {
  const waiting: { resolve(lines: string[]): void; reject(error: Error): void }[] = [];
  let lines: string[] = [];
  let rest = '';
  let errors = '';
  let silence = '';
  let lost: CargoTestError | undefined;
  const scripts = ['end-guard.sh', 'guest-watch.sh'].map(script);
  const args = ['sh', '-c', script('guest-agent.sh'), 'sh', ...scripts];
  const answered = (): Promise<string[]> =>
    new Promise((resolve, reject) => {
      if (lost !== undefined) reject(lost);
      else waiting.push({ resolve, reject });
    });
  const child = spawn(wayIn(args), {
    onOutput(stream, text) {
      if (stream === 'stderr') {
        errors = (errors + text).slice(-2000);
        return;
      }
      const complete = (rest + text).split('\n');
      rest = complete.pop() ?? '';
      for (const line of complete) {
        if (line !== '.') lines.push(line);
        else {
          waiting.shift()?.resolve(lines);
          lines = [];
        }
      }
    },
  });
  const ended = child.ended.then(({ exit }) => {
    const said = errors.trim() === '' ? '' : `: ${errors.trim()}`;
    lost = new CargoTestError(
      'GUEST_UNUSABLE',
      `the shell in the guest ended (${describeExit(exit)}${silence})${said}`,
    );
    for (const { reject } of waiting.splice(0)) reject(lost);
  });

  /** A guest that hangs is as good as lost. */
  const within = async (milliseconds: number, answer: Promise<string[]>): Promise<string[]> => {
    const timer = setTimeout(() => {
      silence = `, it gave no answer for ${milliseconds / 1000} s`;
      child.kill();
    }, milliseconds);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  };

  const facts = readFacts(await within(OPEN_MILLISECONDS, answered()));
  return {
    facts,
    isOpen: () => lost === undefined,
    ask(request) {
      const answer = within(ANSWER_MILLISECONDS, answered());
      child.write(`${request}\n`);
      return answer;
    },
    async close() {
      child.closeInput();
      const late = setTimeout(() => child.kill(), CLOSE_MILLISECONDS);
      await ended;
      clearTimeout(late);
    },
  };
}

/** The value of a line of an answer that begins with a word; undefined without such a line. */
export function valueOf(lines: readonly string[], word: string): string | undefined {
  return lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1);
}

/** Text as it stands in a request. */
export function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}

function readFacts(lines: readonly string[]): GuestFacts {
  const folder = valueOf(lines, 'folder');
  if (folder === undefined) {
    throw new CargoTestError(
      'GUEST_UNUSABLE',
      `the shell in the guest gave an unknown answer: ${lines.join(' | ')}`,
    );
  }
  const entries = Buffer.from(valueOf(lines, 'environment') ?? '', 'base64')
    .toString()
    .split('\0')
    .filter((entry) => entry.includes('='))
    .map((entry): [string, string] => {
      const at = entry.indexOf('=');
      return [entry.slice(0, at), entry.slice(at + 1)];
    });
  const descriptors = Number(valueOf(lines, 'descriptors'));
  return {
    folder,
    processors: Math.max(1, Number(valueOf(lines, 'processors')) || 1),
    descriptors: Number.isNaN(descriptors) ? Infinity : descriptors,
    kernel: valueOf(lines, 'kernel') ?? '',
    environment: Object.fromEntries(entries.filter(([name]) => !ofTheLogin.has(name))),
  };
}

/** Variables that differ from one login to the next, or are a shell's own. */
const ofTheLogin = new Set([
  ...['SSH_CLIENT', 'SSH_CONNECTION', 'SSH_TTY', 'SSH_AUTH_SOCK', 'XDG_SESSION_ID'],
  ...['_', 'OLDPWD', 'PWD', 'SHLVL', 'default_signals'],
]);

function script(name: string): string {
  return readFileSync(join(__dirname, '../../shell', name), 'utf8');
}
