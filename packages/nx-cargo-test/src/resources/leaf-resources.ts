import { messageOf } from '../errors';
import type { RunEvent } from '../run/run-event';
import { knownNeeds, type KnownNeeds } from './known-needs';
import {
  describeAlone,
  describeLimit,
  describeSplit,
  learnFromEnd,
  learnFromKill,
  testsPerProcess,
  testsToIsolate,
  type LearnedBudget,
  type Lessons,
} from './learned-budget';
import {
  lessonsFor,
  readResources,
  withLessons,
  withRun,
  writeResources,
  type BudgetScope,
  type ResourceFile,
  type ResourceRun,
} from './resource-records';
import { shellWord } from '../shell-word';

/** What is known of the resources of a leaf that is about to run, and what is learned while it runs. */
export interface LeafResources {
  /** The most tests that a process is to run. Undefined: no limit is known. */
  readonly testsPerProcess: number | undefined;
  /** Tests that are to run alone. */
  readonly alone: ReadonlySet<string>;
  /** What its tests needed in one process. Undefined: not known, or they are to be split. */
  readonly needs: KnownNeeds | undefined;
  /** Why what was known could not be read, if so. */
  readonly problem?: string;
  /** Says why tests run in several processes of so many tests, if that is because of what was learned. */
  describeSplit(parts: readonly number[]): string | undefined;
  /** Says which tests run alone and why, if any does. */
  describeAlone(): string | undefined;
  /** Says why processes run no more than so many tests, if they do. @param what The processes. */
  describeLimit(what: string): string | undefined;
  /** Takes what happens in the run. What a kill teaches is written at once, as we might be killed as well. */
  add(event: RunEvent): void;
  /** Writes what was seen. Never rejects: gives what went wrong, a sentence each. */
  end(): Promise<string[]>;
}

/** The leaf and what it runs under. */
export interface LeafResourcesRequest {
  /** Absolute path of the leaf's file. */
  readonly file: string;
  /** `formatLeafId` of the leaf. */
  readonly leaf: string;
  /** Nx project name. */
  readonly project: string;
  readonly scope: BudgetScope;
  /** Tests may be told to run alone. Default: true. */
  readonly isolates?: boolean;
  /** The time as ISO 8601 in UTC. */
  readonly now: () => string;
}

/** Reads what is known of a leaf. Never rejects. */
export async function openLeafResources(request: LeafResourcesRequest): Promise<LeafResources> {
  const { file, leaf, project, scope, isolates = true, now } = request;
  const { content, problem } = await readResources(file, leaf);
  const lessons = lessonsFor(content, scope);
  const { budget: known } = lessons;
  const most = known === undefined ? undefined : testsPerProcess(known);
  const run = followRun(lessons, isolates, now);
  const errors: string[] = [];
  let writing: Promise<void> = Promise.resolve();
  const write = (changed: ResourceFile): void => {
    writing = writing
      .then(() => writeResources(file, changed))
      .catch((error: unknown) => void errors.push(messageOf(error)));
  };
  const learned = (): ResourceFile => withLessons(content, scope, run.lessons());
  return {
    testsPerProcess: most,
    alone: new Set(lessons.alone.map(({ test }) => test)),
    needs: most === undefined ? knownNeeds(content) : undefined,
    ...(problem === undefined
      ? {}
      : { problem: `what is known of the leaf's resources is ignored: ${problem}` }),
    describeSplit(parts) {
      if (known === undefined || most === undefined || parts.length < 2) return undefined;
      const tests = parts.reduce((sum, part) => sum + part, 0);
      return tests > most ? describeSplit(known, parts, forgetCommand(leaf, project)) : undefined;
    },
    describeAlone: () => describeAlone(lessons.alone, forgetCommand(leaf, project)),
    describeLimit: (what) =>
      known === undefined ? undefined : describeLimit(known, what, forgetCommand(leaf, project)),
    add(event) {
      run.add(event);
      if (event.type === 'rerun') write(learned());
    },
    async end() {
      const processes = run.processes();
      if (processes.length > 0) {
        write(withRun(learned(), { at: now(), ceiling: { ...scope.ceiling }, processes }));
      }
      await writing;
      return [...new Set(errors.map((error) => `resources were not recorded: ${error}`))];
    },
  };
}

