import { leafLabel } from '../report/terminal-report';
import { testsPerProcess } from '../resources/learned-budget';
import type { ResourceCeiling } from '../resources/resource-ceiling';
import type { ResourceFile, ResourceRun } from '../resources/resource-records';
import { largerOf, RESOURCES, sumOf, type ResourceUse } from '../resources/resource-use';
import { alignColumns, countOf, formatMoment, plainText } from './plain-text';

/** A limit that all tests in one process would exceed, as far as the sum tells. */
interface Excess {
  readonly resource: keyof ResourceUse;
  readonly sum: number;
  readonly limit: number;
  /** Leaf whose process exceeded it already, so that it does not hold here. */
  readonly notHeldBy?: string;
}

/** What modules need together, and under which limits. */
interface Summary {
  readonly modules: readonly Module[];
  readonly tests: number;
  /** Undefined if of no module anything was seen. */
  readonly sum: ResourceUse | undefined;
  /** Those of the newest run. */
  readonly ceiling: ResourceCeiling;
  readonly excesses: readonly Excess[];
}

interface Module {
  readonly content: ResourceFile;
  /** The last of those kept with the most tests. */
  readonly run: ResourceRun | undefined;
  readonly tests: number;
  /** The most that one process held. */
  readonly peaks: ResourceUse | undefined;
  /** What its processes held together, had they run at one time. */
  readonly sum: ResourceUse | undefined;
}

/** What is known of modules as a table, and what follows from it in words. */
export function resourcesAsText(contents: readonly ResourceFile[]): string {
  const summary = summarize(contents);
  if (summary.modules.every(({ run }) => run === undefined)) {
    return 'Nothing is known: no test has run here.\n';
  }
  const { ceiling } = summary;
  const rows = [
    ['module', 'tests', 'processes', ...RESOURCES.map((resource) => WORDS[resource].title)],
    ...summary.modules.map(({ content, run, tests, peaks }) => [
      plainText(leafLabel(content.leaf)),
      `${tests}`,
      `${run?.processes.length ?? 0}`,
      ...cellsOf(peaks),
    ]),
    ['SUM', `${summary.tests}`, '', ...cellsOf(summary.sum)],
    [
      'LIMIT',
      '',
      '',
      ...RESOURCES.map((resource) => {
        const limit = limitOf(ceiling, resource);
        return limit === undefined ? 'none' : formatAmount(resource, limit);
      }),
    ],
  ];
  const lines = [...alignColumns(rows), '', ...conclusions(summary), ...budgetLines(summary)];
  return lines.map((line) => `${line}\n`).join('');
}

/** The same as a value for JSON. */
export function resourcesAsJson(contents: readonly ResourceFile[]): unknown {
  const { modules, tests, sum, ceiling, excesses } = summarize(contents);
  return {
    modules: modules.map(({ content, run, tests: own, peaks }) => ({
      leaf: content.leaf,
      tests: own,
      ...(peaks === undefined ? {} : { peaks }),
      ...(run === undefined ? {} : { run }),
      budgets: content.budgets.map(({ budget, ...scope }) => ({
        ...scope,
        ...budget,
        testsPerProcess: testsPerProcess(budget),
      })),
    })),
    tests,
    ...(sum === undefined ? {} : { sum }),
    ceiling,
    excesses,
  };
}

function summarize(contents: readonly ResourceFile[]): Summary {
  const modules = contents.map(moduleOf);
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
  const excesses = RESOURCES.flatMap((resource): Excess[] => {
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
  return { modules, tests, sum, ceiling, excesses };
}

function moduleOf(content: ResourceFile): Module {
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

const WORDS: Readonly<
  Record<keyof ResourceUse, { readonly title: string; readonly inSentence: string }>
> = {
  descriptors: { title: 'descriptors', inSentence: 'open descriptors' },
  rings: { title: 'rings', inSentence: 'rings' },
  lockedBytes: { title: 'locked', inSentence: 'of locked memory' },
  residentBytes: { title: 'resident', inSentence: 'of resident memory' },
  threads: { title: 'threads', inSentence: 'threads' },
};

function limitOf(ceiling: ResourceCeiling, resource: keyof ResourceUse): number | undefined {
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

function limitInWords({ memoryFrom }: ResourceCeiling, resource: keyof ResourceUse): string {
  if (resource === 'descriptors') return 'RLIMIT_NOFILE';
  if (resource === 'lockedBytes') return 'RLIMIT_MEMLOCK';
  return memoryFrom === 'controlGroup'
    ? 'the memory limit of the control group'
    : 'the memory of the machine';
}

function cellsOf(use: ResourceUse | undefined): string[] {
  return RESOURCES.map((resource) =>
    use === undefined ? '-' : formatAmount(resource, use[resource]),
  );
}

function formatAmount(resource: keyof ResourceUse, amount: number): string {
  if (resource !== 'lockedBytes' && resource !== 'residentBytes') return `${amount}`;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [value, unit] = [amount, 0];
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

function conclusions({ modules, sum, ceiling, excesses }: Summary): string[] {
  const unseen = modules.filter(({ peaks }) => peaks === undefined);
  return [
    ...excesses.map(
      ({ resource, sum: amount, limit, notHeldBy }) =>
        `All in one process would need up to ${formatAmount(resource, amount)} ` +
        `${WORDS[resource].inSentence}, and ${limitInWords(ceiling, resource)} is ` +
        `${formatAmount(resource, limit)}` +
        (notHeldBy === undefined
          ? '.'
          : `; it does not hold for this user, as ${plainText(leafLabel(notHeldBy))} alone went beyond it.`),
    ),
    ...(sum !== undefined && excesses.length === 0
      ? ['All in one process would stay below the limits that are known.']
      : []),
    'A sum is an upper bound: what a module gives back, and memory that processes share, counts each time.',
    ...(unseen.length === 0
      ? []
      : [
          `Not in the sum, as it ended before it was seen: ${unseen
            .map(({ content }) => plainText(leafLabel(content.leaf)))
            .join(', ')}.`,
        ]),
  ];
}

/** What was learned from processes that were killed. */
function budgetLines({ modules }: Summary): string[] {
  return modules.flatMap(({ content }) =>
    content.budgets.map(({ ceiling, budget }) => {
      const { tests, why, at } = budget.killed;
      const memory =
        ceiling.memoryBytes === undefined
          ? ''
          : ` With ${formatAmount('residentBytes', ceiling.memoryBytes)} of memory,`;
      return (
        `${plainText(leafLabel(content.leaf))}: a process of ${countOf(tests, 'test')} was killed by ` +
        `${plainText(why)}, ${formatMoment(at)}.${memory === '' ? ' There' : memory} ` +
        `a process runs at most ${countOf(testsPerProcess(budget), 'test')}.`
      );
    }),
  );
}
