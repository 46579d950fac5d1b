// The part of the Lima run that walks the commands of the document which the plugin
// replaces, on the sample in the guest.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INSTANCE } from './vm.mjs';

export const TABLE = JSON.parse(
  readFileSync(new URL('../document-table.json', import.meta.url), 'utf8'),
);
/** Where tests run, and commands if the guest compiles. */
export const RUNNER = `lima, instance ${INSTANCE} (the option runner says so)`;
/** Where commands run if this host compiles. */
const HOST = 'native (tests for the guest are built on this host, and so is this)';

/** Commands that run tests; the others run where tests are compiled. */
const ROWS = TABLE.rows.filter(({ tests }) => tests !== undefined);
/** Those others, and what is made of both. */
export const COMMANDS = TABLE.rows.filter(({ shows }) => shows !== undefined);

/**
 * Runs each command as Nx has it and checks exit status, number of tests, and where they ran.
 *
 * @param run.folder The workspace, in which the sample is.
 * @param run.others Folders of crates that the table knows nothing of.
 * @param run.configure Sets options of the plugin.
 * @param run.nx Runs an Nx command, and throws when it fails.
 * @param run.say Told each row.
 * @returns {Promise<string[]>} lines of a report.
 */
export async function walkDocumentTable({ folder, others, configure, nx, say }) {
  // `run-many` is to see the sample alone.
  const ignores = join(folder, '.nxignore');
  writeFileSync(ignores, others.map((crate) => `/${crate}\n`).join(''));
  configure({ runner: 'lima', sets: TABLE.set });
  const lines = [];
  for (const row of ROWS) {
    const args = [...row.nx.split(' '), '--skip-nx-cache', '--output-style=static'];
    const { output, seconds } = await nx(args);
    const { tests, ignored = 0, shows = '' } = row;
    assert.deepEqual(sums(output), { tests, ignored }, `nx ${row.nx}:\n${output}`);
    assert.ok(output.includes(shows), `nx ${row.nx} does not show ${shows}:\n${output}`);
    // `all` lints, too.
    const expected = shows === '' ? [RUNNER] : [RUNNER, HOST];
    assert.deepEqual(runnersIn(output), expected, `nx ${row.nx}:\n${output}`);
    const passed = `${tests} passed${ignored === 0 ? '' : `, ${ignored} ignored`}`;
    lines.push(
      `| \`${row.document}\` | \`nx ${row.nx}\` | 0 | ${passed} | the guest | ${seconds.toFixed(1)} s |`,
    );
    say(lines.at(-1));
  }
  rmSync(ignores);
  return [
    '| The document | In its place | Exit status | Tests | Run in | Time |',
    '|---|---|---|---|---|---|',
    ...lines,
  ];
}

/** What the tasks of a command say of where they ran, each once. */
export function runnersIn(output) {
  return [...new Set([...output.matchAll(/^runner: (.*)$/gm)].map(([, runner]) => runner))].sort();
}

/** Sums of what the modules say. */
function sums(output) {
  const said = [...output.matchAll(/^\S.*: (\d+) passed(?:, (\d+) ignored)? \([\d.]+ s\)$/gm)];
  const sum = (group) => said.reduce((all, match) => all + Number(match[group] ?? 0), 0);
  return { tests: sum(1), ignored: sum(2) };
}
