import { moduleOf } from './rust-module';
import { ScratchWorkspace, type NxRun } from './scratch-workspace';

let workspace: ScratchWorkspace;

const OPTIONS = { environment: ['GREETING'] };

beforeAll(() => {
  workspace = ScratchWorkspace.empty(OPTIONS);
});

afterAll(() => workspace.remove());

describe('what builds and tests read besides their sources', () => {
  const ITOA = {
    old: ['1.0.15', '4a5f13b858c8d314ee3e8f639011f7ccefe71f97f96e50151fb991f267928e2c'],
    new: ['1.0.17', '92ecc6618181def0457392ccd0ee51198e065e016d1d527a7ac1b6dc7c1f09d2'],
  } as const;
  const crates = [
    'levels',
    'settings',
    'unlocked',
    'testless',
    'gated',
    'homesick',
    'scripted',
    'generated',
  ];
  const runAll = ['run-many', '-t', 'test', '-p', crates.join(',')];
  let first: NxRun;
  let changed: NxRun;
  let again: NxRun;
  let declared: NxRun;

  beforeAll(() => {
    // What a build script writes to OUT_DIR, what it sets, and what the code itself asks for.
    workspace.writeCrate('levels', {
      files: {
        'build.rs': `fn main() {
    println!("cargo:rerun-if-env-changed=FOO_LEVEL");
    let level = std::env::var("FOO_LEVEL").unwrap_or_default();
    let file = std::env::var("OUT_DIR").unwrap() + "/level.txt";
    std::fs::write(file, level).unwrap();
}
`,
        'src/lib.rs':
          moduleOf(
            'foo',
            'assert_ne!(include_str!(concat!(env!("OUT_DIR"), "/level.txt")), "bad");',
          ) +
          moduleOf('bar', 'assert_ne!(option_env!("BAR_LEVEL"), Some("bad"));') +
          moduleOf('neither', ''),
      },
    });
    workspace.writeCrate('settings', {
      files: {
        '.cargo/config.toml': '[env]\nSETTING = "1"\n',
        'src/lib.rs':
          moduleOf('one', 'assert_ne!(std::env::var("SETTING").unwrap(), "bad");') +
          moduleOf('two', 'assert_ne!(std::env::var("GREETING").as_deref(), Ok("bad"));'),
      },
    });
    workspace.write(
      'unlocked/Cargo.toml',
      '[package]\nname = "unlocked"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nitoa = "1"\n',
    );
    workspace.write('unlocked/.gitignore', 'Cargo.lock\n');
    workspace.write('unlocked/Cargo.lock', lock(ITOA.old));
    workspace.write(
      'unlocked/src/lib.rs',
      moduleOf('prints', 'assert_eq!(itoa::Buffer::new().format(-7), "-7");') +
        moduleOf('neither', ''),
    );
    workspace.writeCrate('testless', {
      files: { 'src/lib.rs': 'pub fn one() -> u8 {\n    1\n}\n' },
    });
    workspace.writeCrate('gated', {
      manifest:
        '[features]\nextra = []\n\n[[test]]\nname = "only_extra"\nrequired-features = ["extra"]\n',
      files: {
        'src/lib.rs': `${moduleOf('always', '')}#[cfg(feature = "extra")]\n${moduleOf('sometimes', '')}`,
        'tests/only_extra.rs': '#[test]\nfn holds() {}\n',
      },
    });
    workspace.writeCrate('homesick', {
      files: { 'src/lib.rs': moduleOf('home', 'assert_ne!(option_env!("HOME"), Some("bad"));') },
    });
    workspace.writeCrate('scripted', {
      files: {
        'build.rs':
          'fn main() {\n    println!("cargo:rerun-if-env-changed=USER");\n    println!("cargo:rustc-env=WHO={:?}", std::env::var("USER"));\n}\n',
        'src/lib.rs': moduleOf('who', 'assert_ne!(env!("WHO"), "bad");'),
      },
    });
    workspace.writeCrate('generated', {
      files: {
        '.gitignore': 'made*.rs\n',
        'src/lib.rs': `mod made;\n${moduleOf('uses', 'assert_eq!(crate::made::ONE + include!("made_too.rs"), 3);')}`,
        'src/made.rs': 'pub const ONE: u8 = 1;\n',
        'src/made_too.rs': '2\n',
      },
    });
    workspace.commit('crates that read more than their sources');

    first = workspace.nx(runAll);
    workspace.replace('settings/.cargo/config.toml', '"1"', '"2"');
    workspace.write('unlocked/Cargo.lock', lock(ITOA.new));
    workspace.write('generated/.gitignore', '');
    changed = workspace.nx(runAll, { FOO_LEVEL: '2' });
    again = workspace.nx(runAll, { FOO_LEVEL: '2', BAZ_LEVEL: '3' });
    workspace.configureNx(
      {},
      { ...OPTIONS, buildEnvironment: ['HOME', 'USER'], features: ['extra'] },
    );
    // Only some packages have the feature.
    declared = workspace.nx(['run-many', '-t', 'test', '-p', 'gated']);
    workspace.configureNx({}, { ...OPTIONS, buildEnvironment: ['HOME', 'USER'] });
  });

  afterAll(() => workspace.configureNx({}, OPTIONS));

  it('a variable that a build script asks for: what it reaches runs again, and that once', () => {
    expect(testsOf(first, 'levels')).toEqual([
      'levels/bar::holds',
      'levels/foo::holds',
      'levels/neither::holds',
    ]);
    expect(testsOf(changed, 'levels')).toEqual(['levels/foo::holds']);
    expect(testsOf(again, 'levels')).toEqual([]);
  });

  it('a variable that the code asks for, with a value that makes a test fail: fails', () => {
    const { status, executed } = workspace.nx(['run', 'levels:test'], {
      FOO_LEVEL: '2',
      BAR_LEVEL: 'bad',
    });
    expect([status === 0, executed.includes('levels/bar::holds')]).toEqual([false, true]);
  });

  it('[env] of the configuration of cargo: a change runs the tests again', () => {
    const tests = ['settings/one::holds', 'settings/two::holds'];
    expect(testsOf(first, 'settings')).toEqual(tests);
    expect(testsOf(changed, 'settings')).toEqual(tests);
    expect(testsOf(again, 'settings')).toEqual([]);
    workspace.replace('settings/.cargo/config.toml', '"2"', '"bad"');
    const bad = workspace.nx(['run', 'settings:test']);
    expect([bad.status === 0, bad.executed]).toEqual([false, tests]);
    expect(bad.output).toContain('failed: one::holds');
    workspace.replace('settings/.cargo/config.toml', '"bad"', '"2"');
  });

  it('a declared variable: a change runs the tests again', () => {
    const tests = ['settings/one::holds', 'settings/two::holds'];
    expect(workspace.nxOk(['run', 'settings:test'], { GREETING: 'hello' }).executed).toEqual(tests);
    expect(workspace.nxOk(['run', 'settings:test'], { GREETING: 'hello' }).executed).toEqual([]);
    const bad = workspace.nx(['run', 'settings:test'], { GREETING: 'bad' });
    expect([bad.status === 0, bad.executed]).toEqual([false, tests]);
    expect(bad.output).toContain('failed: two::holds');
  });

  it('a Cargo.lock that git ignores: a change runs what uses the dependency again', () => {
    expect(testsOf(first, 'unlocked')).toEqual([
      'unlocked/neither::holds',
      'unlocked/prints::holds',
    ]);
    expect(testsOf(changed, 'unlocked')).toContain('unlocked/prints::holds');
    expect(testsOf(again, 'unlocked')).toEqual([]);
  });

  it('source that git ignores, and that is included: the build fails and names it', () => {
    const output = first.outputOf('generated:build-tests');
    expect(output).toContain('UNCOVERED_INPUT');
    expect(output).toContain('generated/src/made.rs (read by generated');
    expect(output).toContain('generated/src/made_too.rs (read by generated');
    expect(testsOf(first, 'generated')).toEqual([]);
    expect(testsOf(changed, 'generated')).toEqual(['generated/uses::holds']);
  });

  it.each([
    ['homesick', 'HOME'],
    ['scripted', 'USER'],
  ])('%s reads %s, which differs everywhere: fails until it is declared', (name, variable) => {
    for (const run of [first, changed, again]) {
      expect([run.status === 0, testsOf(run, name)]).toEqual([false, []]);
      const output = run.outputOf(`${name}:build-tests`);
      expect(output).toContain('UNCOVERED_INPUT');
      expect(output).toContain(`"buildEnvironment": ["${variable}"]`);
    }
    expect(workspace.nxOk(['run', `${name}:test`]).executed).toHaveLength(1);
    expect(workspace.nxOk(['run', `${name}:test`]).executed).toEqual([]);
  });

  it('a declared one: a change builds again', () => {
    const { executed } = workspace.nxOk(['run', 'scripted:test'], { USER: 'somebody-else' });
    expect(executed).toEqual(['scripted/who::holds']);
  });

  it('no tests in the source and none listed: succeeds and says so', () => {
    expect(testsOf(first, 'testless')).toEqual([]);
    expect(first.output).not.toMatch(/^- testless:/m);
    expect(workspace.nxOk(['run', 'testless:test']).output).toContain('no tests');
  });

  it('tests behind a cfg that does not hold, or features that are off: succeeds and names it', () => {
    expect(testsOf(first, 'gated')).toEqual(['gated/always::holds']);
    const { output } = workspace.nxOk(['run', 'gated:test']);
    expect(output).toContain('sometimes: no tests (cfg(feature = "extra") does not hold)');
    expect(output).toContain(
      'only_extra: no tests (the target needs features that are not enabled: extra)',
    );
    expect(declared.executed).toEqual(['gated/sometimes::holds', 'only_extra/holds']);
  });

  function testsOf({ executed }: NxRun, name: string): string[] {
    return executed.filter((test) => test.startsWith(`${name}/`));
  }

  function lock([version, checksum]: readonly [string, string]): string {
    return `version = 4

[[package]]
name = "itoa"
version = "${version}"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "${checksum}"

[[package]]
name = "unlocked"
version = "0.1.0"
dependencies = ["itoa"]
`;
  }
});
