import type { Writable } from 'node:stream';
import type { SupervisedChild, TalkingChild } from './supervise-group';

/** Adds the writing end of its standard input to a child; null when it did not start. */
export function talkTo(child: SupervisedChild, stdin: Writable | null): TalkingChild {
  // A child that is gone tells so by its end.
  stdin?.on('error', () => undefined);
  return {
    ended: child.ended,
    kill: () => child.kill(),
    write(text) {
      if (stdin?.writable === true) stdin.write(text);
    },
    closeInput: () => void stdin?.end(),
  };
}
