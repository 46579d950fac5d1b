/** Where text is shown: a standard stream of this process. */
export interface ShownStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A way to a stream that may hold back the beginning of a line. */
export interface LineWriter {
  write(text: string): void;
  /** Hands on what is left of a line that never ended. */
  end(): void;
}

/**
 * Writes whole lines to a stream that is no terminal: Nx ends a line after each piece that a
 * task writes, and cargo writes `Compiling` and the name of the crate one after the other.
 * A terminal gets each piece as it comes.
 */
export function wholeLines(stream: ShownStream): LineWriter {
  if (stream.isTTY === true)
    return { write: (text) => void stream.write(text), end: () => undefined };
  let begun = '';
  return {
    write(text) {
      const end = text.lastIndexOf('\n') + 1;
      if (end === 0) {
        begun += text;
        return;
      }
      stream.write(begun + text.slice(0, end));
      begun = text.slice(end);
    },
    end() {
      if (begun !== '') stream.write(begun);
      begun = '';
    },
  };
}
