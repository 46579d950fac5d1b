// What fingerprints cost beside reading the objects: on the library tests of glommio 0.9.0, and on
// links of one, four and sixteen times its size.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  openSync,
  fstatSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, relative } from 'node:path';
import { changes } from '../glommio-changes.mjs';
import { repository } from '../setup.mjs';
import { syntheticLink } from './synthetic-link.mjs';

const TIMES = [1, 4, 16];
const require = createRequire(import.meta.url);

/**
 * Measures fingerprints of glommio's library tests.
 *
 * @param crate Its folder, built.
 * @param tools `{ scratch, rounds, say, ratio, interleave, timed }` of the benchmark.
 */
export async function measureGlommio(crate, { scratch, rounds, say, ratio, interleave, timed }) {
  const file = join(crate, 'src/executor/mod.rs');
  const original = readFileSync(file, 'utf8');
  // A change of one function that most tests reach.
  const { find, replace } = changes.find((change) => change.file === 'src/executor/mod.rs');
  const changed = original.replace(find, () => replace);
  if (changed === original) throw new Error(`${file} has no such text: ${find}`);
  let built;
  try {
    // Built before, so that the next build is an incremental one.
    writeFileSync(file, `${original}\n`);
    const before = await captureLink(crate, join(scratch, 'link-before'));
    writeFileSync(file, changed);
    built = await captureLink(crate, join(scratch, 'link-after'));
    const cache = join(scratch, 'tables');
    const once = (link, ...more) => fingerprintOnce(link, more);
    once(before.link, cache);
    const copy = join(scratch, 'tables-copied');
    const costs = { cold: [], first: [], warm: [] };
    const { files } = JSON.parse(readFileSync(built.link, 'utf8'));
    const [, stripped] = interleave(rounds, [
      () => costs.cold.push(once(built.link)),
      () => timed(() => strip(files, join(scratch, 'stripped'))),
      () => {
        rmSync(copy, { recursive: true, force: true });
        costs.first.push(once(built.link, copy));
      },
      () => {
        rmSync(copy, { recursive: true, force: true });
        run('cp', ['-r', cache, copy]);
        costs.warm.push(once(built.link, copy));
      },
    ]);
    const secondsOf = (of) => of.map(({ seconds }) => seconds);
    const [cold, first, warm] = [costs.cold, costs.first, costs.warm].map(secondsOf);
    if (!costs.warm.every(({ isTold }) => isTold))
      throw new Error('the changed link was not told from the one before');
    const loaded = loadedBytes(files);
    say('');
    say(
      `Fingerprints of the library tests of glommio 0.9.0, ${files.length} files (${rounds} rounds):`,
    );
    ratio('  all files read, nothing kept / strip -g over them', cold, stripped);
    ratio('  all files read, all kept for the next build / strip -g over them', first, stripped);
    const change = 'after a change of one function in src/executor/mod.rs';
    ratio(`  ${change} / all files read, all kept`, warm, first);
    ratio(`  ${change} / all files read, nothing kept`, warm, cold);
    ratio(
      '  after that change / the cargo build before them',
      warm,
      warm.map(() => built.seconds),
    );
    const memory = Math.max(...[...costs.cold, ...costs.first].map(({ bytes }) => bytes)) / loaded;
    say(
      `  memory at most / what is not debug information: ${memory.toFixed(2)} (${mebibytes(loaded)} MiB)`,
    );
  } finally {
    writeFileSync(file, original);
  }
}

/** How time and memory grow with the link, in rounds of their own, as the largest takes minutes. */
export function measureGrowth({ scratch, rounds, say, interleave }) {
  const links = TIMES.map((times) => {
    const folder = join(scratch, `synthetic-${times}`);
    const link = join(scratch, `synthetic-${times}.json`);
    writeFileSync(link, JSON.stringify(syntheticLink(folder, times)));
    return link;
  });
  const costs = interleave(
    rounds,
    links.map((link) => () => fingerprintOnce(link, [])),
  );
  say('');
  say(`Fingerprints of synthetic links (${rounds} rounds, against the first, per size):`);
  costs.forEach((own, index) => {
    const times = TIMES[index];
    const of = (field) => median(own.map((cost, round) => cost[field] / costs[0][round][field]));
    const seconds = median(own.map(({ seconds }) => seconds));
    const bytes = median(own.map(({ bytes }) => bytes));
    say(
      `  ${times} times: time ${(of('seconds') / times).toFixed(2)}, memory ${(of('bytes') / times).toFixed(2)}; here ${seconds.toFixed(1)} s, ${mebibytes(bytes)} MiB`,
    );
  });
}

/** Builds the library's tests with the link recorded, and keeps the link as `fingerprint-once.mjs` reads it. */
async function captureLink(crate, folder) {
  const { captureEnvironment, capturedLinks } = await import('../prove/captured-tests.mjs');
  const environment = await captureEnvironment(folder);
  const started = performance.now();
  const args = ['test', '--lib', '--no-run', '--message-format=json', '--quiet'];
  const { stdout } = run('cargo', args, { cwd: crate, env: environment });
  const seconds = (performance.now() - started) / 1000;
  const executable = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .find((message) => message.executable)?.executable;
  const found = [...(await capturedLinks(folder)).values()].find(
    ({ output }) => basename(output) === basename(executable),
  );
  const kept = join(folder, 'executable');
  copyFileSync(executable, kept);
  const sysroot = run('rustc', ['--print', 'sysroot'], { cwd: crate }).stdout.trim();
  const tests = run(executable, ['--list', '--format=terse'], { cwd: crate })
    .stdout.split('\n')
    .filter((line) => line.endsWith(': test'))
    .map((line) => line.slice(0, -': test'.length));
  const files = found.inputs.map(({ path, file }) => ({
    path: file,
    isStandard: !relative(sysroot, path).startsWith('..'),
    isWorkspace: basename(path).startsWith('glommio-') || path.includes('/build/glommio-'),
  }));
  const link = join(folder, 'link.json');
  writeFileSync(link, JSON.stringify({ files, executable: kept, tests }));
  return { link, seconds };
}

function fingerprintOnce(link, more) {
  const script = join(repository, 'tools/bench/fingerprint-once.mjs');
  return JSON.parse(run(process.execPath, [script, link, ...more]).stdout);
}

function strip(files, folder) {
  mkdirSync(folder, { recursive: true });
  for (const { path } of files) run('strip', ['-g', '-o', join(folder, 'stripped'), path]);
}

/** How many bytes of some files are read for fingerprints: all but debug information and what stands for people only. */
function loadedBytes(files) {
  const { FileReader } = require(join(repository, 'packages/object-graph/dist/index.js'));
  const reader = new FileReader();
  let bytes = 0;
  for (const { path } of files) {
    const file = openSync(path, 'r');
    reader.digest(path, {
      size: fstatSync(file).size,
      read: (target, start) => {
        bytes += target.length;
        readSync(file, target, 0, target.length, start);
      },
    });
  }
  return bytes;
}

function run(program, args, options = {}) {
  const result = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (result.status === 0) return result;
  throw new Error(`${program} ${args.join(' ')} ended with ${result.status}\n${result.stderr}`);
}

function mebibytes(bytes) {
  return (bytes / 2 ** 20).toFixed(0);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
