// The commands of tools/document-table.json on the released glommio: each by its Nx command, whether
// it succeeded, what it ran, and on which machine.
//   node tools/document-table.mjs --glommio [--write]
// It uses the workspace of `npm run demo:glommio -- --fresh` (made if it is missing) and the plugin
// as `npm run build` left it. Nothing comes from the ledger, and from Nx's cache only what
// passed at an earlier attempt. `--write` puts the
// table into docs/evidence/document-table.md. Status 0: every command succeeded, and each test that
// it stands for has its one verdict.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, release } from 'node:os';
import { join } from 'node:path';
import {
  glommioNx,
  leaves,
  makeGlommioWorkspace,
  runOrThrow,
  workspace,
} from './glommio-workspace.mjs';
import { narrate, reportedModules } from './narrate.mjs';
import { repository } from './setup.mjs';

/** Some of glommio's tests hang or miss a deadline now and then on a busy machine. */
const ATTEMPTS = 3;
const REPORT = join(repository, 'docs/evidence/document-table.md');

const wanted = process.argv.slice(2);
if (
  !wanted.includes('--glommio') ||
  wanted.some((each) => !['--glommio', '--write'].includes(each))
) {
  console.error('usage: node tools/document-table.mjs --glommio [--write]');
  process.exit(2);
}

const table = JSON.parse(readFileSync(join(repository, 'tools/document-table.json'), 'utf8'));
const { instead, why } = table.glommio;
const shortName = (target) => target.replace(/^test-/, '');
const sets = Object.fromEntries(
  Object.entries(table.set).map(([name, members]) => [
    name,
    members.map((each) => shortName(instead[`test-${each}`] ?? each)),
  ]),
);
makeGlommioWorkspace({ fresh: !existsSync(join(workspace, 'glommio')), options: { sets } });
process.env.NX_CARGO_TEST_REUSE = 'off';

const results = [];
for (const row of table.rows) results.push(await runRow(row));
const isAsExpected = results.every(({ problems }) => problems.length === 0);
const text = report();
console.log(text);
if (wanted.includes('--write')) writeSection('On glommio 0.9.0, natively', text);
process.exit(isAsExpected ? 0 : 1);

/** Runs the command of a row until it succeeds, or too often; what passed then comes from the cache. */
async function runRow({ document, nx }) {
  const command = nx.replace(/:(\S+)/, (_, target) => `:${instead[target] ?? target}`);
  narrate(`${document}: nx ${command}`);
  const started = performance.now();
  const modules = new Set();
  for (let attempt = 1; ; attempt++) {
    const fresh = attempt === 1 ? ['--skip-nx-cache'] : [];
    const { status, output } = await glommioNx([
      ...command.split(' '),
      ...fresh,
      '--output-style=static',
    ]);
    const seconds = (performance.now() - started) / 1000;
    for (const target of reportedModules(output).run) modules.add(target);
    const { counts, open } = countVerdicts([...modules]);
    const runners = [...new Set(output.match(/^runner: .*$/gm))];
    const benches = new Set(output.match(/^ +Running benches\/\S+/gm)).size;
    const problems = [
      ...(status === 0 ? [] : [`ended with status ${status}`]),
      ...open.map((test) => `${test} has not one verdict`),
      ...(runners.length === 1 ? [] : [`${runners.length} lines name a runner`]),
    ];
    for (const problem of problems) console.log(`PROBLEM: ${problem}`);
    if (problems.length === 0 || attempt === ATTEMPTS)
      return { document, command, attempt, seconds, counts, benches, runners, problems };
  }
}

/** Verdicts in the results of leaf targets, and tests that were built and have none, or several. */
function countVerdicts(targets) {
  const counts = {};
  const open = [];
  for (const { target, fingerprintFile, resultFile } of leaves()) {
    if (!targets.includes(target)) continue;
    const built = JSON.parse(readFileSync(fingerprintFile, 'utf8')).tests.map(({ name }) => name);
    const { tests } = JSON.parse(readFileSync(resultFile, 'utf8'));
    for (const name of built) {
      const own = tests.filter((test) => test.name === name);
      if (own.length !== 1) open.push(`${target} ${name}`);
    }
    for (const { verdict, expectedFailure } of tests) {
      const kind =
        verdict.kind === 'passed' || !expectedFailure ? verdict.kind : 'expected failures';
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }
  return { counts, open };
}

function report() {
  const { stdout: rustc } = runOrThrow('rustc', ['--version']);
  const machine = `${availableParallelism()} processors (${arch()}), Linux ${release()}`;
  const versions = `${rustc.trim().split(' ').slice(0, 2).join(' ')}, Node ${process.versions.node}`;
  const rows = results.map(
    ({ document, command, attempt, seconds, counts, benches, runners, problems }) => {
      const ran = [
        ...Object.entries(counts).map(([kind, count]) => `${count} ${kind}`),
        ...(benches === 0 ? [] : [`${benches} bench${benches === 1 ? '' : 'es'}`]),
      ];
      const end = problems.length === 0 ? 'succeeded' : problems.join('; ');
      const tries = attempt === 1 ? '' : `, at attempt ${attempt}`;
      return `| \`${document}\` | \`nx ${command}\` | ${end}${tries} | ${ran.join(', ') || '–'} | ${seconds.toFixed(0)} | ${runners.join('; ')} |`;
    },
  );
  return `${new Date().toISOString().slice(0, 10)}, ${machine}, ${versions}. Made by

\`\`\`sh
node tools/document-table.mjs --glommio --write
\`\`\`

${why} The tests that fail on
this machine in any case (\`tools/glommio-expected-failures.json\`) are expected failures. Seconds are
those of the whole Nx command, without the ledger, on a machine shared with other work. A command that
failed by a flaky test was started again; only what had passed came from Nx's cache then.

| Document | Here | End | Ran | Seconds | Machine |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

/** Replaces one section of the report, and leaves the others as they are. */
function writeSection(title, content) {
  const head =
    '# The document\'s commands\n\nThe commands of "Testing Glommio on macOS with Lima", each by what takes its place here\n(\`tools/document-table.json\`).\n\n';
  const before = existsSync(REPORT) ? readFileSync(REPORT, 'utf8') : head;
  const [intro, ...sections] = before.split(/^(?=## )/m);
  const others = sections.filter((each) => !each.startsWith(`## ${title}\n`));
  const own = `## ${title}\n\n${content.trimEnd()}\n`;
  writeFileSync(
    REPORT,
    [intro.trimEnd(), own.trimEnd(), ...others.map((each) => each.trimEnd())].join('\n\n') + '\n',
  );
}
