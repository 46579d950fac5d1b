import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Computes digests of large files, each file content once. */
export interface FileDigests {
  /** SHA-256 of a file's content, lower-case hexadecimal. */
  sha256(file: string): Promise<string>;
}

/**
 * Digests that are remembered by the file's identity (device, inode, size, time
 * of the last change), so that the hard links of one binary are read once.
 */
export function createFileDigests(): FileDigests {
  const known = new Map<string, Promise<string>>();
  return {
    sha256: async (file) => {
      const { dev, ino, size, mtimeNs } = await stat(file, { bigint: true });
      const identity = [dev, ino, size, mtimeNs].join(':');
      const digest = known.get(identity) ?? readDigest(file);
      known.set(identity, digest);
      return digest;
    },
  };
}

async function readDigest(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
