import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { contentDigest } from './hashed-sources';
import { removeStaleTemporaries } from '../stale-temporaries';
import { fileState } from './source-snapshot';

/** Sources whose modification time a build set, so that cargo compiles them again. */
export interface TouchedSources {
  /**
   * Gives a file the modification time of now. Its content stays, and other
   * builds of the same Nx command are let known that.
   *
   * @throws if the file cannot be changed.
   */
  touch(file: string): void;
  /**
   * When anything of the file changed last but for its time being set here, in
   * milliseconds since the epoch; undefined if it's missing.
   */
  changedAt(file: string): number | undefined;
}

const touchSchema = v.strictObject({ state: v.string(), changedAt: v.number() });

/**
 * Opens the notes about touched sources, one file per source, since builds of
 * several packages may touch the same one.
 *
 * @param buildFolder Absolute path from `createBuildFolder`.
 */
export function openTouchedSources(buildFolder: string): TouchedSources {
  const folder = join(buildFolder, 'touched');
  const noteOf = (file: string): string =>
    join(folder, `${createHash('sha256').update(file).digest('hex').slice(0, 32)}.json`);
  const changedAt = (file: string): number | undefined => {
    const own = statSync(file, { throwIfNoEntry: false })?.ctimeMs;
    if (own === undefined) return undefined;
    const note = readNote(noteOf(file));
    return note?.state === fileState(file) ? note.changedAt : own;
  };
  return {
    changedAt,
    touch: (file) => {
      const before = changedAt(file);
      const content = contentDigest(file);
      utimesSync(file, statSync(file).atime, new Date());
      const state = fileState(file);
      // Someone else may have written it at the same moment; nothing is said of its content then.
      if (before === undefined || contentDigest(file) !== content) return;
      writeNote(folder, noteOf(file), { state, changedAt: before });
    },
  };
}

function readNote(file: string): v.InferOutput<typeof touchSchema> | undefined {
  try {
    return v.parse(touchSchema, JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Most sources have none; without one a file counts as changed when its state did.
    return undefined;
  }
}

function writeNote(folder: string, file: string, note: v.InferOutput<typeof touchSchema>): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(folder, { recursive: true });
    removeStaleTemporaries(folder, (name) => /^[0-9a-f]{32}\.json$/.test(name));
    writeFileSync(temporary, JSON.stringify(note));
    renameSync(temporary, file);
  } catch {
    // Other builds of this command may fail for it, loudly, and pass the next time.
  }
}
