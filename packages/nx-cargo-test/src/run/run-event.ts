import type { ProcessExit } from '../process/process-exit';
import type { ResourceUse } from '../resources/resource-use';

/** How a test ended. Every test of a leaf gets exactly one. */
export type Verdict =
  | { readonly kind: 'passed' }
  /** It did not run, because it is known to have passed just as it is now. */
  | { readonly kind: 'reused'; readonly passed: PassedBefore }
  /** It ran to its end and failed; `message` is libtest's own, when it gave one. */
  | { readonly kind: 'failed'; readonly message?: string }
  /** Marked `#[ignore]`; `message` is the attribute's. */
  | { readonly kind: 'ignored'; readonly message?: string }
  /** It was running when its process ended; `by` says what ended it. */
  | { readonly kind: 'killed'; readonly cause: 'timeout' | 'processEnd'; readonly by: string }
  /** It didn't start, or nobody can tell that it did. */
  | {
      readonly kind: 'notRun';
      readonly cause: 'notSelected' | 'processEnd';
      readonly why: string;
    };

/** Where and when a test passed that is not run again. */
export interface PassedBefore {
  /** The commit that was checked out, in full; absent outside of a git repository. */
  readonly commit?: string;
  /** The sources differed from the commit. */
  readonly localChanges: boolean;
  /** ISO 8601 in UTC. */
  readonly at: string;
  /** The machine in words. */
  readonly machine: string;
  /** Duration, where it is known. */
  readonly seconds?: number;
}

/** All that a runner tells, and all that reports know. `process` numbers the processes of a run from 0. */
export type RunEvent =
  | {
      readonly type: 'started';
      readonly process: number;
      /** Those of the leaf. */
      readonly tests: readonly string[];
      /** The other leaves that share the process, by `formatLeafId`, and their tests. */
      readonly shared?: {
        readonly leaves: readonly string[];
        readonly tests: readonly string[];
      };
    }
  /** Final: each test has one. `seconds` only where the duration is known. */
  | {
      readonly type: 'verdict';
      readonly test: string;
      readonly verdict: Verdict;
      readonly seconds?: number;
    }
  | {
      readonly type: 'output';
      readonly process: number;
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    }
  /** A test has been running for longer than the first limit. */
  | { readonly type: 'slow'; readonly test: string; readonly seconds: number }
  /** We are killing the process; `tests` are those that took too long, as far as is known. */
  | {
      readonly type: 'killed';
      readonly process: number;
      readonly why: string;
      readonly tests: readonly string[];
    }
  /** A process was killed from outside, or because some test took too long; the other tests that it left without a verdict run again in smaller ones. Or tests failed because it had run out of something. */
  | {
      readonly type: 'rerun';
      readonly process: number;
      /** What killed it, with the cause where there is evidence for one; or what it ran out of. */
      readonly why: string;
      /** It was not killed: these tests failed because it had run out of something. */
      readonly exhausted?: readonly string[];
      /** The tests that were running then, as well as can be known. */
      readonly running: readonly string[];
      /** Each an own process. None if the process was shared, and no test of this leaf was left. */
      readonly batches: readonly (readonly string[])[];
    }
  | {
      readonly type: 'ended';
      readonly process: number;
      readonly exit: ProcessExit;
      readonly seconds: number;
      /** Why the verdicts of this process don't suffice; the leaf fails. */
      readonly problem?: string;
      /** Descendants were still running after the end, and were killed. */
      readonly leftProcesses: boolean;
      /** The most that was seen of each resource, where the host shows it and the process ran long enough. */
      readonly peaks?: ResourceUse;
    };
