/** Turns calls of `push` into an async sequence for one reader. */
export interface EventQueue<T> extends AsyncIterable<T> {
  push(event: T): void;
  /** Ends the sequence after what was pushed so far. */
  end(): void;
  /** Ends the sequence with an error after what was pushed so far. */
  fail(error: unknown): void;
}

/** An unbounded queue: events are small, and the reader must not slow a test down. */
export function createEventQueue<T>(): EventQueue<T> {
  let events: T[] = [];
  let finished: { error?: unknown } | undefined;
  let wake: (() => void) | undefined;
  const notify = (): void => {
    wake?.();
    wake = undefined;
  };
  return {
    push(event) {
      events.push(event);
      notify();
    },
    end() {
      finished ??= {};
      notify();
    },
    fail(error) {
      finished ??= { error };
      notify();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const batch = events;
        events = [];
        yield* batch;
        if (events.length > 0) continue;
        if (finished !== undefined) {
          if ('error' in finished) throw finished.error;
          return;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
