import type { ResourceCeiling } from './resource-ceiling';
import { SHARED_PROCESSES, type ResourceFile, type ResourceRun } from './resource-records';
import { largerOf, RESOURCES, sumOf, type ResourceUse } from './resource-use';

/** A limit that all tests in one process would exceed, as far as the sum tells. */
export interface ResourceExcess {
  readonly resource: keyof ResourceUse;
  readonly sum: number;
  readonly limit: number;
  /** Leaf whose process exceeded it already, so that it does not hold here. */
  readonly notHeldBy?: string;
}

/** What modules need together, and under which limits. */
export interface ResourceSummary {
  readonly modules: readonly ModuleResources[];
  /** Processes that modules shared; in no sum, as the modules are. */
  readonly shared: ModuleResources | undefined;
  readonly tests: number;
  /** Undefined if of no module anything was seen. */
  readonly sum: ResourceUse | undefined;
  /** Those of the newest run. */
  readonly ceiling: ResourceCeiling;
  readonly excesses: readonly ResourceExcess[];
}

/** What is known of one module. */
export interface ModuleResources {
  readonly content: ResourceFile;
  /** The last of those kept with the most tests. */
  readonly run: ResourceRun | undefined;
  readonly tests: number;
  /** The most that one process held. */
  readonly peaks: ResourceUse | undefined;
  /** What its processes held together, had they run at one time. */
  readonly sum: ResourceUse | undefined;
}

/** Adds up what is known of modules. */
export function summarizeResources(contents: readonly ResourceFile[]): ResourceSummary {
  const all = contents.map(moduleOf);
  const shared = all.find(({ content }) => content.leaf === SHARED_PROCESSES);
  const modules = all.filter((module) => module !== shared);
  const sum = together(
    modules.map((module) => module.sum),
    sumOf,
  );
  const newest = contents
    .flatMap(({ runs }) => runs)
    .reduce<ResourceRun | undefined>(
      (latest, run) => (latest === undefined || run.at >= latest.at ? run : latest),
      undefined,
    );
  const ceiling = newest?.ceiling ?? {};
  const excesses = RESOURCES.flatMap((resource): ResourceExcess[] => {
    const limit = limitOf(ceiling, resource);
    const amount = sum?.[resource] ?? 0;
    if (limit === undefined || amount <= limit) return [];
    const beyond = modules.find(({ peaks }) => (peaks?.[resource] ?? 0) > limit);
    return [
      {
        ...{ resource, sum: amount, limit },
        ...(beyond === undefined ? {} : { notHeldBy: beyond.content.leaf }),
      },
    ];
  });
  const tests = modules.reduce((total, module) => total + module.tests, 0);
  return { modules, shared, tests, sum, ceiling, excesses };
}

function moduleOf(content: ResourceFile): ModuleResources {
  let run: ResourceRun | undefined;
  let tests = 0;
  for (const candidate of content.runs) {
    const number = testsOf(candidate);
    if (number >= tests) [run, tests] = [candidate, number];
  }
  const peaks = (run?.processes ?? []).map((process) => process.peaks);
  return {
    content,
    run,
    tests,
    peaks: together(peaks, largerOf),
    sum: together(peaks, sumOf),
  };
}

/** Tests of a run; those of a process that was killed were run again in others, or had their verdict. */
function testsOf({ processes }: ResourceRun): number {
  return processes.reduce((total, { tests, rerun }) => total + tests - (rerun ?? 0), 0);
}

function together(
  uses: readonly (ResourceUse | undefined)[],
  combine: (a: ResourceUse, b: ResourceUse) => ResourceUse,
): ResourceUse | undefined {
  return uses.reduce(
    (all, use) => (all === undefined ? use : use === undefined ? all : combine(all, use)),
    undefined,
  );
}

/** The limit of a resource; undefined where there is none, or none that is known. */
export function limitOf(ceiling: ResourceCeiling, resource: keyof ResourceUse): number | undefined {
  switch (resource) {
    case 'descriptors':
      return ceiling.descriptors;
    case 'lockedBytes':
      return ceiling.lockedBytes;
    case 'residentBytes':
      return ceiling.memoryBytes;
    case 'rings':
    case 'threads':
      return undefined;
  }
}
