// The main job on the sample, narrated: a first run, a cached run, a change and
// what it reruns. The change is undone at the end, however the demo ends.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const path = join(repository, CHANGED_FILE);
const original = readFileSync(path, 'utf8');
if (original.split(FIND).length !== 2) {
  console.error(`${CHANGED_FILE} was edited: it does not hold '${FIND}' just once`);
  process.exit(1);
}
const undo = () => writeFileSync(path, original);
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
  writeFileSync(path, original.replace(FIND, REPLACE));
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
  const ring = join(repository, 'e2e/glommio/src/sys.rs');
  const ringOriginal = readFileSync(ring, 'utf8');
  try {
    writeFileSync(ring, `//! A comment.\n//!\n${ringOriginal}`);
    const commented = show(['affected', '-t', 'test', '--base=HEAD']);
    const ran = reportedModules(commented.output).run;
    isAsExpected = commented.status === 0 && ran.length === 0 && isAsExpected;
    narrate(`   It was compiled again, and test modules ran: ${ran.join(', ') || 'none'}.`);
  } finally {
    writeFileSync(ring, ringOriginal);
  }
} finally {
  undo();
}
narrate(
  isAsExpected
    ? 'Both changes are undone. That is the main job.'
    : 'Something above is not as it should be.',
);
process.exit(isAsExpected ? 0 : 1);
