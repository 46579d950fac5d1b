// Small crates with changes to them and the tests that each must select, at two levels of
// optimisation: exact sets, RTSCheck's rules, and the adversarial cases that other tools failed.
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../setup.mjs';
import { CaseCrate, caseToolchain, changedRevision, firstRevision } from './case-crate.mjs';
import { RuleChecks, RULES } from './case-rules.mjs';
import { CASES, END_TO_END_CASES } from './cases-model.mjs';
import { readLines } from './result-lines.mjs';

export const title = 'Rules and adversarial cases';

const LEVELS = [0, 3];

/** Runs the cases that have no result for this compiler, this model and these fingerprints. */
export async function prove({ scratch, limit = Infinity, say }) {
  mkdirSync(scratch, { recursive: true });
  const toolchain = await caseToolchain();
  const compiler = toolchain.version;
  const code = codeDigest();
  const known = new Set(readLines(join(scratch, 'results.jsonl')).map(keyOf));
  let left = limit;
  for (const each of CASES.filter(isForThisMachine)) {
    for (const level of LEVELS) {
      const identity = { case: each.name, level, model: digestOf(each), code, compiler };
      if (known.has(keyOf(identity)) || left <= 0) continue;
      left -= 1;
      const started = Date.now();
      const { counts, violations, selections } = await proveCase(each, level, scratch, toolchain);
      const seconds = Math.round((Date.now() - started) / 1000);
      const result = { ...identity, counts, violations, selections, seconds };
      appendFileSync(join(scratch, 'results.jsonl'), `${JSON.stringify(result)}\n`);
      say(`${each.name} at level ${level}: ${violations.length} violations, ${seconds} s`);
      for (const violation of violations) say(`  ${violation}`);
    }
  }
}

/** Sums up the results that hold for the model and the fingerprints as they are, the newest of each case. */
export function summarize(scratch) {
  const models = new Map(CASES.map((each) => [each.name, digestOf(each)]));
  const current = codeDigest();
  const newest = new Map(
    readLines(join(scratch, 'results.jsonl'))
      .filter(({ case: name, model, code }) => models.get(name) === model && code === current)
      .map((result) => [`${result.case} ${result.level}`, result]),
  );
  const results = [...newest.values()];
  const lines = [
    `${results.length} of ${CASES.length * LEVELS.length} cases, ${sum(results, ({ selections }) => selections.length)} revisions; ${[...new Set(results.map(({ compiler }) => compiler))].join(', ')}.`,
    '',
    '| Rule | What it asks | Checks | Broken |',
    '| --- | --- | ---: | ---: |',
    ...Object.entries(RULES).map(
      ([rule, text]) =>
        `| ${rule} | ${text} | ${sum(results, ({ counts }) => counts[rule])} | ${sum(results, ({ violations }) => violations.filter((line) => line.includes(`: ${rule} (`)).length)} |`,
    ),
    '',
    '| Case | Stands for | Revisions | Selected | Differing | Tests |',
    '| --- | --- | ---: | ---: | ---: | ---: |',
    ...CASES.map(({ name, stands }) => {
      const own = results
        .filter((result) => result.case === name)
        .flatMap(({ selections }) => selections);
      const total = (key) => sum(own, (selection) => selection[key]);
      return `| ${name} | ${stands} | ${own.length} | ${total('selected')} | ${total('differing')} | ${total('tests')} |`;
    }),
    '',
    'What compiled code cannot tell of comes by declared inputs, and is proven end to end:',
    '',
    '| Stands for | Specification below e2e/nx-cargo-test-e2e/src |',
    '| --- | --- |',
    ...END_TO_END_CASES.map(({ stands, spec, test }) => `| ${stands} | \`${spec}\`: ${test} |`),
  ];
  const failures = [
    ...results.flatMap(({ case: name, level, violations }) =>
      violations.map((violation) => `${name} at level ${level}: ${violation}`),
    ),
    ...END_TO_END_CASES.filter((each) => !isThere(each)).map(
      ({ spec, test }) => `${spec} has no test '${test}'`,
    ),
  ];
  return {
    lines,
    cases: sum(results, ({ counts }) => sum(Object.values(counts), (n) => n)),
    failures,
  };
}

async function proveCase(each, level, scratch, toolchain) {
  const checks = new RuleChecks();
  const folders = [
    join(scratch, `${each.name}-${level}`),
    join(scratch, 'elsewhere', `clean-${each.name}`, String(level)),
  ];
  const base = firstRevision(each);
  const here = new CaseCrate(folders[0], level, toolchain);
  const first = await here.observe(base);
  checks.first(first);
  checks.same('R5', 'the same, built again', first, await here.observe(base, true));
  for (const change of each.changes)
    checks.changed(first, await here.observe(changedRevision(base, change)), change, level);
  checks.same('undone', 'all changes undone', first, await here.observe(base));

  const steps = each.changes.filter(({ alone }) => alone !== true);
  let revision = base;
  let last = first;
  for (const change of steps) {
    revision = changedRevision(revision, change);
    const next = await here.observe(revision);
    checks.combined(`${change.name}, after those before it`, last, next);
    last = next;
  }
  const elsewhere = new CaseCrate(folders[1], level, toolchain);
  checks.same('steps', 'all changes at once elsewhere', last, await elsewhere.observe(revision));
  checks.same('R5', 'the first revision elsewhere', first, await elsewhere.observe(base));
  checks.end();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  return checks;
}

function isForThisMachine({ machine = process.arch }) {
  return machine === process.arch;
}

function digestOf(each) {
  // JSON leaves out `undefined`, by which a change removes a file.
  const text = JSON.stringify(each, (_, value) => (value === undefined ? null : value));
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Digest of the code that makes fingerprints, as compiled: what is found holds for no other. */
function codeDigest() {
  const hash = createHash('sha256');
  const folder = join(repository, 'packages/object-graph/dist');
  for (const file of readdirSync(folder, { recursive: true }).sort())
    if (file.endsWith('.js')) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 16);
}

function isThere({ spec, test }) {
  const file = join(repository, 'e2e/nx-cargo-test-e2e/src', spec);
  return readFileSync(file, 'utf8').includes(`'${test}'`);
}

function keyOf({ case: name, level, model, code, compiler }) {
  return JSON.stringify([name, level, model, code, compiler]);
}

function sum(list, valueOf) {
  return list.reduce((total, each) => total + valueOf(each), 0);
}
