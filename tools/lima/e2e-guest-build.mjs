// The part of the Lima run in which the sample is built in the guest, as on a Mac.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveCrates } from './guest-crates.mjs';

/** Options by which a Mac builds; there they are the defaults. */
export const IN_GUEST = { runner: 'lima', limaBuild: 'guest' };

const TARGET = '~/.cache/nx-cargo-test/target';

/**
 * Builds and runs the sample in the guest, and interrupts a build.
 *
 * @param run.nx Runs an Nx command.
 * @param run.start Starts one.
 * @param run.note Adds a row to the report.
 * @param run.guest Runs a script in the guest and gives its output.
 * @param run.until Waits for something to become so.
 * @param run.passed What a run passed, for example `8 passed`.
 * @param run.native Runs of the same targets on this machine.
 */
export async function buildInGuest(run) {
  const { lima, workspace, nx, note, guest, passed, native } = run;
  giveCrates(lima, join(workspace, 'glommio/Cargo.lock'));

  const built = await nx(['run', 'glommio:build-tests']);
  assert.match(built.output, /glommio: fingerprints of \d+ tests/);
  const folder = guest(`cd ${TARGET}/* && pwd && stat -f -c %T . && ls`).trim().split('\n');
  assert.match(folder.join(' '), /^\/home\/\S+ ext2\/ext3 .*debug/);
  note('`build-tests` in the guest, nothing built before', built, describe(built));

  const arena = await nx(['run', 'glommio:test-arena', '--skip-nx-cache']);
  assert.equal(passed(arena), passed(native.arena));
  note('`test-arena`, whose build is up to date', arena, passed(arena));

  const first = await nx(['run', 'glommio:test-lima-safe']);
  assert.equal(passed(first), passed(native.safe));
  note('`test-lima-safe`', first, passed(first));

  const error = join(workspace, 'glommio/src/error.rs');
  const text = readFileSync(error, 'utf8');
  writeFileSync(error, `// A comment.\n${text}`);
  const comment = await nx(['run', 'glommio:test-lima-safe']);
  assert.deepEqual(executed(comment), []);
  note('the same after a comment', comment, 'built again, no module ran');

  writeFileSync(
    error,
    text.replace(
      /(#\[test\]\s+fn \w+\(\) \{\n)/,
      '$1        assert!(std::hint::black_box(true));\n',
    ),
  );
  const changed = await nx(['run', 'glommio:test-lima-safe']);
  assert.deepEqual(executed(changed), ['glommio:test-error']);
  assert.equal(passed(changed), passed(native.safe));
  note('the same after a change of one function', changed, 'only `test-error` ran');

  note('Ctrl-C while cargo compiles', await interrupted(run), 'nothing left in the guest');
  assert.ok(!existsSync(join(workspace, 'glommio/target/release')));
}

/** Modules that ran, by their targets. */
function executed({ output }) {
  return [...output.matchAll(/^> nx run (glommio:test-(?!lima-safe)\S+)(.*)$/gm)]
    .filter(([, , cached]) => !cached.includes('cache'))
    .map(([, target]) => target)
    .filter((target, index, all) => all.indexOf(target) === index);
}

async function interrupted({ workspace, start, until, guest }) {
  const file = join(workspace, 'glommio/src/lib.rs');
  writeFileSync(file, `${readFileSync(file, 'utf8')}\npub fn added() {}\n`);
  const child = start(['run', 'glommio:build-tests']);
  await until('rustc runs in the guest', () => processes(guest).includes('--crate-name'));
  const from = performance.now();
  process.kill(-child.process.pid, 'SIGINT');
  await until(
    'no compiler runs in the guest',
    () => !/cargo test|--crate-name/.test(processes(guest)),
  );
  const took = (performance.now() - from) / 1000;
  await child.ended;
  const left = () =>
    guest(`ls -d /tmp/nx-cargo-test-* ${TARGET}/*/nx-cargo-test/capture-* 2>/dev/null`);
  await until('no folder is left in the guest', () => left().trim() === '');
  return { seconds: took };
}

function processes(guest) {
  return guest('cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "');
}

function describe({ output }) {
  return /fingerprints of \d+ tests in \d+ targets; cargo took \S+ s/.exec(output)?.[0] ?? '';
}
