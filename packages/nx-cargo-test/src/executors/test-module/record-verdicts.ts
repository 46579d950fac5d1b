import { describeFailure } from '../../report/describe-failure';
import type { RunEvent, Verdict } from '../../run/run-event';
import type { LeafReuse } from './reuse-verdicts';

/**
 * Hands the verdicts of a run to the ledger: a failure or kill at once, passes
 * when their process has ended by itself and its end fits them.
 */
export function recordVerdicts({ ledger, recordsPasses, isFullRun, neverRecorded }: LeafReuse): {
  add(event: RunEvent): void;
  /** Waits until all failures are on disk and all passes are with the writer. Never rejects: gives what went wrong, a sentence each. */
  end(): Promise<string[]>;
} {
  const passed = new Map<string, number | undefined>();
  const pending: Promise<void>[] = [];
  const killed = new Set<number>();
  const started = new Map<number, readonly string[]>();
  return {
    add(event) {
      if (ledger === undefined) return;
      if (event.type === 'verdict' && !neverRecorded.has(event.test)) {
        const why = describeEnd(event.verdict);
        if (event.verdict.kind === 'passed') passed.set(event.test, event.seconds);
        else if (why !== undefined) pending.push(ledger.notPassed(event.test, why));
      }
      if (event.type === 'started') started.set(event.process, event.tests);
      if (event.type === 'killed' || event.type === 'rerun') killed.add(event.process);
      const isTruthful =
        event.type === 'ended' &&
        event.problem === undefined &&
        event.exit.type === 'code' &&
        // A target runner may turn the end of its child into an exit code.
        !killed.has(event.process);
      if (!isTruthful || !recordsPasses) return;
      const tests = started.get(event.process) ?? [];
      const ended = tests.flatMap((name) => {
        if (!passed.has(name)) return [];
        const seconds = passed.get(name);
        return [{ name, ...(seconds === undefined ? {} : { seconds }) }];
      });
      pending.push(ledger.passed(ended, isFullRun));
    },
    async end() {
      const written = await Promise.allSettled(pending);
      const errors = written.flatMap((one): unknown[] =>
        one.status === 'rejected' ? [one.reason] : [],
      );
      return [...new Set(errors.map((error) => `the ledger: ${describeFailure(error)}`))];
    },
  };
}

/** How a test ended that did not pass; undefined when that says nothing against it. */
function describeEnd(verdict: Verdict): string | undefined {
  switch (verdict.kind) {
    case 'failed':
      return 'failed';
    case 'killed':
      return `killed: ${verdict.by}`;
    case 'passed':
    case 'reused':
    case 'ignored':
    case 'notRun':
      return undefined;
  }
}
