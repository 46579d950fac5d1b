// The figures of "executed is reachable".

/** What one result is about. */
export const resultKey = ({ crate, version, configuration, binary, test }) =>
  [`${crate} ${version}`, configuration, binary, test].join(', ');

/** @returns `{ lines, cases, failures }`: Markdown, the number of tests compared, one line for each exception. */
export function summarizeResults(results) {
  const compared = results.filter(({ reason }) => reason === undefined);
  const failures = compared.flatMap((result) =>
    result.exceptions.map((name) => `${resultKey(result)}: executes ${name}`),
  );
  const entry = [...new Set(compared.flatMap((result) => result.entry))].sort();
  const telling = (flaw) => {
    const known = compared.filter(({ missed }) => missed[flaw] !== undefined);
    return `${known.filter(({ missed }) => missed[flaw] > 0).length} of ${known.length} tests`;
  };
  const lines = [
    'Each test runs alone under callgrind, which says which instructions it executes; the map that the linker wrote says of which section of which object each is. A function is a section of code here. Every executed one has to be among those that object-graph reaches from the test.',
    '',
    'Not held against it is what the process executes before any test, if a run of the same binary that selects no test executes it, too: functions in the archives of the toolchain, and the generated entry ' +
      `(${entry.map((name) => `\`${name}\``).join(', ')}). Functions of crates are never left out. The C library's start files are not part of rustc's link.`,
    '',
    `**${compared.length} tests, ${failures.length} exceptions.** Compilers: ${[...by(compared, ({ rustc }) => rustc).keys()].sort().join(', ')}.`,
    '',
    '| Crate | Compiled with | Tests | Executed | Reachable | Ratio | Executed of crates | Reachable of crates | Ratio | Left out: start-up | Exceptions |',
    '|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...[
      ...by(
        compared,
        ({ crate, version, configuration }) => `${crate} ${version} | ${configuration}`,
      ),
    ].map(([name, group]) => row(name, group)),
    ...(compared.length === 0 ? [] : [row('all | ', compared)]),
    '',
    'Medians over the tests, the ratio of executed to reachable too; "of crates" is without the archives of the toolchain.',
    '',
    `Control: exceptions would be seen for ${telling('mixed')} if one test were mixed up with another of its binary, and for ${telling('indirect')} if functions that only constants and statics refer to, such as those of trait objects, were not followed.`,
    '',
    ...leftOut(results),
  ];
  return { lines, cases: compared.length, failures };
}

function row(name, group) {
  const ratio = ({ executed, reachable }) => (reachable === 0 ? 1 : executed / reachable);
  const median = (value) => medianOf(group.map(value));
  const columns = [
    name,
    group.length,
    ...['all', 'crates'].flatMap((part) => [
      median((result) => result[part].executed),
      median((result) => result[part].reachable),
      median((result) => ratio(result[part])).toFixed(2),
    ]),
    median(({ started }) => started),
    group.reduce((sum, { exceptions }) => sum + exceptions.length, 0),
  ];
  return `| ${columns.join(' | ')} |`;
}

function leftOut(results) {
  const skipped = results.filter(({ reason }) => reason !== undefined);
  if (skipped.length === 0) return ['No test was left out.'];
  const reasons = by(skipped, ({ crate, reason }) => `${crate} | ${reason}`);
  return [
    `${skipped.length} tests could not be compared:`,
    '',
    '| Crate | Because the test | Tests |',
    '|---|---|--:|',
    ...[...reasons].map(([name, group]) => `| ${name} | ${group.length} |`),
  ];
}

function by(values, key) {
  const groups = new Map();
  for (const value of values) {
    const name = key(value);
    if (groups.has(name)) groups.get(name).push(value);
    else groups.set(name, [value]);
  }
  return groups;
}

function medianOf(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
