import { messageOf } from '../errors';
import type { RunEvent } from '../run/run-event';
import { knownNeeds, type KnownNeeds } from './known-needs';
import {
  describeLimit,
  describeSplit,
  learnFromEnd,
  learnFromKill,
  testsPerProcess,
  type LearnedBudget,
} from './learned-budget';
import {
  budgetFor,
  readResources,
  withBudget,
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
  /** What its tests needed in one process. Undefined: not known, or they are to be split. */
  readonly needs: KnownNeeds | undefined;
  /** Why what was known could not be read, if so. */
  readonly problem?: string;
  /** Says why tests run in several processes of so many tests, if that is because of what was learned. */
  describeSplit(parts: readonly number[]): string | undefined;
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
  /** The time as ISO 8601 in UTC. */
  readonly now: () => string;
}

/** Reads what is known of a leaf. Never rejects. */
export async function openLeafResources(request: LeafResourcesRequest): Promise<LeafResources> {
  const { file, leaf, project, scope, now } = request;
  const { content, problem } = await readResources(file, leaf);
  const known = budgetFor(content, scope);
  const most = known === undefined ? undefined : testsPerProcess(known);
  const run = followRun(known, now);
  const errors: string[] = [];
  let writing: Promise<void> = Promise.resolve();
  const write = (changed: ResourceFile): void => {
    writing = writing
      .then(() => writeResources(file, changed))
      .catch((error: unknown) => void errors.push(messageOf(error)));
  };
  const learned = (): ResourceFile => {
    const budget = run.budget();
    return budget === undefined ? content : withBudget(content, scope, budget);
  };
  return {
    testsPerProcess: most,
    needs: most === undefined ? knownNeeds(content) : undefined,
    ...(problem === undefined
      ? {}
      : { problem: `what is known of the leaf's resources is ignored: ${problem}` }),
    describeSplit(parts) {
      if (known === undefined || most === undefined || parts.length < 2) return undefined;
      const tests = parts.reduce((sum, part) => sum + part, 0);
      return tests > most ? describeSplit(known, parts, forgetCommand(leaf, project)) : undefined;
    },
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

/** Gathers what the events of a run say of its processes, and what they teach. */
function followRun(
  known: LearnedBudget | undefined,
  now: () => string,
): {
  add(event: RunEvent): void;
  budget(): LearnedBudget | undefined;
  processes(): ResourceRun['processes'];
} {
  const started = new Map<number, readonly string[]>();
  const killedBy = new Map<number, string>();
  const rerun = new Map<number, number>();
  const stopped = new Set<number>();
  // An ignored test needs nothing, so it says nothing of what fits.
  const ran = new Set<string>();
  const processes: ResourceRun['processes'] = [];
  let budget = known;
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
          budget = learnFromKill(
            budget,
            {
              tests: tests.length,
              why: event.why,
              ...(isExhausted ? { exhausted: true } : {}),
              at: now(),
            },
            countRan(tests),
          );
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
          if (endedByItself && budget !== undefined) budget = learnFromEnd(budget, countRan(tests));
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
    budget: () => budget,
    processes: () => processes,
  };
}

/** The command line that makes the leaf's budget be forgotten. */
function forgetCommand(leaf: string, project: string): string {
  const words = ['npx', 'nx-cargo-test', 'resources', 'forget', leaf, `--project=${project}`];
  return words.map(shellWord).join(' ');
}
