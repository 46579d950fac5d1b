import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { RunProgram } from '../cargo/run-program';
import { CargoTestError } from '../errors';
import { withPrivateFolder } from '../run/private-folder';

/** A file for `--logfile` that keeps what several harnesses write to it one after the other. */
export interface VerdictPipe {
  /** Absolute path without a space. */
  readonly path: string;
  /** All that was written so far, as far as it is known here. */
  read(): string;
  /** Waits until {@link read} tells all that was written before. */
  settle(): Promise<void>;
}

/**
 * Lends an action a named pipe for `--logfile`. rustdoc starts one harness for
 * each way in which it compiles doc tests and gives the same log file to all; each
 * empties a regular file first, so that only the last one's verdicts would stay.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` if the folder for temporary files has a
 *   space in its name; `LISTING_FAILED` if there is no `mkfifo`.
 */
export async function withVerdictPipe<T>(
  run: RunProgram,
  environment: Readonly<Record<string, string>>,
  action: (pipe: VerdictPipe) => Promise<T>,
): Promise<T> {
  return withPrivateFolder(async (folder) => {
    if (/\s/.test(folder)) {
      throw new CargoTestError(
        'INVALID_OPTIONS',
        `rustdoc takes arguments apart at spaces, so it cannot be given a file in ${folder}; set TMPDIR to a folder without spaces`,
      );
    }
    const path = join(folder, 'verdicts.log');
    const made = await run({ file: 'mkfifo', args: [path], workingDirectory: folder, environment });
    if (made.code !== 0) {
      throw new CargoTestError(
        'LISTING_FAILED',
        `mkfifo, which is part of every Linux, cannot make ${path} (${made.description}): ${made.stderr}`,
      );
    }
    // Open for both, so that neither side ever waits for the other or sees an end.
    const file = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const chunks: Buffer[] = [];
    try {
      return await action({
        path,
        read() {
          readAvailable(file, chunks);
          return Buffer.concat(chunks).toString('utf8');
        },
        // Reading takes all that there is.
        settle: () => Promise.resolve(),
      });
    } finally {
      closeSync(file);
    }
  });
}

function readAvailable(file: number, chunks: Buffer[]): void {
  const buffer = Buffer.alloc(65_536);
  for (;;) {
    let size: number;
    try {
      size = readSync(file, buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return;
      throw error;
    }
    if (size === 0) return;
    chunks.push(Buffer.from(buffer.subarray(0, size)));
  }
}
