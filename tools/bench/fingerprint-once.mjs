// Takes the fingerprints of one link in a process of its own and prints what that cost, as JSON:
// seconds, and bytes of memory at most, above what Node.js itself had before.
//   fingerprint-once.mjs <link.json> [<folder of a table cache>]
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repository } from '../setup.mjs';

const require = createRequire(import.meta.url);
const { fingerprintTests } = require(join(repository, 'packages/object-graph/dist/index.js'));
const { openTableCache, withoutTableCache } = require(
  join(repository, 'packages/nx-cargo-test/dist/fingerprint/table-cache.js'),
);

const [linkFile, cacheFolder] = process.argv.slice(2);
const { files, executable, tests } = JSON.parse(readFileSync(linkFile, 'utf8'));
const before = process.memoryUsage().rss;
const started = performance.now();
const tables = cacheFolder === undefined ? withoutTableCache([]) : openTableCache(cacheFolder, []);
const linked = files.map(({ path, isStandard, isWorkspace }) => ({
  name: path,
  bytes: tables.read(path, path).table,
  optimized: false,
  isStandard,
  isWorkspace,
}));
tables.release();
const file = openSync(executable, 'r');
const source = {
  size: fstatSync(file).size,
  read: (target, start) => readSync(file, target, 0, target.length, start),
};
const { fingerprints, unknown } = fingerprintTests({ files: linked, executable: source }, tests);
const seconds = (performance.now() - started) / 1000;
closeSync(file);
if (unknown.size > 0 || fingerprints.size !== tests.length)
  throw new Error(`${unknown.size} of ${tests.length} tests are unknown`);
const bytes = process.resourceUsage().maxRSS * 1024 - before;
console.log(JSON.stringify({ seconds, bytes }));
