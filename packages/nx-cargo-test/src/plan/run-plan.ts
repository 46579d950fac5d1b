import { CargoTestError } from '../errors';
import type { Manifest } from '../fingerprint/manifest';
import { splitTests } from '../resources/learned-budget';
import type { KnownNeeds } from '../resources/known-needs';
import { parseTestArguments, reasonNotSelected, type TestArguments } from './test-arguments';

/** Which tests of a leaf run in which process, with all that a runner needs to know. */
export interface RunPlan {
  /** `formatLeafId` of the leaf. */
  readonly leaf: string;
  /** False for `harness = false`: judged by the exit status. */
  readonly harness: boolean;
  /** All tests of the leaf, in the order in which libtest starts them. */
  readonly tests: readonly string[];
  /** Those that the user's arguments leave out. */
  readonly notSelected: readonly { readonly test: string; readonly why: string }[];
  /** Run one after another; together they hold each selected test once, but for those decided beforehand. */
  readonly processes: readonly PlannedProcess[];
  /** Tests of the leaf whose failure is expected; each has a process of its own. */
  readonly expectedFailures: readonly string[];
  /** Program and leading arguments: the configured target runner, then the test binary. */
  readonly command: readonly [string, ...string[]];
  /** Absolute path. */
  readonly workingDirectory: string;
  /** The whole environment of the processes. */
  readonly environment: Readonly<Record<string, string>>;
  /** Threads of libtest, when the user fixed their number. */
  readonly threads?: number;
  /** False when libtest starts the tests in random order. */
  readonly ordered: boolean;
  /** The user wants to see the output of tests that pass, too. */
  readonly showOutput: boolean;
  readonly limits: TimeLimits;
  /** What earlier runs needed in one process. Absent: not known, so the leaf shares a process with none. */
  readonly needs?: KnownNeeds;
}

/** One process of a {@link RunPlan}. */
export interface PlannedProcess {
  /** In the order in which libtest starts them. */
  readonly tests: readonly string[];
  /** Arguments for the test binary, without those for the verdict channel; with a harness, the tests' names come last. */
  readonly args: readonly string[];
  /** Its one test is to run alone, whatever else there is. */
  readonly alone?: true;
  /** The tests by leaf, where several leaves share the process. */
  readonly leaves?: readonly (readonly string[])[];
}

/** Time limits for a single test, in seconds. */
export interface TimeLimits {
  /** A test that takes longer is named while it runs. */
  readonly warnAfterSeconds: number;
  /** A test that takes longer fails, and its process is killed. */
  readonly killAfterSeconds: number;
}

/** What {@link planRun} decides from. */
export interface PlanRequest {
  readonly manifest: Manifest;
  readonly leaf: string;
  /** The user's arguments after `--`. */
  readonly args: readonly string[];
  /** Exact names of tests of the package. */
  readonly expectedFailures: readonly string[];
  readonly command: readonly [string, ...string[]];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: TimeLimits;
  /** Selected tests of the leaf that have their verdict already. Default: none. */
  readonly decided?: ReadonlySet<string>;
  /** Bytes that the test names of one process may take. Default: {@link NAME_BYTES}. */
  readonly nameBytes?: number;
  /** The most tests that one process may run, 1 or more. Default: no limit. */
  readonly testsPerProcess?: number;
  /** Tests that run alone because they need much. Default: none. */
  readonly alone?: ReadonlySet<string>;
  /** See {@link RunPlan.needs}. */
  readonly needs?: KnownNeeds;
}

/** Bytes that the test names of one process may take: half of Linux's usual limit. */
export const NAME_BYTES = 1_000_000;

/**
 * Decides which tests of a leaf run, and in which process.
 *
 * The selected tests are passed by exact name, so a user's filter never reaches
 * another module's tests. A test whose failure is expected runs alone and after
 * the rest, so that its crash or hang can't take others along.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` for arguments that can't be passed
 * on; `GRAPH_OUT_OF_DATE` when the manifest lacks the leaf or its binary;
 * `INVALID_FILE` when the manifest contradicts itself.
 */
