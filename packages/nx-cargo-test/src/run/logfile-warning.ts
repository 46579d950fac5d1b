const warning = 'warning: `--logfile` is deprecated';

/** Takes a stream's text piece by piece and leaves out what the user should not see. */
export interface TextFilter {
  /** What can be shown by now. */
  next(text: string): string;
  /** What was held back until the end. */
  end(): string;
}

/**
 * Leaves out the first warning about `--logfile` from a process's standard
 * error: we gave that option, not the user. Libtest writes it without a newline
 * right in front of what the tests write.
 */
export function createLogfileWarningFilter(): TextFilter {
  let held = '';
  let done = false;
  return {
    next(text) {
      if (done) return text;
      held += text;
      const start = held.indexOf(warning);
      if (start >= 0) {
        done = true;
        const after = held.slice(start + warning.length);
        return held.slice(0, start) + (after.startsWith('\n') ? after.slice(1) : after);
      }
      let kept = Math.min(held.length, warning.length - 1);
      while (kept > 0 && !warning.startsWith(held.slice(held.length - kept))) kept -= 1;
      const shown = held.slice(0, held.length - kept);
      held = held.slice(held.length - kept);
      return shown;
    },
    end() {
      const rest = done ? '' : held;
      done = true;
      return rest;
    },
  };
}
