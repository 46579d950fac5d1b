import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Names of all variables that the `.env` files of some folders set, whichever
 * task Nx would load them for, sorted. What stands on a line like an assignment
 * counts as one, even within a value of several lines: a name too many does no
 * harm.
 */
export function dotenvNames(folders: readonly string[]): string[] {
  const names = new Set<string>();
  for (const folder of new Set(folders)) {
    const files = readdirSync(folder)
      .filter((name) => DOTENV_FILE.test(name))
      .map((name) => join(folder, name))
      // Virtual environments of Python are often called `.env`, too.
      .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
    for (const file of files) {
      for (const [, name] of readFileSync(file, 'utf8').matchAll(ASSIGNMENT)) {
        names.add(name!);
      }
    }
  }
  return [...names].sort();
}

/** `.env`, `.env.local`, `.env.test-arena.ci`, `.local.env` and their like. */
const DOTENV_FILE = /^\.(?:.+\.)?env(?:\..+)?$/;
const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:]/gm;
