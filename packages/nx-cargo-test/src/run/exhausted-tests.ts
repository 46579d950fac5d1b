import type { ReachedLimit } from '../resources/reached-limits';
import type { ProcessExit } from '../process/process-exit';

/** Tests that failed because their process had run out of something. */
export interface Exhaustion {
  /** What ran out, in words. */
  readonly why: string;
  /** One at least. */
  readonly tests: readonly string[];
}

/** What is known of a process of several tests after its end. */
export interface ExhaustionEvidence {
  readonly exit: ProcessExit;
  /** Failed tests whose verdict was not told yet. */
  readonly failed: readonly string[];
  /** Limits that a process was seen to reach. */
  readonly reached: readonly ReachedLimit[];
  /** The end of what libtest wrote. */
  readonly stdout: string;
}

/** How libtest ends when a test failed. */
const FAILED = 101;

/** What the errors of a resource that ran out look like, in the words of the C library, of Rust and of C. */
const ERRORS: Readonly<Record<ReachedLimit['resource'], RegExp>> = {
  descriptors: /\bEMFILE\b|Too many open files|\bos error 24\b|\bcode: 24\b/,
  lockedBytes: /\bENOMEM\b|Cannot allocate memory|\bos error 12\b|\bcode: 12\b/,
};

/**
 * Finds the tests that failed for want of what their process had used up: all three have to
 * be there, a limit that a process was seen to reach, a test that names its error, and libtest's own
 * orderly end. Anything else is a failure like others.
 */
export function exhaustedTests(evidence: ExhaustionEvidence): Exhaustion | undefined {
  const { exit, failed, reached, stdout } = evidence;
  if (exit.type !== 'code' || exit.code !== FAILED) return undefined;
  const output = outputOfFailed(stdout);
  for (const limit of reached) {
    const tests = failed.filter((test) => ERRORS[limit.resource].test(output.get(test) ?? ''));
    if (tests.length > 0) return { why: describeLimit(limit), tests };
  }
  return undefined;
}

/** What failed tests wrote, as far as libtest captured it. */
function outputOfFailed(stdout: string): Map<string, string> {
  const sections = stdout.split(/^---- (.+) stdout ----$/m);
  const output = new Map<string, string>();
  for (let index = 1; index + 1 < sections.length; index += 2) {
    const [text = ''] = sections[index + 1]!.split(/^failures:$/m);
    output.set(sections[index]!, text);
  }
  return output;
}

function describeLimit({ resource, amount, limit }: ReachedLimit): string {
  return resource === 'descriptors'
    ? `descriptors: ${amount} were open, and RLIMIT_NOFILE is ${limit}`
    : `locked memory: ${kibibytes(amount)} were locked, and RLIMIT_MEMLOCK is ${kibibytes(limit)}`;
}

function kibibytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}
