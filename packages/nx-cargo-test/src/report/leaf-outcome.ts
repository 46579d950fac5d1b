import type { RunEvent, Verdict } from '../run/run-event';
import { describeRerun } from './describe-rerun';
import { describeSharing } from './describe-sharing';

/** A test's verdict, and what the user had said about it beforehand. */
export interface TestOutcome {
  readonly name: string;
  readonly verdict: Verdict;
  /** Its failure is expected; it ran alone. */
  readonly expectedFailure: boolean;
  /** Duration, where it is known. */
  readonly seconds?: number;
}

/** The output of one process, as far as it was kept. */
export interface ProcessOutput {
  readonly tests: readonly string[];
  /** Tests of other leaves that shared the process, whose output is among the rest. Default: none. */
  readonly others?: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
}

/** All that happened to a leaf. */
export interface LeafOutcome {
  /** Every test of the leaf once, in the order given. */
  readonly tests: readonly TestOutcome[];
  /** Why the leaf fails beyond its failed tests. */
  readonly problems: readonly string[];
  /** Things worth knowing that fail nothing. */
  readonly notes: readonly string[];
  readonly output: readonly ProcessOutput[];
  /** Sum of the durations of the processes. */
  readonly seconds: number;
  readonly success: boolean;
}

/** Gathers the events of one leaf. */
export interface OutcomeCollector {
  add(event: RunEvent): void;
  /** Adds a reason to fail that is no event of a runner. */
  fail(problem: string): void;
  /** Adds what is worth knowing and fails nothing. */
  note(note: string): void;
  /** What is known by now; tests without a verdict are not run. */
  outcome(): LeafOutcome;
}

/** Output of a process beyond this is dropped from its middle. Unit: UTF-16 code units. */
const KEPT_OUTPUT = 32 * 1024 * 1024;

/**
 * Starts to gather the events of a leaf.
 *
 * @param tests All tests of the leaf.
 * @param expectedFailures Those whose failure does not fail the leaf.
 */
export function collectOutcome(
  tests: readonly string[],
  expectedFailures: readonly string[],
): OutcomeCollector {
  const verdicts = new Map<string, { verdict: Verdict; seconds?: number }>();
  const problems: string[] = [];
  const notes: string[] = [];
  const processes = new Map<number, KeptProcess>();
  const known = new Set(tests);
  const expected = new Set(expectedFailures);
  let seconds = 0;

  const processAt = (index: number): KeptProcess => {
    let kept = processes.get(index);
    if (kept === undefined) {
      kept = { tests: [], stdout: createKeptText(), stderr: createKeptText() };
      processes.set(index, kept);
    }
    return kept;
  };

  return {
    add(event) {
      switch (event.type) {
        case 'started':
          processAt(event.process).tests = event.tests;
          if (event.shared === undefined) break;
          processAt(event.process).others = event.shared.tests;
          notes.push(describeSharing(event.shared.leaves));
          break;
        case 'output':
          processAt(event.process)[event.stream].add(event.text);
          break;
        case 'verdict': {
          const { test, verdict } = event;
          if (!known.has(test))
            problems.push(`a verdict came for ${test}, which is no test of this module`);
          else if (verdicts.has(test)) problems.push(`two verdicts came for ${test}`);
          else {
            verdicts.set(test, {
              verdict,
              ...(event.seconds === undefined ? {} : { seconds: event.seconds }),
            });
          }
          break;
        }
        case 'slow':
          notes.push(`${event.test} took more than ${event.seconds} s`);
          break;
        case 'killed':
          break;
        case 'rerun':
          notes.push(describeRerun(event));
          break;
        case 'ended':
          seconds += event.seconds;
          if (event.problem !== undefined) problems.push(event.problem);
          if (event.leftProcesses)
            notes.push('processes that the tests had left running were killed');
          break;
      }
    },
    fail(problem) {
      problems.push(problem);
    },
    note(note) {
      notes.push(note);
    },
    outcome() {
      const outcomes = tests.map((name): TestOutcome => {
        const known = verdicts.get(name) ?? {
          verdict: { kind: 'notRun', cause: 'processEnd', why: 'the run ended before it' } as const,
        };
        return { name, expectedFailure: expected.has(name), ...known };
      });
      return {
        tests: outcomes,
        problems: [...problems],
        notes: [...notes],
        output: [...processes.values()].map((kept) => ({
          tests: kept.tests,
          ...(kept.others === undefined ? {} : { others: kept.others }),
          stdout: kept.stdout.text(),
          stderr: kept.stderr.text(),
        })),
        seconds,
        success: problems.length === 0 && outcomes.every(isAcceptable),
      };
    },
  };
}

/** True for a test that doesn't make its leaf fail. */
export function isAcceptable(test: TestOutcome): boolean {
  switch (test.verdict.kind) {
    case 'passed':
    case 'reused':
    case 'ignored':
      return true;
    case 'notRun':
      return test.verdict.cause === 'notSelected';
    case 'failed':
    case 'killed':
      return failedAsExpected(test);
  }
}

/** True for a failure that was expected. A crash never is, a test that took too long may be. */
export function failedAsExpected(test: TestOutcome): boolean {
  const { verdict } = test;
  if (!test.expectedFailure) return false;
  return verdict.kind === 'failed' || (verdict.kind === 'killed' && verdict.cause === 'timeout');
}

interface KeptProcess {
  tests: readonly string[];
  others?: readonly string[];
  readonly stdout: KeptText;
  readonly stderr: KeptText;
}

interface KeptText {
  add(text: string): void;
  text(): string;
}

function createKeptText(): KeptText {
  let head = '';
  let tail: string[] = [];
  let tailLength = 0;
  let dropped = 0;
  const half = KEPT_OUTPUT / 2;
  return {
    add(text) {
      const room = half - head.length;
      head += text.slice(0, Math.max(0, room));
      const rest = text.slice(Math.max(0, room));
      if (rest === '') return;
      tail.push(rest);
      tailLength += rest.length;
      // Cutting rarely keeps the cost per piece constant.
      if (tailLength > 2 * half) {
        const joined = tail.join('');
        dropped += joined.length - half;
        tail = [joined.slice(-half)];
        tailLength = half;
      }
    },
    text() {
      const gap = dropped === 0 ? '' : `\n[${dropped} characters of output left out here]\n`;
      return head + gap + tail.join('');
    },
  };
}
