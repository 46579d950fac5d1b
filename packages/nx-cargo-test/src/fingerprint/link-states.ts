import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { decodeLinkState, encodeLinkState, GRAPH_VERSION } from '@nx-cargo-test/object-graph';
import type { LinkState } from '@nx-cargo-test/object-graph';

/** What was found out about the links of test binaries, so that the next ones are told from it. */
export interface LinkStates {
  /** The state of an earlier link of an executable, if there is a sound one. */
  read(executable: string): LinkState | undefined;
  /** Keeps the state of a link of an executable in place of an earlier one; nothing if there is none. */
  write(executable: string, state: LinkState | undefined): void;
}

/** One is of some ten megabytes for a large crate. */
const KEPT = 16;

/**
 * Opens the states below a folder. Damaged ones, and those of another version, are
 * as good as none. A disk that cannot be written costs time only.
 *
 * @param version Version of the code that takes fingerprints.
 */
export function openLinkStates(folder: string, version: string): LinkStates {
  const fileOf = (executable: string): string => {
    const text = JSON.stringify([GRAPH_VERSION, version, executable]);
    return join(folder, `${createHash('sha256').update(text).digest('hex')}.link`);
  };
  return {
    read(executable) {
      try {
        const file = fileOf(executable);
        const state = decodeLinkState(readFileSync(file));
        const now = new Date();
        utimesSync(file, now, now);
        return state;
      } catch {
        return undefined;
      }
    },
    write(executable, state) {
      const file = fileOf(executable);
      const temporary = `${file}.${process.pid}.tmp`;
      try {
        if (state === undefined) {
          rmSync(file, { force: true });
          return;
        }
        mkdirSync(folder, { recursive: true });
        writeParts(temporary, encodeLinkState(state));
        renameSync(temporary, file);
        keepNewest(folder);
      } catch {
        rmSync(temporary, { force: true });
      }
    },
  };
}

function writeParts(path: string, parts: readonly Uint8Array[]): void {
  const file = openSync(path, 'w');
  try {
    for (const part of parts) writeFileSync(file, part);
  } finally {
    closeSync(file);
  }
}

function keepNewest(folder: string): void {
  const files = readdirSync(folder).map((name) => {
    const file = join(folder, name);
    return { file, time: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
  files.sort((a, b) => b.time - a.time);
  for (const { file } of files.slice(KEPT)) rmSync(file, { force: true });
}
