import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Environment variable that names the folder into which the stand-in runner records. */
export const RUN_RECORDS_VARIABLE = 'NX_CARGO_TEST_RUNS';

/** How `cargo test` would have run one test binary. */
export interface RunRecord {
  readonly executable: string;
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Reads what `shell/run-recorder.sh` recorded. */
export async function readRunRecords(folder: string): Promise<RunRecord[]> {
  const names = await readdir(folder);
  return Promise.all(
    names.sort().map(async (name) => {
      const read = (file: string): Promise<string> => readFile(join(folder, name, file), 'utf8');
      const [command, environment, directory] = await Promise.all([
        read('command'),
        read('environment'),
        read('directory'),
      ]);
      return parseRunRecord({ command, environment, directory });
    }),
  );
}

/** Reads the files of one record. */
export function parseRunRecord(record: {
  readonly command: string;
  readonly environment: string;
  readonly directory: string;
}): RunRecord {
  return {
    executable: record.command.split('\0')[0] ?? '',
    workingDirectory: record.directory,
    environment: Object.fromEntries(record.environment.split('\0').flatMap(parseEntry)),
  };
}

function parseEntry(entry: string): [string, string][] {
  const equals = entry.indexOf('=');
  return equals < 1 ? [] : [[entry.slice(0, equals), entry.slice(equals + 1)]];
}

/** Variables that the recording itself brings about, and those of the shell that records. */
const NOT_FROM_CARGO = new Set(['PWD', 'OLDPWD', 'SHLVL', '_']);

/**
 * What cargo added to or changed in the environment for a test binary.
 *
 * @param given The environment that cargo was started with.
 * @param temporary Variables that stood in it for the recording only.
 */
export function addedEnvironment(
  record: RunRecord,
  given: Readonly<Record<string, string>>,
  temporary: ReadonlySet<string>,
): Record<string, string> {
  const added: Record<string, string> = {};
  for (const name of Object.keys(record.environment).sort()) {
    const value = record.environment[name];
    if (value === undefined || NOT_FROM_CARGO.has(name) || temporary.has(name)) continue;
    if (given[name] === value) continue;
    added[name] = name.endsWith('LIBRARY_PATH') ? withoutFolders(value, given[name] ?? '') : value;
  }
  return added;
}

/** cargo puts its folders before those that the user had; only cargo's own are of interest. */
function withoutFolders(value: string, given: string): string {
  const users = new Set(given.split(':'));
  return value
    .split(':')
    .filter((folder) => !users.has(folder))
    .join(':');
}
