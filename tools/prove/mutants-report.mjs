// The tables about mutants, from their results.
import { RIVALS } from './rivals.mjs';

/**
 * Sums up results of mutants.
 *
 * @returns `{ lines, cases, failures }`: Markdown; mutants that compiled; one line for each test that was
 *   missed, and for each mutant that could not be fingerprinted.
 */
export function summarizeMutants(results) {
  const mutants = results.filter(({ kind }) => kind === 'mutant');
  const built = mutants.filter(({ outcome }) => outcome === 'built');
  const names = [...new Set(mutants.map(({ crate }) => crate))];
  const ofCrate = (list, name) => list.filter(({ crate }) => crate === name);
  const lines = [
    '| crate | tests | mutants | do not compile | built | code of no test differs | tests that end differently | missed | tests selected, mean | median | modules selected, mean | median |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...names.map((name) => {
      const { version } = ofCrate(mutants, name)[0];
      const baseline = ofCrate(results, name).find(({ kind }) => kind === 'baseline');
      return row(`${name} ${version}`, baseline?.tests ?? 0, ofCrate(mutants, name));
    }),
    row(
      '**all**',
      sum(results.filter(({ kind }) => kind === 'baseline').map(({ tests }) => tests)),
      mutants,
    ),
    '',
    ...remarks(results, mutants, built),
    '',
    'What coarser ways to select tests would have run on the same builds:',
    '',
    '| selection | tests selected, mean | median | modules selected, mean | tests missed |',
    '|---|---|---|---|---|',
    comparison('fingerprints', 'what the test can reach', built, (result) => ({
      ...result,
      missed: result.missed.length,
    })),
    ...Object.entries(RIVALS).map(([name, rule]) =>
      comparison(name, rule, built, ({ rivals }) => rivals[name]),
    ),
  ];
  return { lines, cases: built.length, failures: failuresOf(mutants) };
}

function row(name, tests, mutants) {
  const built = mutants.filter(({ outcome }) => outcome === 'built');
  const shares = built.map(({ selected, tests: all }) => selected / all);
  const modules = built.map(({ selectedModules, modules: all }) => selectedModules / all);
  const cells = [
    ...[name, tests, mutants.length],
    mutants.filter(({ outcome }) => outcome === 'unviable').length,
    built.length,
    built.filter(({ selected }) => selected === 0).length,
    sum(built.map(({ failed }) => failed)),
    sum(built.map(({ missed }) => missed.length)),
    ...[mean(shares), median(shares), mean(modules), median(modules)].map(percent),
  ];
  return `| ${cells.join(' | ')} |`;
}

function remarks(results, mutants, built) {
  const baselines = results.filter(({ kind }) => kind === 'baseline');
  const rebuilt = results.filter(({ kind }) => kind === 'unchanged');
  const total = (list, name) => sum(list.map((result) => result[name]));
  const caught = built.filter(({ failed }) => failed > 0).length;
  const unselected = built.filter(({ failed, selected }) => failed === 0 && selected > 0).length;
  return [
    `- ${caught} mutants make tests end differently; ${unselected} change tests' code without that.`,
    `- ${total(baselines, 'leftOut')} of ${total(baselines, 'tests')} tests do not end alike three times without a mutant, or take too long, and are not run; ${total(baselines, 'widened')} depend on their whole binary, and ${total(built, 'widened')} in all builds with mutants.`,
    `- ${total(built, 'interfering')} tests ended differently beside others only, and as ever alone; ${total(built, 'untold')} were selected by all and not run alone after a hang or crash, to save time.`,
    `- Compiled once more without a mutant, ${total(rebuilt, 'changed')} tests of ${rebuilt.length} crates had another fingerprint.`,
    `- Kinds of mutants: ${kinds(mutants)}.`,
  ];
}

function kinds(mutants) {
  const counts = new Map();
  for (const { genre } of mutants) counts.set(genre, (counts.get(genre) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([genre, count]) => `${genre} ${count}`)
    .join(', ');
}

function comparison(name, rule, built, selection) {
  const selections = built.map(selection);
  const shares = selections.map(({ selected, tests }) => selected / tests);
  const modules = selections.map(({ selectedModules, modules: all }) => selectedModules / all);
  const cells = [
    `${name}: ${rule}`,
    ...[mean(shares), median(shares), mean(modules)].map(percent),
    sum(selections.map(({ missed }) => missed)),
  ];
  return `| ${cells.join(' | ')} |`;
}

function failuresOf(mutants) {
  return mutants.flatMap(({ crate, version, mutant, outcome, missed = [], error = '' }) =>
    outcome === 'error'
      ? [`${crate} ${version}, ${mutant}: ${error.split('\n')[0]}`]
      : missed.map(
          ({ test, was, is }) => `${crate} ${version}, ${mutant}: ${test} was ${was}, is ${is}`,
        ),
  );
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const mean = (numbers) => sum(numbers) / numbers.length;
const percent = (share) => (Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)} %`);

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
