// Ratios of our own cost, each pair measured side by side in one run: A B A B …,
// medians. Absolute times depend on the machine and are shown for orientation.
//   --glommio     also on the glommio 0.9.0 that `npm run demo:glommio` leaves
//   --growth      also how fingerprints grow with the link; takes many minutes
//   --rounds=N    how often each side is measured; default 7, 3 on glommio 0.9.0
//   --write       put the result into docs/evidence/bench.md
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { measureGlommio, measureGrowth } from './bench/object-costs.mjs';
import { repository, setUp } from './setup.mjs';

const wanted = process.argv.slice(2);
const wrong = wanted.filter(
  (argument) => !/^(--glommio|--growth|--write|--rounds=[1-9]\d*)$/.test(argument),
);
if (wrong.length > 0) {
  console.error(`unknown: ${wrong.join(', ')}; known: --glommio, --growth, --write, --rounds=N`);
  process.exit(2);
}
const givenRounds = wanted.map((argument) => /^--rounds=(.*)$/.exec(argument)?.[1]).find(Boolean);
const scratch = join(repository, '.tmp/bench');
const lines = [];
// What a file of ours does; natives and libraries count for whoever called them.
const PARTS = [
  ['inference', /nx-cargo-test\/dist\/(plugin|module)\//],
  ['capture and cargo', /nx-cargo-test\/dist\/(cargo|process)\//],
  ['digesting', /nx-cargo-test\/dist\/build\/(digest-file|source-snapshot|environment-digest)/],
  ['fingerprints', /object-graph\/dist\/|nx-cargo-test\/dist\/fingerprint\//],
  ['rest of the build executor', /nx-cargo-test\/dist\//],
];

setUp();
rmSync(scratch, { recursive: true, force: true });
const sample = sampleWorkspace();
const bare = bareWorkspace(sample);
say(
  `Machine: ${cpus().length} × ${cpus()[0].model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}, Node ${process.versions.node}, ${toolVersion('rustc')}.`,
);
warmRun();
buildTests('the sample', sample, 'src/sys.rs', Number(givenRounds ?? 7));
const real = {
  folder: join(repository, '.tmp/glommio-0.9.0'),
  crate: join(repository, '.tmp/glommio-0.9.0/glommio'),
};
if (wanted.includes('--glommio')) {
  if (existsSync(join(real.crate, 'Cargo.toml'))) {
    buildTests('glommio 0.9.0', real, 'src/executor/mod.rs', Number(givenRounds ?? 3));
    await measureGlommio(real.crate, measuring(5));
  } else say('glommio 0.9.0 is not there: run `npm run demo:glommio` first.');
}
if (wanted.includes('--growth')) measureGrowth(measuring(3));
rmSync(scratch, { recursive: true, force: true });
if (wanted.includes('--write')) writeEvidence();

/** What measurements in other files need of this one. */
function measuring(rounds) {
  return { scratch, rounds: Number(givenRounds ?? rounds), say, ratio, interleave, timed };
}

/** All from the cache: our targets against as many that do nothing, in a workspace without plugins. */
function warmRun() {
  const rounds = Number(givenRounds ?? 7);
  nx(sample, ['run', 'glommio:test']);
  nx(bare, ['run', 'glommio:test']);
  const [ours, noop] = interleave(rounds, [
    () => timed(() => nx(sample, ['run', 'glommio:test'])),
    () => timed(() => nx(bare, ['run', 'glommio:test'])),
  ]);
  say('');
  say(
    `Warm \`nx run glommio:test\` on the sample, ${bare.targets} targets, against as many nx:noop targets of bare Nx (no daemon, ${rounds} rounds):`,
  );
  ratio('  warm run / bare Nx', ours, noop);
}

/** `build-tests` against cargo alone, after a change of one file and with nothing changed. */
function buildTests(name, place, file, rounds) {
  const path = join(place.crate, file);
  const original = readFileSync(path, 'utf8');
  let edits = 0;
  // Used, so that it reaches the binary: fingerprints of a binary that is known are not taken again.
  const edit = () => {
    edits += 1;
    writeFileSync(
      path,
      `${original}\n#[used]\nstatic BENCH_EDIT: [u32; 2] = [${edits}, ${process.pid}];\n`,
    );
  };
  const build = () => nx(place, ['run', 'glommio:build-tests', '--skip-nx-cache']);
  const cargo = () =>
    runOrExit(
      'cargo',
      ['test', '--tests', '--no-run', '--quiet', '--package', 'glommio'],
      place.crate,
    );
  try {
    build();
    cargo();
    for (const [what, before] of [
      [`after a change of ${file}`, edit],
      ['with nothing changed', () => undefined],
    ]) {
      const inside = [];
      const rest = [];
      const [ours, alone] = interleave(rounds, [
        () => {
          before();
          let output = '';
          const seconds = timed(() => (output = build()));
          const [, cargoTook, restTook] = /cargo took ([\d.]+) s, the rest ([\d.]+) s/.exec(output);
          inside.push(Number(cargoTook));
          rest.push(Number(restTook));
          return seconds;
        },
        () => {
          before();
          return timed(cargo);
        },
      ]);
      const executor = inside.map((seconds, index) => seconds + rest[index]);
      say('');
      say(`\`build-tests\` of ${name} ${what} (cache off, no daemon, ${rounds} rounds):`);
      ratio('  build-tests / cargo inside it', executor, inside);
      ratio('  cargo inside it / cargo alone', inside, alone);
      ratio('  all of Nx with build-tests / cargo alone', ours, alone);
    }
    edit();
    say('');
    say(`Own processor time during one \`build-tests\` of ${name} after a change, by part:`);
    for (const [part, seconds] of profile(place)) say(`  ${part}: ${seconds.toFixed(2)} s`);
  } finally {
    writeFileSync(path, original);
  }
}

/** Seconds of processor time per part of our code, in all Node processes of a build. */
function profile(place) {
  const folder = join(scratch, 'profiles');
  mkdirSync(folder, { recursive: true });
  nx(place, ['run', 'glommio:build-tests', '--skip-nx-cache'], {
    NODE_OPTIONS: `--require=${join(repository, 'tools/bench-profiler.cjs')}`,
    NX_CARGO_TEST_PROFILES: folder,
  });
  const parts = new Map();
  for (const name of readdirSync(folder)) {
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    const byId = new Map(nodes.map((node) => [node.id, { ...node, part: partOf(node) }]));
    const attribute = (node, inherited) => {
      node.part ??= inherited;
      for (const child of node.children ?? []) attribute(byId.get(child), node.part);
    };
    if (nodes.length > 0) attribute(byId.get(nodes[0].id), 'Nx and Node itself');
    for (const [index, id] of samples.entries()) {
      const { part } = byId.get(id);
      if (part !== '(idle)') parts.set(part, (parts.get(part) ?? 0) + timeDeltas[index] / 1e6);
    }
  }
  rmSync(folder, { recursive: true });
  return [...parts].sort((a, b) => b[1] - a[1]);
}

function partOf({ callFrame: { url, functionName } }) {
  if (functionName === '(idle)') return '(idle)';
  if (functionName === '(garbage collector)') return 'garbage collection';
  return PARTS.find(([, pattern]) => pattern.test(url))?.[0];
}

function sampleWorkspace() {
  const place = { folder: join(scratch, 'sample'), crate: join(scratch, 'sample/e2e/glommio') };
  emptyWorkspace(place.folder, { plugins: ['nx-cargo-test'] });
  copySample(place.crate);
  commit(place.folder);
  return place;
}

/** The same targets and files without the plugin: every target does nothing. */
function bareWorkspace(model) {
  const { targets } = JSON.parse(nx(model, ['show', 'project', 'glommio', '--json']));
  const place = {
    folder: join(scratch, 'bare'),
    crate: join(scratch, 'bare/e2e/glommio'),
    targets: targets.test.dependsOn.length + 2,
  };
  emptyWorkspace(place.folder, {});
  copySample(place.crate);
  const noop = (dependsOn) => ({
    executor: 'nx:noop',
    cache: true,
    dependsOn,
    inputs: ['{projectRoot}/**/*', { externalDependencies: [] }],
  });
  const all = targets.test.dependsOn.map(({ target }) => target);
  const project = {
    name: 'glommio',
    targets: {
      'build-tests': noop([]),
      ...Object.fromEntries(all.map((target) => [target, noop(['build-tests'])])),
      test: noop(all),
    },
  };
  writeFileSync(join(place.crate, 'project.json'), JSON.stringify(project));
  commit(place.folder);
  return place;
}

function emptyWorkspace(folder, nxJson) {
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'bench', private: true }));
  writeFileSync(join(folder, 'nx.json'), JSON.stringify({ analytics: false, ...nxJson }));
  writeFileSync(join(folder, '.gitignore'), 'node_modules\ntarget\n.nx\n');
}

function copySample(folder) {
  cpSync(join(repository, 'e2e/glommio'), folder, {
    recursive: true,
    filter: (path) => !/\/(target|node_modules)(\/|$)/.test(path.slice(repository.length)),
  });
}

function commit(folder) {
  const git = (...args) => runOrExit('git', args, folder);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git(
    '-c',
    'user.name=bench',
    '-c',
    'user.email=bench@localhost',
    'commit',
    '--quiet',
    '-m',
    'bench',
  );
}

function nx({ folder }, args, environment = {}) {
  return runOrExit(
    process.execPath,
    [join(repository, 'node_modules/nx/dist/bin/nx.js'), ...args],
    folder,
    {
      NX_TUI: 'false',
      NX_DAEMON: 'false',
      NX_CACHE_DIRECTORY: join(folder, '.nx/cache'),
      NX_WORKSPACE_DATA_DIRECTORY: join(folder, '.nx/workspace-data'),
      ...environment,
    },
  );
}

function runOrExit(program, args, folder, environment = {}) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  if (status === 0) return stdout;
  throw new Error(
    `${program} ${args.join(' ')} ended with ${status} in ${folder}\n${stdout}${stderr}`,
  );
}

