/** A file that is read by ranges, so that what nobody needs, such as debug sections, is never read. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** Fills `target` with the bytes that begin at `start`; all of them are within the file. */
  read(target: Uint8Array, start: number): void;
}

/** Bytes in memory as a file to be read by ranges. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (target, start) => target.set(bytes.subarray(start, start + target.length)),
  };
}
