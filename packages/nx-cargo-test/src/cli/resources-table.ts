import { leafLabel } from '../report/leaf-label';
import { describeEnd, testsPerProcess } from '../resources/learned-budget';
import type { ResourceCeiling } from '../resources/resource-ceiling';
import { formatBytes } from '../resources/format-bytes';
import type { ResourceFile } from '../resources/resource-records';
import {
  limitOf,
  summarizeResources,
  type ModuleResources,
  type ResourceSummary,
} from '../resources/resource-summary';
import { RESOURCES, type ResourceUse } from '../resources/resource-use';
import { countOf } from '../count-of';
import { alignColumns, formatMoment, plainText } from './plain-text';

/** What is known of modules as a table, and what follows from it in words. */
export function resourcesAsText(contents: readonly ResourceFile[]): string {
  const summary = summarizeResources(contents);
  if ([...summary.modules, summary.shared].every((module) => module?.run === undefined)) {
    return 'Nothing is known: no test has run here.\n';
  }
  const { ceiling } = summary;
  const rows = [
    ['module', 'tests', 'processes', ...RESOURCES.map((resource) => WORDS[resource].title)],
    ...summary.modules.map(rowOf),
    ...(summary.shared?.run === undefined ? [] : [rowOf(summary.shared)]),
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

function rowOf({ content, run, tests, peaks }: ModuleResources): string[] {
  return [
    plainText(leafLabel(content.leaf)),
    `${tests}`,
    `${run?.processes.length ?? 0}`,
    ...cellsOf(peaks),
  ];
}

/** The same as a value for JSON. */
export function resourcesAsJson(contents: readonly ResourceFile[]): unknown {
  const { modules, shared, tests, sum, ceiling, excesses } = summarizeResources(contents);
  return {
    modules: modules.map(asJson),
    ...(shared === undefined ? {} : { shared: asJson(shared) }),
    tests,
    ...(sum === undefined ? {} : { sum }),
    ceiling,
    excesses,
  };
}

function asJson({ content, run, tests, peaks }: ModuleResources): unknown {
  return {
    leaf: content.leaf,
    tests,
    ...(peaks === undefined ? {} : { peaks }),
    ...(run === undefined ? {} : { run }),
    budgets: content.budgets.map(({ budget, ...scope }) => ({
      ...scope,
      ...budget,
      ...(budget === undefined ? {} : { testsPerProcess: testsPerProcess(budget) }),
    })),
  };
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
  return formatBytes(amount);
}

function conclusions({ modules, sum, ceiling, excesses }: ResourceSummary): string[] {
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
function budgetLines({ modules, shared }: ResourceSummary): string[] {
  return [...modules, ...(shared === undefined ? [] : [shared])].flatMap(({ content }) =>
    content.budgets.flatMap(({ ceiling, budget, alone = [] }) => {
      const label = plainText(leafLabel(content.leaf));
      const memory =
        ceiling.memoryBytes === undefined
          ? 'There'
          : `With ${formatAmount('residentBytes', ceiling.memoryBytes)} of memory,`;
      const lines = alone.map(
        ({ test, why, at }) =>
          `${label}: a process was killed by ${plainText(why)}, ${formatMoment(at)}, before another test ` +
          `than ${plainText(test)} had ended in it. ${memory} that test runs alone.`,
      );
      if (budget === undefined) return lines;
      const { killed } = budget;
      return [
        ...lines,
        `${label}: a process of ${countOf(killed.tests, 'test')} ` +
          `${plainText(describeEnd(killed))}, ${formatMoment(killed.at)}. ${memory} ` +
          `a process runs at most ${countOf(testsPerProcess(budget), 'test')}.`,
      ];
    }),
  );
}
