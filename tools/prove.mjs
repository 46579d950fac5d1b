// Proves claims about fingerprints on many builds and tests: `npm run prove -- [part…]`. It takes
// hours; each part goes on where an earlier call ended, and --report puts what is known by then
// into docs/evidence/proof.md.
//   part…      default: all
//   --limit=N  at most so many new cases for each part; 0 only sums up
//   --seed=N   which cases are taken, where a part chooses; default 1
//   --report   write the report; status 1 if anything was missed
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { repository, setUp } from './setup.mjs';

const CARGO_MUTANTS = {
  command: ['cargo', 'mutants', '--version'],
  advice: 'cargo-mutants: cargo install cargo-mutants --locked',
};
const BINUTILS = {
  command: ['addr2line', '--version'],
  advice: 'addr2line and nm: the package binutils',
};
const COMPILERS = ['gcc', 'g++', 'clang', 'clang++'].map((name) => ({
  command: [name, '--version'],
  advice: `${name}: the package of that name`,
}));
const VALGRIND = { command: ['valgrind', '--version'], advice: 'valgrind: the package valgrind' };

/** In the order of the report, with the tools that each needs besides those of `setUp`. */
const PARTS = {
  mutants: [CARGO_MUTANTS, BINUTILS],
  edits: COMPILERS,
  sabotage: COMPILERS,
  executed: [VALGRIND],
  cases: [],
  incremental: COMPILERS,
};

const { names, limit, seed, isReported } = readArguments(process.argv.slice(2));
setUp();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
requireTools(names.flatMap((name) => PARTS[name]));
const parts = [];
for (const name of names) {
  // Only now, as parts load what has just been compiled.
  const { title, prove, summarize } = await import(`./prove/${name}.mjs`);
  const scratch = join(repository, '.tmp/prove', name);
  mkdirSync(scratch, { recursive: true });
  parts.push({ name, title, prove, summarize, scratch });
}
for (const { name, prove, scratch } of limit === 0 ? [] : parts) {
  const say = (line) => console.log(`${new Date().toTimeString().slice(0, 8)} ${name}: ${line}`);
  await prove({ scratch, seed, say, ...(limit === undefined ? {} : { limit }) });
}
const summaries = parts.map((part) => ({ ...part, ...part.summarize(part.scratch) }));
for (const { title, lines, cases, failures } of summaries) {
  console.log(`\n${title}: ${cases} cases, ${failures.length} missed\n`);
  for (const line of [...lines, ...failures]) console.log(line);
}
if (isReported) writeReport(summaries);
process.exitCode = summaries.some(({ failures }) => failures.length > 0) ? 1 : 0;

function readArguments(given) {
  const known = Object.keys(PARTS);
  const usage = `usage: npm run prove -- [${known.join('|')}…] [--limit=N] [--seed=N] [--report]`;
  const options = { names: [], isReported: false, seed: 1 };
  for (const argument of given) {
    const number = /^--(limit|seed)=(\d+)$/.exec(argument);
    if (known.includes(argument)) options.names.push(argument);
    else if (argument === '--report') options.isReported = true;
    else if (number !== null) options[number[1]] = Number(number[2]);
    else {
      console.error(`unknown: ${argument}\n${usage}`);
      process.exit(2);
    }
  }
  const isWanted = (name) => options.names.length === 0 || options.names.includes(name);
  return { ...options, names: known.filter(isWanted) };
}

function requireTools(tools) {
  const missing = new Set(
    tools
      .filter(({ command: [program, ...args] }) => spawnSync(program, args).status !== 0)
      .map(({ advice }) => advice),
  );
  if (missing.size === 0) return;
  console.error(
    `This needs, and cannot install by itself:\n${[...missing].map((line) => `  - ${line}`).join('\n')}`,
  );
  process.exit(1);
}

function writeReport(summaries) {
  const { GRAPH_VERSION } = createRequire(import.meta.url)(
    join(repository, 'packages/object-graph/dist/index.js'),
  );
  const versions = [
    ['rustc', '--version'],
    ['cargo', 'mutants', '--version'],
    ['valgrind', '--version'],
  ].flatMap(([program, ...args]) => {
    const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
    return status === 0 ? [stdout.trim()] : [];
  });
  const command = ['npm run prove --', ...process.argv.slice(2)].join(' ');
  const text = [
    '# Proof',
    '',
    'What was tried to make a fingerprint miss a change, and what came of it. The',
    'results are collected over many calls of `npm run prove`, which goes on where it',
    `ended; this page is what \`${command}\` wrote from them on ${new Date().toISOString().slice(0, 10)}.`,
    '',
    `Fingerprints of version ${GRAPH_VERSION} (\`GRAPH_VERSION\`), ${versions.join(', ')}, Node ${process.versions.node}, Linux ${release()}, ${process.arch}, ${cpus().length} processors.`,
    ...summaries.flatMap(({ name, title, lines, cases, failures }) => [
      '',
      `## ${title}`,
      '',
      `\`npm run prove -- ${name}\`: ${cases} cases, ${failures.length === 0 ? 'nothing missed' : `**${failures.length} missed**`}.`,
      '',
      ...lines,
      ...(failures.length === 0 ? [] : ['', 'Missed:', '', ...failures.map((line) => `- ${line}`)]),
    ]),
    '',
  ];
  mkdirSync(join(repository, 'docs/evidence'), { recursive: true });
  writeFileSync(join(repository, 'docs/evidence/proof.md'), text.join('\n'));
}
