// The edits find what they are for: with a remedy of object-graph's taken away, some test is seen to
// differ under the same fingerprint after so many edits.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { TOOLCHAIN } from './edits/build.mjs';
import { compareBuilds } from './edits/compare.mjs';
import { FOCUSES, GENERATOR_VERSION } from './edits/plan.mjs';
import { compileGraph } from './edits/sabotaged-graph.mjs';
import { SABOTAGES } from './edits/sabotages.mjs';
import { walkChain } from './edits/walk.mjs';
import { readLines } from './result-lines.mjs';

export const title = 'A missing remedy is found by the edits';

const OPT_LEVELS = [0, 3];
/** A remedy that so many edits do not need is reported as not found. */
const MOST_EDITS = 2000;
/** The same for those that are looked for by edits of one focus. */
const MOST_FOCUSED_EDITS = 250;
/** By how many edits an imprecision is measured. */
const MEASURED_EDITS = 100;

/**
 * Runs what is not yet in the results.
 *
 * @param options.limit Most edits at each opt-level. Default: {@link MOST_EDITS}.
 * @param options.source Folder of object-graph's sources. Default: this repository's.
 */
export async function prove({ scratch, limit = MOST_EDITS, seed = 1, say, source }) {
  mkdirSync(scratch, { recursive: true });
  const file = join(scratch, 'results.jsonl');
  const done = readResults(scratch);
  const intact = compileGraph(join(scratch, 'intact'), [], source);
  // All at once, as the sources may be edited while this runs.
  const graphs = new Map(
    Object.entries(SABOTAGES).map(([name, { changes }], index) => [
      name,
      compileGraph(join(scratch, `sabotaged-${index}`), changes, source),
    ]),
  );
  // Those with a focus need few edits, so they come first.
  for (const focus of [...Object.keys(FOCUSES), undefined]) {
    const most = focus === undefined ? MOST_EDITS : MOST_FOCUSED_EDITS;
    for (const optLevel of OPT_LEVELS) {
      const open = Object.entries(SABOTAGES)
        .filter(([, sabotage]) => sabotage.focus === focus)
        .filter(([, { levels = OPT_LEVELS }]) => levels.includes(optLevel))
        .filter(([name]) => !done.some((r) => r.name === name && r.optLevel === optLevel))
        .map(([name, { isOnlyImprecise }]) => ({
          name,
          isOnlyImprecise,
          fingerprint: graphs.get(name),
          sums: { unseen: 0, intact: 0 },
        }));
      const record = (result) => {
        appendFileSync(
          file,
          `${JSON.stringify({ holdsFor: versionOf(result.name), optLevel, seed, ...result })}\n`,
        );
        say(`opt-level ${optLevel}: ${result.name}: ${JSON.stringify(result.found)}`);
      };
      const chains = { seed, optLevel, ...(focus === undefined ? {} : { focus }) };
      const edges = { scratch, limit: Math.min(limit, most), most, intact, record, say };
      await runChains(chains, open, edges);
    }
  }
}

/** Sums up the results. */
export function summarize(scratch) {
  const results = readResults(scratch);
  const cell = (name, optLevel) => {
    const result = results.find((r) => r.name === name && r.optLevel === optLevel);
    if (result === undefined) return '–';
    const { found, edits } = result;
    const { focus } = SABOTAGES[name];
    const made = `${edits} edits${focus === undefined ? '' : ` of ${focus} only`}`;
    if (found === undefined) return `not in ${made}`;
    return found.share === undefined
      ? `after ${made}: ${found.kind} (${found.test})`
      : `${found.share} times as many fingerprints changed without a difference`;
  };
  return {
    lines: [
      `| Taken away | Found at opt-level ${OPT_LEVELS.join(' | Found at opt-level ')} |`,
      `|---|${OPT_LEVELS.map(() => '---|').join('')}`,
      ...Object.keys(SABOTAGES).map(
        (name) => `| ${name} | ${OPT_LEVELS.map((level) => cell(name, level)).join(' | ')} |`,
      ),
    ],
    cases: results.length,
    failures: Object.entries(SABOTAGES)
      .filter(([name]) => {
        const own = results.filter((result) => result.name === name);
        return own.length > 0 && own.every(({ found }) => found === undefined);
      })
      .map(([name]) => `not found by any edit: ${name}`),
  };
}

async function runChains(chains, open, { scratch, limit, most, intact, record, say }) {
  const { optLevel } = chains;
  const sysroot = execFileSync('rustc', ['--print', 'sysroot'], {
    env: { ...process.env, RUSTUP_TOOLCHAIN: TOOLCHAIN },
    encoding: 'utf8',
  }).trim();
  let edits = 0;
  for (let number = 0; open.length > 0 && edits < limit; number++) {
    let before;
    for await (const build of walkChain({ ...chains, number }, join(scratch, 'build'))) {
      const of = (fingerprint) =>
        fingerprint(build.link, build.tests, { sysroot, optimized: optLevel > 0 });
      const after = { seen: build.seen, intact: of(intact), sabotaged: new Map() };
      for (const { name, fingerprint } of open) after.sabotaged.set(name, of(fingerprint));
      edits += build.edits.length;
      if (before !== undefined) {
        for (const sabotage of [...open]) {
          const found = compare(sabotage, before, after, build.edits, edits);
          if (found === undefined) continue;
          record({ name: sabotage.name, edits, found });
          open.splice(open.indexOf(sabotage), 1);
        }
      }
      before = after;
    }
    say(`opt-level ${optLevel}: ${edits} edits, ${open.length} not found yet`);
  }
  // After fewer edits the question stays open.
  if (edits >= most) for (const { name } of open) record({ name, edits });
}

/** What a sabotage is found by, if these two builds show it. */
function compare({ name, isOnlyImprecise, sums }, before, after, edits, count) {
  const of = (chosen) =>
    compareBuilds(
      { seen: before.seen, fingerprints: chosen(before) },
      { seen: after.seen, fingerprints: chosen(after) },
      edits,
    );
  const sabotaged = of(({ sabotaged: all }) => all.get(name));
  const intact = of((build) => build.intact);
  if (isOnlyImprecise) {
    const unseen = (result) =>
      [...result.edits, result.elsewhere].reduce((sum, edit) => sum + edit.unseen, 0);
    sums.unseen += unseen(sabotaged);
    sums.intact += unseen(intact);
    if (count < MEASURED_EDITS) return undefined;
    return { share: (sums.unseen / Math.max(1, sums.intact)).toFixed(1) };
  }
  // What is missed anyway says nothing about the remedy.
  const test = sabotaged.missed.find((missed) => !intact.missed.includes(missed));
  if (test === undefined) return undefined;
  const edit = edits.find(({ id }) => test.startsWith(`${id}::`)) ?? edits[0];
  return { kind: edit.kind, test: `${edit.template}, ${test.split('::').at(-1)}` };
}

/** The results that hold for the present generator and text of the sabotages. */
function readResults(scratch) {
  return readLines(join(scratch, 'results.jsonl')).filter(
    ({ name, holdsFor }) => SABOTAGES[name] !== undefined && holdsFor === versionOf(name),
  );
}

function versionOf(name) {
  const { changes, focus } = SABOTAGES[name];
  const parts = JSON.stringify([
    GENERATOR_VERSION,
    changes,
    ...(focus === undefined ? [] : [focus]),
  ]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 16);
}
