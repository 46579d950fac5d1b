import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startNx } from './nx-process';
import { processesBelow } from './running-processes';
import { ScratchWorkspace, type CrateFiles, type NxRun } from './scratch-workspace';

const CRATE: CrateFiles = {
  manifest:
    '\n[features]\nextra = []\n\n[[bench]]\nname = "speed"\nharness = false\n\n[[bench]]\nname = "gated"\nharness = false\nrequired-features = ["extra"]\n',
  files: {
    'src/lib.rs':
      '/// Adds.\npub fn add(a: u8, b: u8, c: u8, d: u8) -> u8 {\n    a + b + c + d\n}\n\n#[cfg(feature = "extra")]\npub fn extra() -> bool {\n    let always = true;\n    return always;\n}\n',
    'benches/gated.rs': 'fn main() {\n    println!("with the feature extra");\n}\n',
    'benches/speed.rs':
      'fn main() {\n    println!("{:?}", std::env::args().skip(1).collect::<Vec<_>>());\n}\n',
  },
};

let workspace: ScratchWorkspace;
beforeAll(() => {
  workspace = ScratchWorkspace.empty();
  workspace.writeCrate('small', CRATE);
  workspace.commit('a small crate');
});
afterAll(() => workspace.remove());

function run(target: string, ...args: string[]): NxRun {
  return workspace.nx(['run', `small:${target}`, ...args]);
}

const HIT = 'Nx read the output from the cache';

describe('lint', () => {
  test('comes from the cache until something that clippy reads changes', () => {
    expect(run('lint').status).toBe(0);
    expect(run('lint').output).toContain(HIT);
    // Above the package, in a folder that is no project's.
    workspace.write('.clippy.toml', 'too-many-arguments-threshold = 3\n');
    const configured = run('lint');
    expect(configured.output).not.toContain(HIT);
    expect(configured.output).toContain('this function has too many arguments (4/3)');
    workspace.delete('.clippy.toml');
    expect(run('lint').output).toContain(HIT);
  });

  test('takes arguments for cargo and for clippy, and a failure is never kept', () => {
    const args = ['--', '--features', 'extra', '--', '-D', 'warnings'];
    for (const _ of [1, 2]) {
      const { status, output } = run('lint', ...args);
      expect(status).toBe(1);
      expect(output).toContain('error: unneeded `return` statement');
      expect(output).toContain('COMMAND_FAILED: small:lint: cargo clippy ended with exit code 101');
    }
  });

  test('sees a source that cargo takes for unchanged', () => {
    const file = 'small/src/lib.rs';
    const original = workspace.read(file);
    expect(run('lint').status).toBe(0);
    workspace.write(file, original.replace('a + b', 'return a + b').replace('c + d', 'c + d;'));
    utimesSync(join(workspace.folder, file), 0, 0);
    expect(run('lint').output).toContain('warning: unneeded `return` statement');
    workspace.write(file, original);
  });

  test('does not pass for fixed, nor for another package', () => {
    expect(run('lint', '--', '--fix').output).toContain('INVALID_OPTIONS: lint: --fix');
    expect(run('lint', '--', '--package', 'other').output).toContain(
      'INVALID_OPTIONS: lint: --package',
    );
  });
});

test('fmt mends what fmt-check shows, every time', () => {
  const file = 'small/src/lib.rs';
  const original = workspace.read(file);
  for (const _ of [1, 2]) {
    workspace.write(file, original.replace('a + b', 'a+b'));
    expect(run('fmt-check').output).toContain('COMMAND_FAILED: small:fmt-check: cargo fmt ended');
    expect(run('fmt').status).toBe(0);
    expect(workspace.read(file)).toBe(original);
    expect(run('fmt-check').status).toBe(0);
  }
});

test.each(['lint', 'fmt-check'])(
  '%s is not kept for a source that Nx does not look at',
  (target) => {
    workspace.write('shared/extra.rs', 'pub fn more() {}\n');
    workspace.writeCrate('outer', {
      files: { 'src/lib.rs': '#[path = "../../shared/extra.rs"]\npub mod extra;\n' },
    });
    const lint = (): NxRun => workspace.nx(['run', `outer:${target}`]);
    expect(lint().output).toContain(
      `"${target}": {"inputs": ["...", "{workspaceRoot}/<file>"]}:\n  shared/extra.rs`,
    );
    const inputs = ['...', '{workspaceRoot}/shared/extra.rs'];
    workspace.write('outer/project.json', JSON.stringify({ targets: { [target]: { inputs } } }));
    expect(lint().status).toBe(0);
    expect(lint().output).toContain(HIT);
    workspace.delete('outer');
  },
);

test('a bench gets its arguments, and is never taken from the cache', () => {
  for (const target of ['bench', 'bench-speed', 'bench']) {
    const { status, output } = run(target, '--', '--', '--save-baseline', 'main');
    expect(status).toBe(0);
    expect(output).toContain('["--save-baseline", "main", "--bench"]');
  }
});

test('benches run that have the features which they require', () => {
  const { status, output } = run('bench');
  expect(status).toBe(0);
  expect(output).not.toContain('with the feature extra');
  expect(run('bench', '--', '--features', 'extra').output).toContain('with the feature extra');
  const alone = run('bench-gated');
  expect(alone.status).toBe(1);
  expect(alone.output).toContain('requires the features: `extra`');
});