function timed(action) {
  const started = performance.now();
  action();
  return (performance.now() - started) / 1000;
}

/** Measures the sides in turn, so that what else the machine does meets both. */
function interleave(rounds, sides) {
  const times = sides.map(() => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [index, side] of sides.entries()) times[index].push(side());
  return times;
}

function ratio(title, some, others) {
  const each = some.map((time, index) => time / others[index]);
  say(
    `${title}: ${median(each).toFixed(2)} (${Math.min(...each).toFixed(2)} to ${Math.max(...each).toFixed(2)}); here ${median(some).toFixed(2)} s against ${median(others).toFixed(2)} s`,
  );
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function say(line) {
  console.log(line);
  lines.push(line);
}

function toolVersion(program) {
  return spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.trim();
}

function writeEvidence() {
  const command = ['npm run bench --', ...wanted].join(' ');
  const date = new Date().toISOString().slice(0, 10);
  const text = [
    '# Measured cost',
    '',
    'Ratios of pairs that were measured in turn within one run; the median of the',
    'ratios of the rounds, the smallest and the largest. Seconds hold for this machine',
    'and its load at that moment only.',
    '',
    `\`${command}\`, ${date}:`,
    '',
    '```text',
    ...lines,
    '```',
    '',
  ];
  mkdirSync(join(repository, 'docs/evidence'), { recursive: true });
  writeFileSync(join(repository, 'docs/evidence/bench.md'), text.join('\n'));
}
