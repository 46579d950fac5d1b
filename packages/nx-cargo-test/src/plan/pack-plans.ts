import { RESOURCES, sumOf, type ResourceUse } from '../resources/resource-use';
import { byBytes, NAME_BYTES, nameBytes, type PlannedProcess, type RunPlan } from './run-plan';

/** What a process that several leaves share may run and hold; what is absent is not bounded. */
export interface PackBudget extends Partial<Omit<ResourceUse, 'rings' | 'threads'>> {
  /** Number of tests. */
  readonly tests: number;
}

/** A process that several plans share. */
export interface Pack {
  /** Runs that one process. */
  readonly plan: RunPlan;
  /** Indices of the plans, two or more, in their order. */
  readonly members: readonly number[];
}

/**
 * Puts the tests of several plans into shared processes, as far as the budget goes.
 *
 * Only plans that would run their tests in the very same way share one: same program,
 * environment, folder, flags and limits. A leaf takes part with all of its tests or not at
 * all: one of which it is not known what it needs, or that is to be split, stays alone, and so
 * do tests that are to run alone, programs without harness, and output that is to be shown,
 * as nobody could tell whose it is.
 *
 * @returns None for a plan that shares with no other.
 */
export function packPlans(plans: readonly RunPlan[], budget: PackBudget): Pack[] {
  const open: OpenPack[] = [];
  for (const [index, plan] of plans.entries()) {
    const process = processToShare(plan);
    if (process === undefined) continue;
    const item = {
      tests: process.tests.length,
      nameBytes: nameBytes(process.tests),
      use: plan.needs?.peaks,
    };
    const way = wayOfRunning(plan, process);
    const found = open.find((pack) => pack.way === way && fits(joined(pack, item), budget));
    if (found === undefined) open.push({ way, members: [index], ...item });
    else Object.assign(found, joined(found, item)).members.push(index);
  }
  return open
    .filter(({ members }) => members.length > 1)
    .map(({ members }) => ({ members, plan: packOf(members.map((index) => plans[index]!)) }));
}

/** The process of a plan that may be shared, if it has one. */
export function processToShare(plan: RunPlan): PlannedProcess | undefined {
  if (!plan.harness || plan.showOutput || plan.needs === undefined) return undefined;
  const together = plan.processes.filter(({ alone }) => alone !== true);
  const [process] = together;
  if (process === undefined || together.length > 1) return undefined;
  // What fewer tests needed tells nothing.
  return process.tests.length <= plan.needs.tests ? process : undefined;
}

interface Load {
  readonly tests: number;
  readonly nameBytes: number;
  /** Undefined: nothing was seen. */
  readonly use: ResourceUse | undefined;
}

interface OpenPack extends Load {
  readonly way: string;
  readonly members: number[];
}

function joined(a: Load, b: Load): Load {
  return {
    tests: a.tests + b.tests,
    nameBytes: a.nameBytes + b.nameBytes,
    use: a.use === undefined ? b.use : b.use === undefined ? a.use : sumOf(a.use, b.use),
  };
}

function fits({ tests, nameBytes, use }: Load, budget: PackBudget): boolean {
  if (tests > budget.tests || nameBytes > NAME_BYTES) return false;
  return RESOURCES.every(
    (resource) =>
      resource === 'rings' ||
      resource === 'threads' ||
      (use?.[resource] ?? 0) <= (budget[resource] ?? Infinity),
  );
}

/** All that decides how tests run, but for which they are. */
function wayOfRunning(plan: RunPlan, process: PlannedProcess): string {
  const { command, workingDirectory, environment, limits, threads, ordered } = plan;
  const variables = Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1));
  const flags = flagsOf(process);
  return JSON.stringify([command, workingDirectory, variables, limits, threads, ordered, flags]);
}

function flagsOf({ args, tests }: PlannedProcess): readonly string[] {
  return args.slice(0, args.length - tests.length);
}

function packOf(plans: readonly RunPlan[]): RunPlan {
  const first = plans[0]!;
  const groups = plans.map((plan) => processToShare(plan)!);
  const tests = groups.flatMap((process) => process.tests).sort(byBytes);
  const process = {
    tests,
    args: [...flagsOf(groups[0]!), ...tests],
    leaves: groups.map((group) => group.tests),
  };
  return { ...first, tests, notSelected: [], expectedFailures: [], processes: [process] };
}
