// Feeds mutated objects and archives to object-graph: it must neither hang, nor use memory
// without bound, nor throw anything but its own errors, nor give the old fingerprint to code whose
// meaning changed. `npm run fuzz -- --count=100000 --seed=1`. Each input follows from its number,
// so `--seed=N --count=1` makes a finding again, and a later start goes on where another ended.
import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';

const HEAP_MB = 256;
/** Of a process, with the samples, the code and what is to be collected. */
const RESIDENT_MB = 640;
const LIMIT_MS = 20_000;
const PER_PROCESS = 5_000;
const source = fileURLToPath(new URL('../packages/object-graph/src/', import.meta.url));

if (process.argv[2] === '--worker') work(...process.argv.slice(3));
else await supervise();

/** Checks the inputs of a range one by one and says of each when it starts. */
function work(folder, first, count) {
  const require = createRequire(import.meta.url);
  const { compileSamples } = require(join(folder, 'test-support/mutate-samples.js'));
  const { MutationCheck } = require(join(folder, 'test-support/mutate-check.js'));
  const check = new MutationCheck(compileSamples());
  const results = {};
  // Written at once, so that it's known which input was the last even if the process has to be killed.
  const say = (message) => writeSync(1, `${JSON.stringify(message)}\n`);
  for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
    say({ seed });
    const { result, kind, finding } = check.run(seed);
    const key = `${kind}: ${result}`;
    results[key] = (results[key] ?? 0) + 1;
    if (finding !== undefined) say({ seed, finding });
    const resident = process.memoryUsage.rss() / 2 ** 20;
    if (resident > RESIDENT_MB) say({ seed, finding: `${Math.round(resident)} MB of memory` });
  }
  say({ results, peak: process.resourceUsage().maxRSS / 1024 });
}

async function supervise() {
  const { count, seed } = readArguments(process.argv.slice(2));
  const folder = mkdtempSync(join(tmpdir(), 'nx-cargo-test-fuzz-'));
  try {
    compile(folder);
    const started = process.hrtime.bigint();
    const totals = { results: {}, findings: [], peak: 0, done: 0 };
    const ranges = [];
    for (let first = seed; first < seed + count; first += PER_PROCESS)
      ranges.push([first, Math.min(PER_PROCESS, seed + count - first)]);
    const workers = Math.min(availableParallelism(), ranges.length);
    await Promise.all(
      Array.from({ length: workers }, async () => {
        for (let range = ranges.shift(); range !== undefined; range = ranges.shift()) {
          const rest = await runRange(folder, range, totals);
          if (rest !== undefined) ranges.unshift(rest);
        }
      }),
    );
    report(totals, seed, count, Number(process.hrtime.bigint() - started) / 1e9);
    process.exitCode = totals.findings.length === 0 && totals.done === count ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a range in a process of its own; returns what is left of it when the process does not reach its end. */
function runRange(folder, [first, count], totals) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), ['--worker', folder, first, count], {
      execArgv: [`--max-old-space-size=${HEAP_MB}`],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let current;
    let timer;
    let problem;
    let isComplete = false;
    let pending = '';
    let errors = '';
    const watch = (milliseconds) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        problem = `no end after ${milliseconds / 1000} s`;
        child.kill('SIGKILL');
      }, milliseconds);
    };
    // The samples are compiled first.
    watch(LIMIT_MS * 15);
    child.stderr.on('data', (text) => (errors = `${errors}${text}`.slice(-4000)));
    child.stdout.on('data', (text) => {
      const lines = `${pending}${text}`.split('\n');
      pending = lines.pop();
      for (const line of lines) {
        const message = JSON.parse(line);
        if (message.results !== undefined) {
          isComplete = true;
          totals.peak = Math.max(totals.peak, message.peak);
          for (const [key, number] of Object.entries(message.results))
            totals.results[key] = (totals.results[key] ?? 0) + number;
        } else if (message.finding !== undefined) {
          totals.findings.push(message);
        } else {
          current = message.seed;
        }
      }
      watch(LIMIT_MS);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (isComplete) {
        totals.done += count;
        resolve(undefined);
      } else if (current === undefined) {
        reject(new Error(`the process did not start: ${errors}`));
      } else {
        // What the process had counted is lost with it, and said as such.
        totals.findings.push({
          seed: current,
          finding: problem ?? `the process ended with ${signal ?? code}: ${errors.trim()}`,
        });
        const next = current + 1;
        totals.done += next - first;
        const lost = 'of processes that were killed';
        totals.results[lost] = (totals.results[lost] ?? 0) + next - first;
        resolve(next < first + count ? [next, first + count - next] : undefined);
      }
    });
  });
}

/** Compiles the sources with what tests use, as the package itself leaves that out. */
function compile(folder) {
  for (const name of readdirSync(source, { recursive: true })) {
    if (!name.endsWith('.ts') || name.endsWith('.spec.ts')) continue;
    const { code } = transformFileSync(join(source, name), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    const path = join(folder, name.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code);
  }
}

function report({ results, findings, peak, done }, seed, count, seconds) {
  console.log(
    `${done} of ${count} inputs from seed ${seed} in ${seconds.toFixed(0)} s; peak of a process ${peak.toFixed(0)} MB\n`,
  );
  const rows = Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1));
  console.log('| Change: result | Inputs |\n|---|---|');
  for (const [key, number] of rows) console.log(`| ${key} | ${number} |`);
  console.log(`\n${findings.length} findings`);
  for (const { seed: found, finding } of findings.sort((a, b) => a.seed - b.seed))
    console.log(`\n--seed=${found} --count=1\n${finding}`);
}

function readArguments(given) {
  const options = { count: 100_000, seed: 1 };
  for (const argument of given) {
    const match = /^--(count|seed)=(\d+)$/.exec(argument);
    if (match === null) {
      console.error(`unknown: ${argument}\nusage: npm run fuzz -- [--count=N] [--seed=N]`);
      process.exit(2);
    }
    options[match[1]] = Number(match[2]);
  }
  return options;
}
