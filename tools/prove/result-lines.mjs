import { existsSync, readFileSync } from 'node:fs';

/** The JSON objects of a file with one on each line; none without the file. A last line that was not written to its end is left out. */
export function readLines(file) {
  if (!existsSync(file)) return [];
  const complete = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return complete.filter((line) => line !== '').map((line) => JSON.parse(line));
}
