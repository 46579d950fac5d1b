/** How a process ended, exactly as the operating system says. */
export type ProcessExit =
  | { readonly type: 'code'; readonly code: number }
  | { readonly type: 'signal'; readonly signal: string }
  /** It never ran: not found, not executable, too many arguments. */
  | { readonly type: 'notStarted'; readonly reason: string }
  /** Nobody can tell, because the machine that it ran on is out of reach. */
  | { readonly type: 'lost'; readonly reason: string };

/** A fragment for a sentence: `exit code 101`, `SIGSEGV`, `could not be started: …`. */
export function describeExit(exit: ProcessExit): string {
  switch (exit.type) {
    case 'code':
      return `exit code ${exit.code}`;
    case 'signal':
      return exit.signal;
    case 'notStarted':
      return `could not be started: ${exit.reason}`;
    case 'lost':
      return `was lost: ${exit.reason}`;
  }
}
