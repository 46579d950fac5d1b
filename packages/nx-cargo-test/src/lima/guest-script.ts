import { CargoTestError } from '../errors';
import { shellWord } from '../shell-word';
import { encoded, valueOf, type GuestShell } from './guest-shell';

/** What a script in a guest came to. */
export interface Performed {
  readonly status: number;
  /** Standard output and error. */
  readonly text: string;
}

/** Runs a short script in a guest. */
export async function perform(shell: GuestShell, script: string): Promise<Performed> {
  const answer = await shell.ask(`do ${encoded(script)}`);
  return {
    status: Number(valueOf(answer, 'status')),
    text: Buffer.from(valueOf(answer, 'text') ?? '', 'base64').toString(),
  };
}

/**
 * Runs a short script in a guest.
 *
 * @param what What it does, for the message.
 * @returns its output.
 * @throws {CargoTestError} `GUEST_UNUSABLE` if it fails.
 */
export async function mustSucceed(
  what: string,
  shell: GuestShell,
  script: string,
): Promise<string> {
  const { status, text } = await perform(shell, script);
  if (status === 0) return text;
  throw new CargoTestError('GUEST_UNUSABLE', `${what} failed (${status}): ${text.trim()}`);
}

/** A folder outside of the user's own is made by the superuser and then the user's. */
export function makeFolder(folder: string): string {
  const path = shellWord(folder);
  const owned = `sudo -n mkdir -p ${path} && sudo -n chown "$(id -u):$(id -g)" ${path}`;
  return `{ mkdir -p ${path} 2>/dev/null && [ -w ${path} ] || { ${owned}; }; }`;
}

/** A command that hands names of files, each ended by a NUL, to another one. */
export function namesOf(files: readonly string[]): string {
  return `printf '%s\\0' ${files.map(shellWord).join(' ')}`;
}

/** SHA-256 of those of the files that are there, lower-case hexadecimal. */
export async function digestsInGuest(
  shell: GuestShell,
  files: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (files.length === 0) return new Map();
  const script = `${namesOf(files)} | xargs -0 sha256sum -- 2>/dev/null`;
  const { text } = await perform(shell, script);
  return new Map(
    text.split('\n').flatMap((line) => {
      const match = /^(\\?)([0-9a-f]{64}) [ *](.*)$/.exec(line);
      if (match === null) return [];
      const [, escaped, digest = '', name = ''] = match;
      return [[escaped === '' ? name : unescaped(name), digest] as const];
    }),
  );
}

/** Contents of files of a guest, by the names that `names` prints, one a line. */
export async function contentsInGuest(
  shell: GuestShell,
  folder: string,
  names: string,
): Promise<ReadonlyMap<string, string>> {
  const script = [
    `cd ${shellWord(folder)} 2>/dev/null || exit 0`,
    `${names} | while IFS= read -r name; do`,
    '  [ -f "$name" ] && [ -r "$name" ] || continue',
    `  printf '%s\\n' "$name"`,
    `  base64 <"$name" | tr -d '\\n'`,
    '  echo',
    'done',
    // Line feeds at the end of an answer get lost, and the last file may be empty.
    'echo .',
    'exit 0',
  ].join('\n');
  const lines = (await mustSucceed('reading files in the guest', shell, script)).split('\n');
  const contents = new Map<string, string>();
  for (let index = 0; index + 1 < lines.length; index += 2)
    contents.set(lines[index]!, Buffer.from(lines[index + 1]!, 'base64').toString());
  return contents;
}

/** sha256sum writes a backslash and a line feed in a name as `\\` and `\n`. */
function unescaped(name: string): string {
  return name.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
}