/** What a process taught. */
interface Taught {
  /** Tests that ran when it was killed, or may have. */
  readonly suspects: readonly string[];
  readonly apply: (budget: LearnedBudget | undefined) => LearnedBudget | undefined;
}

/** Gathers what the events of a run say of its processes, and what they teach. */
function followRun(
  known: Lessons,
  isolates: boolean,
  now: () => string,
): {
  add(event: RunEvent): void;
  lessons(): Lessons;
  processes(): ResourceRun['processes'];
} {
  const started = new Map<number, readonly string[]>();
  const killedBy = new Map<number, string>();
  const rerun = new Map<number, number>();
  const stopped = new Set<number>();
  // An ignored test needs nothing, so it says nothing of what fits.
  const ran = new Set<string>();
  const processes: ResourceRun['processes'] = [];
  const alone = new Map(known.alone.map((lone) => [lone.test, lone]));
  const taught: Taught[] = [];
  const countRan = (tests: readonly string[]): number =>
    tests.filter((test) => ran.has(test)).length;
  return {
    add(event) {
      switch (event.type) {
        case 'started':
          // What others did in the same process says nothing of this leaf.
          if (event.shared === undefined) started.set(event.process, event.tests);
          break;
        case 'verdict':
          if (event.verdict.kind === 'passed' || event.verdict.kind === 'failed') {
            ran.add(event.test);
          }
          break;
        case 'killed':
          stopped.add(event.process);
          break;
        case 'rerun': {
          const isExhausted = event.exhausted !== undefined;
          killedBy.set(event.process, isExhausted ? `want of ${event.why}` : event.why);
          rerun.set(event.process, event.batches.flat().length);
          const tests = started.get(event.process);
          // We killed it ourselves: that says nothing of what fits.
          if (tests === undefined || stopped.has(event.process) || tests.length < 2) break;
          const { why } = event;
          const [at, left, fitted] = [now(), event.batches.flat(), countRan(tests)];
          const exhausted = isExhausted ? { exhausted: true as const } : {};
          const killed = { tests: tests.length, why, ...exhausted, at };
          const suspects = event.running.length === 0 ? left : event.running;
          taught.push({ suspects, apply: (budget) => learnFromKill(budget, killed, fitted) });
          if (!isolates || isExhausted) break;
          for (const test of testsToIsolate(left, event.running, fitted))
            if (!alone.has(test)) alone.set(test, { test, why, at });
          break;
        }
        case 'ended': {
          const tests = started.get(event.process);
          if (tests === undefined) break;
          const isOurs = stopped.has(event.process);
          const signal = event.exit.type === 'signal' && !isOurs ? event.exit.signal : undefined;
          const killed = killedBy.get(event.process) ?? signal;
          const endedByItself =
            event.exit.type === 'code' &&
            event.problem === undefined &&
            killed === undefined &&
            !isOurs;
          if (endedByItself) {
            const number = countRan(tests);
            const apply = (budget: LearnedBudget | undefined): LearnedBudget | undefined =>
              budget === undefined ? undefined : learnFromEnd(budget, number);
            taught.push({ suspects: [], apply });
          }
          if (event.exit.type === 'notStarted') break;
          const again = rerun.get(event.process);
          processes.push({
            tests: tests.length,
            seconds: event.seconds,
            ...(killed === undefined ? {} : { killedBy: killed }),
            ...(again === undefined ? {} : { rerun: again }),
            ...(event.peaks === undefined ? {} : { peaks: { ...event.peaks } }),
          });
          break;
        }
        case 'output':
        case 'slow':
          break;
      }
    },
    lessons() {
      // A kill while a test ran that runs alone from now on says nothing of the others.
      const budget = taught
        .filter(({ suspects }) => !suspects.some((test) => alone.has(test)))
        .reduce((before, { apply }) => apply(before), known.budget);
      return { alone: [...alone.values()], ...(budget === undefined ? {} : { budget }) };
    },
    processes: () => processes,
  };
}

/** The command line that makes the leaf's budget be forgotten. */
function forgetCommand(leaf: string, project: string): string {
  const words = ['npx', 'nx-cargo-test', 'resources', 'forget', leaf, `--project=${project}`];
  return words.map(shellWord).join(' ');
}
