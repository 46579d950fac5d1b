import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '@nx-cargo-test/object-graph';
import { CargoTestError } from '../errors';

/** Lets `use` read a file by ranges, and closes it. */
export function withFile<T>(path: string, use: (source: ByteSource) => T): T {
  const file = openSync(path, 'r');
  try {
    const read = (target: Uint8Array, start: number): void => {
      for (let done = 0; done < target.length;) {
        const count = readSync(file, target, done, target.length - done, start + done);
        if (count === 0)
          throw new CargoTestError('SOURCES_CHANGED', `${path} was cut short while it was read`);
        done += count;
      }
    };
    return use({ size: fstatSync(file).size, read });
  } finally {
    closeSync(file);
  }
}
