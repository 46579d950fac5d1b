import { ScratchWorkspace } from './scratch-workspace';
import { WorkflowMachine, type JobEvent, type JobRun } from './workflow-job';

const FILE = '.github/workflows/rust-tests.yml';

describe('the scripts of the generated workflow, on real commits', () => {
  let origin: ScratchWorkspace;
  let machine: WorkflowMachine;

  beforeAll(() => {
    origin = ScratchWorkspace.empty();
    machine = new WorkflowMachine(origin);
    origin.write('package-lock.json', '{ "lockfileVersion": 3, "packages": {} }\n');
    const module = (name: string, result: number): string =>
      `pub mod ${name} {\n    pub fn ${name}() -> u32 { std::hint::black_box(${result}) }\n    #[test]\n    fn holds() { assert!(${name}() > 0); }\n}\n`;
    origin.writeCrate('parser', {
      files: { 'src/lib.rs': module('words', 1) + module('lines', 2) },
    });
    const options = ['--targets=test,test-doc', '--no-macos', '--no-interactive'];
    origin.nxOk(['g', 'nx-cargo-test:ci-workflow', ...options]);
    origin.commit('a crate and its workflow');
  });

  afterAll(() => {
    machine.remove();
    origin.remove();
  });

  const all = ['parser/lines::holds', 'parser/words::holds'];

  function run(name: JobEvent['name'], ref: string): JobRun {
    return machine.run(FILE, 'linux', {
      name,
      ref,
      commit: origin.git('rev-parse', 'HEAD').trim(),
    });
  }

  /** The linux job of a pull request with one change. */
  function pullRequest(branch: string, find: string, replacement: string): JobRun {
    origin.git('checkout', '--quiet', '-b', branch, 'main');
    origin.replace('parser/src/lib.rs', find, replacement);
    origin.commit(branch);
    const result = run('pull_request', 'refs/pull/1/merge');
    origin.git('checkout', '--quiet', 'main');
    return result;
  }

  it('a push to main runs everything under raised limits, and saves what it did', () => {
    const { succeeded, executed, sudo, output } = run('push', 'refs/heads/main');
    expect([succeeded, output.includes('nx affected')]).toEqual([true, false]);
    expect(executed).toEqual(all);
    expect(sudo).toEqual([
      'prlimit --pid SHELL --nofile=65536:65536 --memlock=unlimited:unlimited',
    ]);
    expect(machine.saved).toEqual([
      expect.stringMatching(/^cargo-Linux-rustc-[0-9.]+/),
      `nx-Linux-${origin.git('rev-parse', 'main').trim()}`,
    ]);
  });

  it('a pull request runs what changed, has the rest from the cache, and saves nothing', () => {
    const saved = [...machine.saved];
    const { succeeded, executed, sudo, output } = pullRequest(
      'more-words',
      'black_box(1)',
      'black_box(3)',
    );
    expect([succeeded, executed]).toEqual([true, ['parser/words::holds']]);
    expect(output).toMatch(/nx run parser:test-lines {2}\[local cache\]/);
    expect(sudo).toHaveLength(1);
    expect(machine.saved).toEqual(saved);
  });

  it('a pull request whose test fails fails', () => {
    const { succeeded, executed } = pullRequest('no-lines', 'black_box(2)', 'black_box(0)');
    expect([succeeded, executed]).toEqual([false, ['parser/lines::holds']]);
  });

  it('the merge queue runs everything again, and saves nothing', () => {
    const saved = [...machine.saved];
    const { succeeded, executed } = run('merge_group', 'refs/heads/gh-readonly-queue/main/pr-1');
    expect([succeeded, executed]).toEqual([true, all]);
    expect(machine.saved).toEqual(saved);
  });

  it('on a machine with another id, whose Nx takes nothing from the cache, the ledger answers', () => {
    machine.moveToAnotherMachine();
    const { succeeded, executed, output } = pullRequest(
      'other-words',
      'black_box(1)',
      'black_box(4)',
    );
    expect([succeeded, executed]).toEqual([true, ['parser/words::holds']]);
    expect(output).toContain('Unrecognized Cache Artifacts');
    expect(output).not.toContain('[local cache]');
  });
});
