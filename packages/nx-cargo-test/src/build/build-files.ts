import { readdirSync, readFileSync, statSync } from 'node:fs';

/** A regular file as cargo left it. */
export interface BuildFileStatus {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  /** Modification time by the clock of the machine that built, in nanoseconds since the epoch. */
  readonly mtimeNs: bigint;
  /** The same by this machine's clock, and surely not later than it was. */
  readonly madeNs: bigint;
}

/** The files that a build left in cargo's target folder, wherever that lies. */
export interface BuildFiles {
  /** Undefined for what is no regular file. */
  status(file: string): BuildFileStatus | undefined;
  /** Names of what lies in a folder; none if it is missing. */
  list(folder: string): readonly string[];
  /** @throws if there is no such file. */
  readText(file: string): string;
}

/** Those of this machine. */
export const localFiles: BuildFiles = {
  status(file) {
    const status = statSync(file, { bigint: true, throwIfNoEntry: false });
    if (status?.isFile() !== true) return undefined;
    const { dev, ino, size, mtimeNs } = status;
    return { dev, ino, size, mtimeNs, madeNs: mtimeNs };
  },
  list(folder) {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  },
  readText: (file) => readFileSync(file, 'utf8'),
};