export function planRun(request: PlanRequest): RunPlan {
  const { binary, names } = findLeaf(request.manifest, request.leaf);
  const { environment } = request;
  const base = {
    leaf: request.leaf,
    command: request.command,
    workingDirectory: request.workingDirectory,
    environment,
    limits: request.limits,
    ...(request.needs === undefined ? {} : { needs: request.needs }),
  };
  const listedFailures = new Set(request.expectedFailures);
  const expectedFailures = names.filter((name) => listedFailures.has(name));
  if (!binary.harness) {
    if (names.length !== 1) {
      throw new CargoTestError(
        'INVALID_FILE',
        `the manifest gives ${names.length} tests to ${request.leaf}, which has no test harness and is one test`,
      );
    }
    return {
      ...base,
      harness: false,
      tests: names,
      notSelected: [],
      processes: names
        .filter((name) => request.decided?.has(name) !== true)
        .map((name) => ({ tests: [name], args: [...request.args] })),
      expectedFailures,
      threads: 1,
      ordered: true,
      showOutput: false,
    };
  }

  const args = parseTestArguments(request.args);
  const listed = new Map(binary.tests.map((test) => [test.name, test]));
  const tests = [...names].sort(byBytes);
  const notSelected: { test: string; why: string }[] = [];
  const together: string[] = [];
  const alone: string[] = [];
  for (const name of tests) {
    const test = listed.get(name);
    if (test === undefined) {
      throw new CargoTestError(
        'INVALID_FILE',
        `the manifest gives ${name} to ${request.leaf}, but its binary ${binary.name} does not list that test`,
      );
    }
    const why = reasonNotSelected(test, args);
    if (why !== undefined) notSelected.push({ test: name, why });
    else if (request.decided?.has(name) === true) continue;
    else if (listedFailures.has(name) || request.alone?.has(name) === true) alone.push(name);
    else together.push(name);
  }
  const groups = splitTests(together, request.testsPerProcess ?? Infinity).flatMap((part) =>
    splitByBytes(part, request.nameBytes ?? NAME_BYTES),
  );
  const process = (group: readonly string[]): PlannedProcess => ({
    tests: group,
    args: ['--exact', ...args.flags, ...group],
  });
  const threads = args.threads ?? threadsFrom(environment);
  return {
    ...base,
    harness: true,
    tests,
    notSelected,
    processes: [
      ...groups.map(process),
      ...alone.map((name) => ({ ...process([name]), alone: true as const })),
    ],
    expectedFailures,
    ordered: !isShuffled(args, environment),
    showOutput: args.showOutput || isSet(environment['RUST_TEST_NOCAPTURE']),
    ...(threads === undefined ? {} : { threads }),
  };
}

/** The same process with only some of its tests. */
export function withTests(planned: PlannedProcess, tests: readonly string[]): PlannedProcess {
  const flags = planned.args.slice(0, planned.args.length - planned.tests.length);
  return { tests, args: [...flags, ...tests] };
}

/**
 * The binary of a leaf, by its place in the manifest, and the leaf's tests.
 *
 * @throws {CargoTestError} `GRAPH_OUT_OF_DATE` when the manifest lacks one of them.
 */
export function findLeaf(
  manifest: Manifest,
  leaf: string,
): { index: number; binary: Manifest['binaries'][number]; names: readonly string[] } {
  const entry = manifest.leaves.find((candidate) => candidate.id === leaf);
  if (entry === undefined) {
    throw new CargoTestError(
      'GRAPH_OUT_OF_DATE',
      `the manifest of ${manifest.package} does not name ${leaf}; its build-tests target has to run again`,
    );
  }
  const index = entry.binary ?? -1;
  const binary = manifest.binaries[index];
  if (binary === undefined) {
    throw new CargoTestError(
      'GRAPH_OUT_OF_DATE',
      `the manifest of ${manifest.package} names no test binary for ${leaf}`,
    );
  }
  if (new Set(entry.tests).size !== entry.tests.length) {
    throw new CargoTestError('INVALID_FILE', `the manifest names a test of ${leaf} twice`);
  }
  return { index, binary, names: entry.tests };
}

function splitByBytes(names: readonly string[], limit: number): string[][] {
  const groups: string[][] = [];
  let room = 0;
  for (const name of names) {
    const size = nameBytes([name]);
    let group = groups.at(-1);
    if (group === undefined || size > room) {
      group = [];
      groups.push(group);
      room = limit;
    }
    group.push(name);
    room -= size;
  }
  return groups;
}

/** Bytes that names take as arguments. */
export function nameBytes(names: readonly string[]): number {
  // The terminating NUL and the pointer to it count as well.
  return names.reduce((sum, name) => sum + Buffer.byteLength(name) + 9, 0);
}

function threadsFrom(environment: Readonly<Record<string, string>>): number | undefined {
  const text = environment['RUST_TEST_THREADS'];
  return text !== undefined && /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

function isShuffled(args: TestArguments, environment: Readonly<Record<string, string>>): boolean {
  return (
    args.shuffled ||
    isSet(environment['RUST_TEST_SHUFFLE']) ||
    environment['RUST_TEST_SHUFFLE_SEED'] !== undefined
  );
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '0';
}

/** Rust compares strings by their UTF-8 bytes. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
