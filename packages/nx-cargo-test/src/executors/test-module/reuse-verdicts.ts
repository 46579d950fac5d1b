import type { ManifestBinary } from '../../fingerprint/manifest';
import type { LeafLedger } from '../../ledger/leaf-ledger';
import type { PassRecord } from '../../ledger/ledger-record';
import type { ReuseMode } from '../../ledger/reuse-mode';
import { planReuse, type SharedState } from '../../plan/plan-reuse';
import { argumentBeyondLedger, parseTestArguments } from '../../plan/test-arguments';
import type { PassedBefore, Verdict } from '../../run/run-event';

/** What the ledger says about a leaf before it runs. */
export interface LeafReuse {
  /** Verdicts of tests that need not run. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Why the others run; empty when none is reused. */
  readonly reasons: ReadonlyMap<string, string>;
  /** For the user. */
  readonly notes: readonly string[];
  /** Where verdicts are remembered, if they can be. */
  readonly ledger?: LeafLedger;
  /** Whether passes are remembered, or failures alone. */
  readonly recordsPasses: boolean;
  /** All of the leaf runs, so that its passes outvote earlier failures. */
  readonly isFullRun: boolean;
  /** Tests about which nothing is remembered. */
  readonly neverRecorded: ReadonlySet<string>;
}

/** Asks the ledger which tests of a leaf need not run. */
export function reuseVerdicts(request: {
  readonly ledger: LeafLedger | { readonly unusable: string };
  readonly mode: ReuseMode;
  readonly binary: ManifestBinary;
  /** All tests of the leaf. */
  readonly names: readonly string[];
  /** The user's arguments for the tests. */
  readonly args: readonly string[];
  readonly expectedFailures: readonly string[];
}): LeafReuse {
  const { ledger, binary, names, args } = request;
  const neverRecorded = new Set(request.expectedFailures);
  const none = { verdicts: new Map<string, Verdict>(), reasons: new Map<string, string>() };
  if ('unusable' in ledger) {
    const notes = request.mode === 'off' ? [] : [`nothing is reused: ${ledger.unusable}`];
    return { ...none, notes, recordsPasses: false, isFullRun: false, neverRecorded };
  }
  const beyond = binary.harness ? argumentBeyondLedger(args) : args[0];
  if (beyond !== undefined) {
    return { ...none, notes: [], ledger, recordsPasses: false, isFullRun: false, neverRecorded };
  }
  const ignored = new Set(binary.tests.filter((test) => test.ignored).map(({ name }) => name));
  const plan = planReuse({
    tests: names.filter((name) => !ignored.has(name)),
    mode: request.mode,
    alwaysRun: neverRecorded,
    answer: (test) => ledger.answer(test),
    shared: sharedState(binary),
  });
  const verdicts = new Map<string, Verdict>();
  for (const [test, pass] of plan.reused) {
    verdicts.set(test, { kind: 'reused', passed: passedBefore(pass) });
  }
  if (verdicts.size > 0) {
    // Asking the harness for them would tell no more than why they are ignored.
    for (const test of names) if (ignored.has(test)) verdicts.set(test, { kind: 'ignored' });
  }
  const hidesOutput = plan.reused.size > 0 && binary.harness && parseTestArguments(args).showOutput;
  return {
    verdicts,
    reasons: plan.reused.size === 0 ? none.reasons : plan.reasons,
    notes: hidesOutput
      ? ['unchanged tests were not run and show no output; NX_CARGO_TEST_REUSE=off runs them']
      : [],
    ledger,
    recordsPasses: true,
    isFullRun: plan.isFullRun,
    neverRecorded,
  };
}

function passedBefore({ commit, localChanges, at, machine, seconds }: PassRecord): PassedBefore {
  return {
    ...(commit === undefined ? {} : { commit }),
    ...{ localChanges, at, machine },
    ...(seconds === undefined ? {} : { seconds }),
  };
}

function sharedState(binary: ManifestBinary): SharedState | undefined {
  const { tests, sharedState: statics, stateUnknown } = binary;
  if (statics === undefined) return undefined;
  const named = (indices: readonly number[]): Set<string> =>
    new Set(indices.flatMap((index) => tests[index]?.name ?? []));
  return {
    statics: statics.map((item) => ({
      name: item.name,
      threadLocal: item.threadLocal,
      tests: named(item.tests),
    })),
    unknown: named(stateUnknown ?? []),
  };
}
