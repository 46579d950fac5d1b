import { moduleOf } from './rust-module';
import { ScratchWorkspace } from './scratch-workspace';

let workspace: ScratchWorkspace;

beforeAll(() => {
  workspace = ScratchWorkspace.empty();
});

afterAll(() => workspace.remove());

describe('arguments after --', () => {
  beforeAll(() => {
    workspace.writeCrate('arguments', {
      files: {
        'src/lib.rs': `#[cfg(test)]
mod words {
    #[test]
    fn first_word() {
        println!("said by the first");
    }

    #[test]
    fn second_word() {}
}
${moduleOf('numbers', '')}`,
      },
    });
  });

  const [first, second, numbers] = [
    'arguments/words::first_word',
    'arguments/words::second_word',
    'arguments/numbers::holds',
  ] as const;

  it('a filter and --nocapture reach the module', () => {
    const { executed, output } = workspace.nxOk([
      'run',
      'arguments:test-words',
      '--',
      'first_word',
      '--nocapture',
    ]);
    expect(executed).toEqual([first]);
    expect(output).toContain('said by the first');
  });

  it('a filter reaches every module through the umbrella', () => {
    const filtered = workspace.nxOk(['run', 'arguments:test', '--', 'second_word']);
    expect(filtered.executed).toEqual([second]);
    expect(filtered.output).toMatch(/words: 1 passed/);
  });

  it('what ran with a filter does not count for a run without one', () => {
    expect(workspace.nxOk(['run', 'arguments:test']).executed).toEqual([numbers, first, second]);
    expect(workspace.nxOk(['run', 'arguments:test']).executed).toEqual([]);
  });

  it('an argument that would hide verdicts is refused', () => {
    const { status, executed, output } = workspace.nx([
      'run',
      'arguments:test-words',
      '--',
      '--list',
    ]);
    expect([status, executed]).toEqual([1, []]);
    expect(output).toContain('--list');
  });
});

describe('ways to build', () => {
  beforeAll(() => {
    workspace.writeCrate('built', {
      files: {
        'src/lib.rs': `pub fn one(n: u64) -> u64 {\n    n + 100\n}\n${moduleOf('one', 'assert!(super::one(std::hint::black_box(1)) >= 100);')}${moduleOf('two', '')}`,
      },
    });
    workspace.write('.gitignore', `${workspace.read('.gitignore')}elsewhere\n`);
    workspace.commit('a crate to build');
  });

  it.each([
    ['the profile release', 'n + 101', 'n + 11', { profile: 'release' }, {}],
    ['without incremental compilation', 'n + 102', 'n + 12', {}, { CARGO_INCREMENTAL: '0' }],
    ['in another target folder', 'n + 103', 'n + 13', {}, { CARGO_TARGET_DIR: 'elsewhere' }],
  ])('%s: a change reruns its module alone', (_, good, bad, options, environment) => {
    workspace.configureNx({}, options);
    try {
      workspace.nxOk(['run', 'built:test'], environment);
      workspace.replace('built/src/lib.rs', 'n + 100', good);
      expect(workspace.nxOk(['run', 'built:test'], environment).executed).toEqual([
        'built/one::holds',
      ]);
      workspace.replace('built/src/lib.rs', good, bad);
      const { status, executed } = workspace.nx(['run', 'built:test'], environment);
      expect([status === 0, executed]).toEqual([false, ['built/one::holds']]);
    } finally {
      workspace.configureNx({});
      workspace.git('checkout', '--quiet', '--', 'built');
    }
  });
});
