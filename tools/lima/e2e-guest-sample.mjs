// The part of the Lima run in which the sample itself is built in the guest, as on a Mac,
// from sources that a read-only mount shows there. It takes minutes on an emulated
// processor, so only `--only=guest-sample` does it.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { repository } from '../setup.mjs';
import { COMMANDS, RUNNER, runnersIn } from './e2e-document-table.mjs';
import { executed } from './e2e-guest-build.mjs';
import { runOrThrow } from './run-or-throw.mjs';

/** A change, with the modules that must run after it (`expected-reruns.ts` of the end-to-end tests). */
const CHANGE = {
  file: 'glommio/src/io/names.rs',
  find: 'pub const MAX_NAME_BYTES: usize = 255;',
  replace: 'pub const MAX_NAME_BYTES: usize = 250;',
  runs: ['glommio:test-file', 'glommio:test-names'],
};

/** Copies the sample, with the crates that it depends on: the guest has no network. */
export function writeSample(folder) {
  const crate = join(folder, 'glommio');
  cpSync(join(repository, 'e2e/glommio'), crate, {
    recursive: true,
    filter: (path) => !path.endsWith('/target'),
  });
  const vendored = join(folder, 'vendor');
  runOrThrow('cargo', ['vendor', '--quiet', '--locked', vendored], { cwd: crate });
  mkdirSync(join(folder, '.cargo'));
  writeFileSync(
    join(folder, '.cargo/config.toml'),
    '[source.crates-io]\nreplace-with = "vendored"\n\n[source.vendored]\ndirectory = "vendor"\n',
  );
}

/** It has no doc tests, which rustdoc in the guest has to find out. */
const DOC_TESTS = { nx: 'run glommio:test-doc', shows: 'doc tests: none' };

/**
 * Builds and runs the sample's tests and the commands that compile it, and the tests again
 * after a change.
 *
 * @param run.folder The workspace.
 * @param run.nx Runs an Nx command.
 * @param run.note Adds a row to the report.
 */
export async function buildSample({ folder, nx, note }) {
  const built = await nx(['run', 'glommio:build-tests']);
  note('`build-tests`', built, /fingerprints of .*$/m.exec(built.output)?.[0]);
  for (const [target, tests] of [
    ['test-arena', 8],
    ['test-lima-safe', 44],
    ['test', 86],
  ]) {
    const run = await nx(['run', `glommio:${target}`]);
    const passed = new RegExp(`: ${tests} passed`);
    assert.match(run.output, passed);
    note(`\`${target}\``, run, `${tests} passed`);
  }
  for (const { nx: command, shows } of [...COMMANDS, DOC_TESTS]) {
    const run = await nx(command.split(' '));
    // cargo colours what it says.
    const output = stripVTControlCharacters(run.output);
    assert.ok(output.includes(shows), `nx ${command} does not show ${shows}:\n${output}`);
    assert.deepEqual(runnersIn(output), [RUNNER], `nx ${command}:\n${output}`);
    const line = output.split('\n').find((each) => each.includes(shows));
    note(`\`${command.split(':').at(-1)}\``, run, line.trim().replaceAll('`', ''));
  }
  const { file, find, replace, runs } = CHANGE;
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  assert.equal(text.split(find).length, 2, `${path} does not hold '${find}' just once`);
  writeFileSync(path, text.replace(find, replace));
  const changed = await nx(['run', 'glommio:test']);
  assert.deepEqual(executed(changed, 'glommio'), runs);
  assert.match(changed.output, /: 86 passed/);
  const names = runs.map((target) => `\`${target.split(':')[1]}\``).join(' and ');
  note('`test` after a change of one constant', changed, `86 passed, only ${names} ran`);
}