test('ci is all that a change needs, and nothing passes for it', () => {
  const whole = run('ci');
  expect(whole.status).toBe(0);
  expect(whole.output).toContain('ci: fmt-check, lint, build, test, test-doc, doc succeeded');
  const alone = run('ci', '--exclude-task-dependencies');
  expect(alone.status).toBe(1);
  expect(alone.output).toContain('GRAPH_OUT_OF_DATE: small:ci stands for fmt-check, lint, build');
  expect(run('ci', '--', '--locked').output).toContain('small:ci takes no arguments');
});

describe('a tool that is not there', () => {
  /** A PATH with a cargo that has no component and knows no toolchain. */
  const bare = (): Record<string, string> => {
    const folder = join(workspace.folder, '..', 'bare');
    mkdirSync(folder, { recursive: true });
    const path = process.env['PATH'];
    const script = `#!/bin/sh\n[ "$1" = metadata ] || exit 1\nPATH='${path}' exec cargo "$@"\n`;
    writeFileSync(join(folder, 'cargo'), script, { mode: 0o755 });
    return { PATH: `${folder}:${path}` };
  };

  test('is named with what installs it', () => {
    const environment = bare();
    const say = (target: string): NxRun => workspace.nx(['run', `small:${target}`], environment);
    for (const [target, install] of [
      ['lint', 'rustup component add clippy'],
      ['fmt', 'rustup component add rustfmt'],
      ['miri', 'rustup toolchain install nightly'],
      ['coverage', 'cargo install cargo-llvm-cov'],
    ] as const) {
      const { status, output } = say(target);
      expect(status).toBe(1);
      expect(output).toMatch(new RegExp(`^TOOL_MISSING: .*\`${install}\``, 'm'));
    }
  });
});

describe('configuration', () => {
  afterAll(() => workspace.configureNx({}));

  test('targets are renamed, left out, and have options of their own', () => {
    workspace.configureNx(
      {},
      {
        targets: {
          ...{ miri: false, coverage: false, doc: false, bench: { name: 'speed' } },
          lint: { name: 'clippy', features: ['extra'], args: ['--', '-D', 'warnings'] },
          build: { profile: 'release' },
        },
      },
    );
    expect(workspace.targets('small').filter((name) => !name.startsWith('test'))).toEqual([
      ...['all', 'build', 'build-tests', 'ci', 'clippy', 'doctor', 'fmt', 'fmt-check', 'speed'],
      ...['speed-gated', 'speed-speed'],
    ]);
    expect(run('clippy').output).toContain('error: unneeded `return` statement');
    expect(run('build').output).toContain('Finished `release` profile');
    expect(run('all').output).toContain('small:clippy');
  });

  test('a wrong key is told with the nearest right one', () => {
    workspace.configureNx({}, { targets: { lint: { arg: [] } } });
    expect(workspace.nx(['show', 'projects']).output).toContain(
      'targets.lint.arg: unknown option; did you mean args?',
    );
  });

  test('defaults of other tools do not make a build that is none', () => {
    const namedInputs = { production: ['{projectRoot}/**/*'] };
    const build = { cache: true, dependsOn: ['^build'], inputs: ['production', '^production'] };
    workspace.configureNx({ namedInputs, targetDefaults: { build } });
    expect(run('build').output).toContain('TARGET_DEFAULTS_REPLACED: small:build');
    workspace.configureNx({ namedInputs, targetDefaults: { build, 'nx-cargo-test:cargo': {} } });
    for (const _ of [1, 2]) {
      const { status, output } = run('build');
      expect(status).toBe(0);
      expect(output).not.toContain(HIT);
    }
  });

  test('a target of project.json takes the place of an inferred one', () => {
    workspace.configureNx({});
    const targets = {
      lint: { command: 'echo my own lint' },
      'lint-extra': {
        executor: 'nx-cargo-test:cargo',
        options: {
          ...{ command: 'lint', package: 'small', cargoWorkspace: 'small' },
          features: ['extra'],
        },
      },
    };
    workspace.write('small/project.json', JSON.stringify({ targets }));
    expect(run('lint').output).toContain('my own lint');
    expect(run('lint-extra').output).toContain('warning: unneeded `return` statement');
    workspace.delete('small/project.json');
  });
});

test('Ctrl-C ends what a bench started', async () => {
  workspace.write(
    'small/benches/speed.rs',
    'fn main() {\n    std::thread::sleep(std::time::Duration::from_secs(600));\n}\n',
  );
  const benches = (): number =>
    processesBelow(workspace.folder).filter(({ args }) => args[0]?.includes('/deps/speed-')).length;
  const nx = startNx(workspace, ['run', 'small:bench'], {});
  await until(() => benches() > 0 || !nx.isRunning());
  expect(benches()).toBe(1);
  process.kill(nx.id, 'SIGINT');
  const { status } = await nx.ended;
  expect(status).not.toBe(0);
  await until(() => benches() === 0);
});

/** Waits for something that happens by itself, or never: then Jest's own limit ends the test. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await setTimeout(20);
}
