// Takes the fingerprints of one link in a process of its own and prints what that cost, as JSON:
// seconds, and bytes of memory at most, above what Node.js itself had before.
//   fingerprint-once.mjs <link.json> [<folder>]
// In the folder is what is known of earlier links, and kept what is found out; without one, nothing is.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repository } from '../setup.mjs';

const require = createRequire(import.meta.url);
const { fingerprintAndKeep, fingerprintTests, fingerprintTestsAgain, readExecutable } = require(
  join(repository, 'packages/object-graph/dist/index.js'),
);
const { openLinkStates } = require(
  join(repository, 'packages/nx-cargo-test/dist/fingerprint/link-states.js'),
);
const { openTableCache, withoutTableCache } = require(
  join(repository, 'packages/nx-cargo-test/dist/fingerprint/table-cache.js'),
);

const [linkFile, cacheFolder] = process.argv.slice(2);
const { files, executable, tests } = JSON.parse(readFileSync(linkFile, 'utf8'));
const before = process.memoryUsage().rss;
const started = performance.now();
const tables = cacheFolder === undefined ? withoutTableCache([]) : openTableCache(cacheFolder, []);
const linked = files.map(({ path, isStandard, isWorkspace }) => {
  const cached = tables.read(path, path);
  const table = () => cached.table;
  return { name: path, key: cached.key ?? path, table, optimized: false, isStandard, isWorkspace };
});
tables.release();
const file = openSync(executable, 'r');
const source = {
  size: fstatSync(file).size,
  read: (target, start) => readSync(file, target, 0, target.length, start),
};
const link = { files: linked, executable: readExecutable(source), takesMore: false };
const { taken, isTold } = cacheFolder === undefined ? followed() : toldOrKept();
const { fingerprints, unknown } = taken;
const seconds = (performance.now() - started) / 1000;
closeSync(file);
if (unknown.size > 0 || fingerprints.size !== tests.length)
  throw new Error(`${unknown.size} of ${tests.length} tests are unknown`);
const bytes = process.resourceUsage().maxRSS * 1024 - before;
console.log(JSON.stringify({ seconds, bytes, isTold }));

function followed() {
  const whole = { ...link, files: linked.map((each) => ({ ...each, bytes: each.table() })) };
  return { taken: fingerprintTests(whole, tests), isTold: false };
}

function toldOrKept() {
  const states = openLinkStates(join(cacheFolder, 'states'), '');
  const known = states.read('bench');
  const again = known && fingerprintTestsAgain(known, link, tests, (key) => tables.find(key));
  if (again !== undefined) return { taken: again, isTold: true };
  const { taken, state } = fingerprintAndKeep(link, tests);
  states.write('bench', state);
  return { taken, isTold: false };
}
