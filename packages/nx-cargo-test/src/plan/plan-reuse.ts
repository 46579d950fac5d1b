import type { KeyParts, PassRecord, RevocationRecord } from '../ledger/ledger-record';
import { describeDifference } from '../ledger/ledger-key';
import type { ReuseMode } from '../ledger/reuse-mode';

/** What the ledger knows of a test as it is now. */
export type LedgerAnswer =
  | { readonly state: 'passed'; readonly pass: PassRecord }
  | { readonly state: 'revoked'; readonly revocations: readonly RevocationRecord[] }
  /** `previous` are the parts of the last pass of the test as it was. */
  | { readonly state: 'unknown'; readonly parts: KeyParts; readonly previous?: KeyParts };

/** Writable statics and thread-locals of the workspace that several tests of a binary reach. */
export interface SharedState {
  readonly statics: readonly {
    readonly name: string;
    readonly threadLocal: boolean;
    readonly tests: ReadonlySet<string>;
  }[];
  /** Tests of which it is not known what they reach. */
  readonly unknown: ReadonlySet<string>;
}

/** What {@link planReuse} decides from. */
export interface ReuseRequest {
  /** All tests of the leaf that would run. */
  readonly tests: readonly string[];
  readonly mode: ReuseMode;
  /** Tests that run whatever is known of them, each in a process of its own. */
  readonly alwaysRun: ReadonlySet<string>;
  readonly answer: (test: string) => LedgerAnswer;
  /** Undefined when it is not known for the binary: every test may share with every other. */
  readonly shared: SharedState | undefined;
}

/** Which tests run and which are answered by the ledger; together they are all tests. */
export interface ReusePlan {
  readonly reused: ReadonlyMap<string, PassRecord>;
  /** Why each of the others runs, in words. */
  readonly reasons: ReadonlyMap<string, string>;
  /** Every test runs that is not answered alone: passes outvote earlier failures. */
  readonly isFullRun: boolean;
}

/**
 * Decides which tests of a leaf are not run because they are known to pass.
 *
 * A test without a known pass runs, and with it every test that may share
 * state with it, directly or through others. If one failed before with the same
 * code, all of the module run: alone it might pass for want of what made it fail.
 */
export function planReuse(request: ReuseRequest): ReusePlan {
  const { tests, mode, alwaysRun, answer } = request;
  const reasons = new Map<string, string>();
  const reused = new Map<string, PassRecord>();
  for (const test of tests.filter((name) => alwaysRun.has(name))) {
    reasons.set(test, 'its failure is expected');
  }
  const others = tests.filter((name) => !alwaysRun.has(name));
  if (mode === 'off') {
    for (const test of others) reasons.set(test, 'nothing is reused');
    return { reused, reasons, isFullRun: true };
  }

  const passes = new Map<string, PassRecord>();
  const first = new Map<string, string>();
  let failedBefore: string | undefined;
  for (const test of others) {
    const known = answer(test);
    switch (known.state) {
      case 'passed':
        passes.set(test, known.pass);
        break;
      case 'revoked':
        failedBefore ??= test;
        first.set(test, describeRevocation(known.revocations));
        break;
      case 'unknown':
        first.set(
          test,
          known.previous === undefined
            ? 'it is not known to have passed'
            : describeDifference(known.previous, known.parts),
        );
    }
  }
  for (const [test, reason] of first) reasons.set(test, reason);
  const runAll = (reason: string): void => {
    for (const test of passes.keys()) reasons.set(test, reason);
  };
  if (failedBefore !== undefined) {
    runAll(`${failedBefore} of its module failed before`);
  } else if (mode === 'module' && first.size > 0) {
    runAll(`${firstOf(first)} of its module runs`);
  } else {
    for (const [test, reason] of sharing([...first.keys()], passes, request.shared)) {
      reasons.set(test, reason);
    }
  }
  for (const [test, pass] of passes) if (!reasons.has(test)) reused.set(test, pass);
  return { reused, reasons, isFullRun: reused.size === 0 };
}

function describeRevocation(revocations: readonly RevocationRecord[]): string {
  const [latest] = revocations.slice(-1);
  return latest === undefined ? 'it failed before' : `it did not pass before: ${latest.why}`;
}

function firstOf(reasons: ReadonlyMap<string, string>): string {
  return reasons.keys().next().value ?? '';
}

/** Tests with a known pass that may share state with tests that run, each with the reason. */
function sharing(
  run: readonly string[],
  passes: ReadonlyMap<string, PassRecord>,
  shared: SharedState | undefined,
): Map<string, string> {
  const reasons = new Map<string, string>();
  if (run.length === 0) return reasons;
  if (shared === undefined) {
    const reason = `what it shares with ${run[0]} is not known`;
    for (const test of passes.keys()) reasons.set(test, reason);
    return reasons;
  }
  const pending = [...run];
  const done = new Set<SharedState['statics'][number]>();
  const add = (test: string, reason: string): void => {
    if (!passes.has(test) || reasons.has(test)) return;
    reasons.set(test, reason);
    pending.push(test);
  };
  for (let test = pending.shift(); test !== undefined; test = pending.shift()) {
    if (shared.unknown.has(test)) {
      for (const other of passes.keys()) add(other, `what it shares with ${test} is not known`);
      break;
    }
    for (const other of shared.unknown) add(other, `what it shares with ${test} is not known`);
    for (const item of shared.statics) {
      if (done.has(item) || !item.tests.has(test)) continue;
      done.add(item);
      const what = item.threadLocal ? 'thread-local' : 'static';
      for (const other of item.tests) add(other, `it shares the ${what} ${item.name} with ${test}`);
    }
  }
  return reasons;
}
