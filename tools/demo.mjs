// The main job on the sample, narrated: a first run, a cached run, three changes and
// what they rerun. Each change is undone, however the demo ends.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { narrate, nx, reportedModules } from './narrate.mjs';
import { repository, setUp } from './setup.mjs';

const CHANGED_FILE = 'e2e/glommio/src/task/arena.rs';
const FIND = 'before - self.slots.len()';
const REPLACE = 'before.saturating_sub(self.slots.len())';

setUp();
// A cache of its own, so that the first run is a first run.
const cache = join(repository, '.tmp/demo');
rmSync(cache, { recursive: true, force: true });
const environment = {
  NX_DAEMON: 'false',
  NX_CACHE_DIRECTORY: join(cache, 'cache'),
  NX_WORKSPACE_DATA_DIRECTORY: join(cache, 'data'),
};
const show = (args) => nx([...args, '--output-style=static'], { environment });
const originals = new Map();
/** Changes or adds a file until {@link undo}. */
function write(file, change) {
  const path = join(repository, file);
  const original = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  originals.set(path, original);
  writeFileSync(path, change(original));
}
function undo() {
  for (const [path, original] of originals)
    if (original === undefined) rmSync(path, { force: true });
    else writeFileSync(path, original);
  originals.clear();
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    undo();
    process.exit(1);
  });
}

let isAsExpected = true;
try {
  narrate('1. A first run: the crate is compiled, each test module is a task of its own.');
  isAsExpected = show(['run', 'glommio:test']).status === 0 && isAsExpected;

  narrate('2. The same again: every task comes from the cache, no test runs.');
  const cached = show(['run', 'glommio:test']);
  isAsExpected =
    cached.status === 0 && reportedModules(cached.output).run.length === 0 && isAsExpected;

  narrate(`3. One function of ${CHANGED_FILE} changes:\n     - ${FIND}\n     + ${REPLACE}`);
  write(CHANGED_FILE, (original) => {
    if (original.split(FIND).length === 2) return original.replace(FIND, REPLACE);
    throw new Error(`${CHANGED_FILE} was edited: it does not hold '${FIND}' just once`);
  });
  const changed = show(['affected', '-t', 'test', '--base=HEAD']);
  const modules = reportedModules(changed.output);
  isAsExpected = changed.status === 0 && modules.run.length === 1 && isAsExpected;
  narrate(
    `   Of ${modules.run.length + modules.cached.length} test modules ran: ${modules.run.join(', ') || 'none'}.`,
  );

  narrate(
    '4. A comment is added on top of the file that drives io_uring, which nearly every test uses.',
  );
  undo();
  write('e2e/glommio/src/sys.rs', (original) => `//! A comment.\n//!\n${original}`);
  const commented = show(['affected', '-t', 'test', '--base=HEAD']);
  const ran = reportedModules(commented.output).run;
  isAsExpected = commented.status === 0 && ran.length === 0 && isAsExpected;
  narrate(`   It was compiled again, and test modules ran: ${ran.join(', ') || 'none'}.`);

  narrate(
    '5. A module with a test is added. The project has a new target then, so Nx has no result\n' +
      '   for any of its modules; but the ledger knows which tests passed.',
  );
  undo();
  write('e2e/glommio/src/lib.rs', (original) => `${original}\n#[cfg(test)]\nmod added;\n`);
  write('e2e/glommio/src/added.rs', () => '#[test]\nfn is_new() {}\n');
  const extended = show(['affected', '-t', 'test', '--base=HEAD']);
  const counts = /^test: (1 passed, .*) in \d+ modules$/m.exec(extended.output)?.[1];
  isAsExpected = extended.status === 0 && counts !== undefined && isAsExpected;
  narrate(`   Of all tests: ${counts ?? 'not what was expected'}.`);
} finally {
  undo();
}
narrate(
  isAsExpected
    ? 'All changes are undone. That is the main job.'
    : 'Something above is not as it should be.',
);
process.exit(isAsExpected ? 0 : 1);
