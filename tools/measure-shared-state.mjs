// What sharing of statics costs the reuse of single tests: for each module, the mean
// number of its tests that run when the code of one of them changed. Arguments: manifest.json
// files, of which each lies in target/nx-cargo-test/<package> after `build-tests`.
import { readFileSync } from 'node:fs';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: node tools/measure-shared-state.mjs MANIFEST…');
  process.exit(2);
}
for (const file of files) measure(file);

function measure(file) {
  const { schema, package: name, binaries, leaves } = JSON.parse(readFileSync(file, 'utf8'));
  if (schema !== 2) throw new Error(`${file}: schema ${schema}, expected 2`);
  console.log(`\n${name} (${file})\n`);
  for (const binary of binaries) {
    console.log(describeBinary(binary));
    for (const { name, threadLocal, tests } of binary.sharedState ?? [])
      console.log(`  ${name}${threadLocal ? ' (thread-local)' : ''}: ${tests.length} tests`);
  }
  console.log('\n| module | tests | run if one changed | share |\n|---|---|---|---|');
  const modules = leaves
    .filter(({ tests }) => tests.length > 0)
    .map(({ id, binary, tests }) => ({ id, sizes: runSizes(binaries[binary], tests) }));
  for (const { id, sizes } of modules) console.log(row(id, [sizes]));
  console.log(
    row(
      `all ${modules.length}`,
      modules.map(({ sizes }) => sizes),
    ),
  );

  const several = modules.filter(({ sizes }) => sizes.length > 1);
  const equal = several.filter(({ sizes }) => sizes.every((size) => size === sizes.length));
  const alone = several.flatMap(({ sizes }) => sizes).filter((size) => size === 1);
  const whole = mean(modules.flatMap(({ sizes }) => sizes.map(() => sizes.length)));
  console.log(
    `\nWith \`module\`, ${whole.toFixed(1)} tests run on average. Of ${several.length} modules with several tests,` +
      ` ${equal.length} always run whole; ${alone.length} tests of the others run alone.`,
  );
}

function describeBinary({ kind, name, tests, sharedState, stateUnknown = [] }) {
  const known =
    sharedState === undefined
      ? 'what they share is not known'
      : `${sharedState.length} shared statics, of which ${sharedState.filter(({ threadLocal }) => threadLocal).length} thread-local; nothing known of ${stateUnknown.length} tests`;
  return `${kind} ${name}: ${tests.length} tests; ${known}`;
}

/** For each test of a module, how many of the module run when it alone changed. */
function runSizes(binary, names) {
  if (binary.sharedState === undefined) return names.map(() => names.length);
  const members = new Set(names);
  const isMember = (index) => members.has(binary.tests[index].name);
  const unknown = (binary.stateUnknown ?? []).filter(isMember);
  // Who shares with all makes one group of all.
  const groups = unknown.length > 0 ? [binary.tests.map((_, index) => index)] : [];
  groups.push(...binary.sharedState.map(({ tests }) => tests));
  const groupOf = new Map(names.map((name) => [name, new Set([name])]));
  for (const group of groups) {
    const joined = new Set();
    for (const index of group.filter(isMember))
      for (const name of groupOf.get(binary.tests[index].name)) joined.add(name);
    for (const name of joined) groupOf.set(name, joined);
  }
  return names.map((name) => groupOf.get(name).size);
}

/** Means over the tests of some modules, for each of which `sizes` has a list. */
function row(name, modules) {
  const sizes = modules.flat();
  const shares = modules.flatMap((sizes) => sizes.map((size) => size / sizes.length));
  return `| ${name} | ${sizes.length} | ${mean(sizes).toFixed(1)} | ${(100 * mean(shares)).toFixed(0)} % |`;
}

function mean(numbers) {
  return numbers.reduce((total, number) => total + number, 0) / numbers.length;
}
