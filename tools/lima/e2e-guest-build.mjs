// The part of the Lima run in which tests are built in the guest, as on a Mac. The sample
// with its dependencies would take half an hour on an emulated processor, so this crate is
// small, and has its set of the same name.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Options by which a Mac builds; there they are the defaults. */
export const IN_GUEST = { runner: 'lima', limaBuild: 'guest' };

/** Members of the set `lima-safe` of the crate. */
export const MODULES = ['arena', 'error'];

const TARGET = '~/.cache/nx-cargo-test/target';

/** Writes the crate `built-there`. */
export function writeBuiltThere(folder) {
  const module = (name, value) => `pub fn value() -> u32 {
    ${value}
}

#[cfg(test)]
mod tests {
    #[test]
    fn ${name}_has_its_value() {
        assert!(super::value() < 10);
    }
}
`;
  const files = {
    'Cargo.toml':
      '[package]\nname = "built-there"\nversion = "0.1.0"\nedition = "2021"\n\n[workspace]\n',
    'Cargo.lock': 'version = 4\n\n[[package]]\nname = "built-there"\nversion = "0.1.0"\n',
    'src/lib.rs': MODULES.map((name) => `pub mod ${name};\n`).join(''),
    ...Object.fromEntries(
      MODULES.map((name, index) => [`src/${name}.rs`, module(name, index + 1)]),
    ),
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/**
 * Builds and runs the crate's tests in the guest, and interrupts a build.
 *
 * @param run.nx Runs an Nx command.
 * @param run.start Starts one.
 * @param run.note Adds a row to the report.
 * @param run.guest Runs a script in the guest and gives its output.
 * @param run.until Waits for something to become so.
 * @param run.passed What a run passed, for example `8 passed`.
 */
export async function buildInGuest(run) {
  const { workspace, nx, note, guest, passed } = run;
  const all = `${MODULES.length} passed`;
  const built = await nx(['run', 'built-there:build-tests']);
  assert.match(built.output, /built-there: fingerprints of 2 tests/);
  const [folder, disk] = guest(`cd ${TARGET}/* && pwd && stat -f -c %T . && ls debug`).split('\n');
  assert.match(folder, /^\/home\//);
  assert.match(disk, /^ext2\/ext3/);
  note('`build-tests` of a small crate in the guest', built, `${describe(built)}; on its disk`);

  const arena = await nx(['run', 'built-there:test-arena']);
  assert.equal(passed(arena), '1 passed');
  note('its `test-arena`', arena, passed(arena));

  const first = await nx(['run', 'built-there:test-lima-safe']);
  assert.equal(passed(first), all);
  assert.deepEqual(executed(first), ['built-there:test-error']);
  note('its `test-lima-safe`', first, `${all}, of which \`test-arena\` was cached`);

  const file = join(workspace, 'built-there/src/error.rs');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, `// A comment.\n${text}`);
  const comment = await nx(['run', 'built-there:test-lima-safe']);
  assert.deepEqual(executed(comment), []);
  note('the same after a comment', comment, 'built again, no module ran');

  writeFileSync(file, text.replace('    2\n', '    3\n'));
  const changed = await nx(['run', 'built-there:test-lima-safe']);
  assert.deepEqual(executed(changed), ['built-there:test-error']);
  assert.equal(passed(changed), all);
  note('the same after a change of one function', changed, 'built again, only `test-error` ran');

  note('Ctrl-C while cargo compiles', await interrupted(run), 'nothing left in the guest');
}

/** Modules that ran, by their targets. */
function executed({ output }) {
  const shown = [...output.matchAll(/^> nx run (built-there:test-(?!lima-safe)\S+)(.*)$/gm)];
  return [
    ...new Set(shown.filter(([, , how]) => !how.includes('cache')).map(([, target]) => target)),
  ].sort();
}

async function interrupted({ workspace, start, until, guest }) {
  const file = join(workspace, 'built-there/src/lib.rs');
  writeFileSync(file, `${readFileSync(file, 'utf8')}\npub fn added() {}\n`);
  const processes = () => guest('cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "');
  const folders = `/tmp/nx-cargo-test-* ${TARGET}/*/nx-cargo-test/capture-*`;
  const left = () => guest(`ls -d ${folders} 2>/dev/null`);
  // A guest that lost its power in an earlier run could not clean up.
  const before = left();
  const child = start(['run', 'built-there:build-tests']);
  await until('rustc runs in the guest', () => processes().includes('--crate-name built_there'));
  const from = performance.now();
  process.kill(-child.process.pid, 'SIGINT');
  const isCompiling = () => /cargo test|--crate-name built_there/.test(processes());
  await until('no compiler runs in the guest', () => !isCompiling());
  const took = (performance.now() - from) / 1000;
  await child.ended;
  await until('no folder is left in the guest', () => left() === before);
  return { seconds: took };
}

function describe({ output }) {
  return /fingerprints of \d+ tests in \d+ targets; cargo took \S+ s/.exec(output)?.[0] ?? '';
}
