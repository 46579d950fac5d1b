import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  BOASTING,
  GUIDE,
  GUIDE_VERDICTS,
  HANGING,
  LEAVING,
  PAINT,
  REACHING_OUT,
} from './documented-crates';
import { ScratchWorkspace, type NxRun } from './scratch-workspace';

/** What rustdoc calls the program of a doc test. */
const DOC_TEST = 'rust_out';

describe('doc tests of a crate', () => {
  let workspace: ScratchWorkspace;
  beforeAll(() => {
    workspace = ScratchWorkspace.empty();
    workspace.writeCrate('paint', PAINT);
    workspace.writeCrate('guide', GUIDE);
    workspace.commit('a guide');
  });
  afterAll(() => workspace.remove());
  const run = (): NxRun =>
    workspace.nxOk(['run-many', '-t', 'test', 'test-doc', '--projects', 'guide']);

  test('run after the build, which leaves nothing to compile but the library', () => {
    workspace.nxOk(['run', 'guide:build-tests']);
    const before = compiled(workspace, 'guide', 'paint');
    const { executed } = run();
    expect(verdicts(workspace, 'guide')).toEqual(GUIDE_VERDICTS);
    expect(executed).toContain('guide/shapes::tests::is_a_pair');
    expect(executed).toContain(DOC_TEST);
    expect(before).not.toEqual([]);
    expect(compiled(workspace, 'guide', 'paint')).toEqual(before);
  });

  test('come from the cache when nothing changed', () => {
    expect(run().executed).toEqual([]);
  });

  test('run again when an example changed, and unit tests do not', () => {
    workspace.replace('guide/src/lib.rs', 'area(4, 5), 20', 'area(4, 6), 24');
    expect(onlyDocTests(run())).toBe(true);
    workspace.replace('guide/README.md', 'area(2, 3), 6', 'area(2, 4), 8');
    expect(onlyDocTests(run())).toBe(true);
    expect(verdicts(workspace, 'guide')).toEqual(GUIDE_VERDICTS);
  });

  test('run again when a dependency changed, and fail when an example does not hold any more', () => {
    workspace.replace('guide/README.md', 'area(2, 4), 8', 'area(2, 4), 9');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const failed = workspace.nx(['run', 'guide:test-doc']);
      expect(failed.status).not.toBe(0);
      expect(failed.output).toContain('failed: src/lib.rs - (line 3)');
      expect(failed.output).toContain('assertion `left == right` failed');
      expect(onlyDocTests(failed)).toBe(true);
    }
    expect(verdicts(workspace, 'guide')).toEqual({
      ...GUIDE_VERDICTS,
      'src/lib.rs - (line 3)': 'failed',
    });
    workspace.replace('guide/README.md', 'area(2, 4), 9', 'area(2, 4), 8');
    expect(run().executed).toEqual([]);
    workspace.replace('paint/src/lib.rs', 'no overflow', 'none');
    expect(run().executed).toContain(DOC_TEST);
  });

  test('take arguments', () => {
    const some = workspace.nxOk(['run', 'guide:test-doc', '--', 'shapes']);
    expect(some.output).toContain('doc tests: 1 passed, 6 not selected');
    const ignored = workspace.nx(['run', 'guide:test-doc', '--', '--ignored']);
    expect(ignored.status).not.toBe(0);
    expect(ignored.output).toContain('failed: src/lib.rs - area (line 22)');
    expect(workspace.nx(['run', 'guide:test-doc', '--', '--list']).output).toContain(
      'INVALID_OPTIONS',
    );
  });

  test('have the name and the arguments that nx.json gives them', () => {
    workspace.configureNx(
      {},
      { targets: { 'test-doc': { name: 'doctest', args: ['--ignored'] } } },
    );
    const named = workspace.nx(['run', 'guide:doctest']);
    expect(named.status).not.toBe(0);
    expect(named.output).toContain('failed: src/lib.rs - area (line 22)');
    // The only ignored one is elsewhere.
    const filtered = workspace.nxOk(['run', 'guide:doctest', '--', 'shapes']);
    expect(filtered.output).toContain('doc tests: no test of 7 selected');
    workspace.configureNx({}, { targets: { 'test-doc': false } });
    expect(workspace.targets('guide').filter((name) => /doc/.test(name))).toEqual([
      ...['doc', 'doctor'],
    ]);
    workspace.configureNx({}, {});
  });

  test('are no part of the target test', () => {
    workspace.write('guide/README.md', '# Guide\n\n```\npanic!();\n```\n');
    expect(workspace.nxOk(['run', 'guide:test']).executed).toEqual([]);
  });
});

describe('doc tests that do not end well', () => {
  let workspace: ScratchWorkspace;
  let first: NxRun;
  beforeAll(() => {
    workspace = ScratchWorkspace.empty();
    workspace.write('.gitignore', 'node_modules\ntarget\n.nx\n*.pid\n');
    workspace.writeCrate('boasting', BOASTING);
    workspace.writeCrate('leaving', LEAVING);
    edition2024(workspace, 'leaving');
    workspace.writeCrate('hanging', HANGING);
    workspace.writeCrate('reaching-out', REACHING_OUT);
    workspace.write('manual.md', '```\nassert!(true);\n```\n');
    workspace.write('data.txt', '1');
    workspace.commit('crates that fail');
    first = workspace.nx(['run-many', '-t', 'test-doc']);
  });
  afterAll(() => workspace.remove());

  test('a doc test that prints verdicts changes none', () => {
    expect(first.outputOf('boasting:test-doc')).toContain('doc tests: 1 failed, 1 passed');
    expect(verdicts(workspace, 'boasting')).toEqual({
      'src/lib.rs - wrong (line 1)': 'failed',
      'src/lib.rs - right (line 8)': 'passed',
    });
  });

  test('a doc test that ends the process of others leaves no test without a verdict', () => {
    // With a target runner rustdoc runs the examples of edition 2024 in one process.
    const output = first.outputOf('leaving:test-doc');
    expect(output).toContain('before all of its tests had a verdict');
    expect(verdicts(workspace, 'leaving')).toEqual({
      'src/lib.rs - first (line 1)': 'notRun',
      'src/lib.rs - second (line 6)': 'notRun',
    });
  });

  test('one that hangs is killed with what it started', () => {
    const output = first.outputOf('hanging:test-doc');
    expect(output).toContain('no doc test has ended for over 5 s');
    expect(output).toContain('no doc test ended for 10 s');
    const child = Number(workspace.read('hanging/started.pid'));
    const state = `/proc/${child}/stat`;
    // Where nobody collects orphans, what is left of a killed one is a zombie.
    expect(existsSync(state) ? readFileSync(state, 'utf8') : 'gone').toMatch(
      /^gone$|^\d+ \(sleep\) [ZX] /,
    );
  });

  test('files that only documentation includes have to be inputs', () => {
    const output = first.outputOf('reaching-out:test-doc');
    expect(output).toContain('UNCOVERED_INPUT');
    expect(output).toContain('  manual.md (read by the documentation of reaching_out)');
    expect(output).toMatch(/ {2}data\.txt \(read by an example in .*\/src\/lib\.rs\)/);
  });

  test('none of it is kept, and all pass when they are mended', () => {
    expect(first.status).not.toBe(0);
    workspace.replace('boasting/src/lib.rs', 'boasting::right(), 2', 'boasting::right(), 1');
    workspace.replace('leaving/src/lib.rs', 'std::process::exit(0);', '');
    workspace.replace('leaving/src/lib.rs', '1 + 1, 3', '1 + 1, 2');
    workspace.replace('hanging/src/lib.rs', 'loop { std', '{ child.kill().unwrap(); std');
    workspace.write(
      'reaching-out/project.json',
      JSON.stringify({
        name: 'reaching-out',
        targets: {
          'test-doc': {
            inputs: ['...', '{workspaceRoot}/manual.md', '{workspaceRoot}/data.txt'],
          },
        },
      }),
    );
    const mended = workspace.nx(['run-many', '-t', 'test-doc']);
    expect([mended.status, mended.output]).toEqual([
      0,
      expect.stringContaining('Successfully ran'),
    ]);
    expect(workspace.nxOk(['run-many', '-t', 'test-doc']).executed).toEqual([]);
    workspace.write('data.txt', '2');
    const changed = workspace.nx(['run-many', '-t', 'test-doc']);
    expect(changed.status).not.toBe(0);
    expect(changed.outputOf('reaching-out:test-doc')).toContain('1 failed, 1 passed');
  });
});

describe('doc tests without a target runner', () => {
  let workspace: ScratchWorkspace;
  beforeAll(() => {
    workspace = ScratchWorkspace.empty();
    workspace.delete('.cargo/config.toml');
    workspace.writeCrate('paint', PAINT);
    workspace.writeCrate('guide', GUIDE);
    edition2024(workspace, 'guide');
    workspace.writeCrate('leaving', LEAVING);
    edition2024(workspace, 'leaving');
    workspace.writeCrate('silent', { files: { 'src/lib.rs': 'pub fn f() {}\n' } });
    workspace.writeCrate('off', {
      manifest: '[lib]\ndoctest = false\n',
      files: { 'src/lib.rs': '/// ```\n/// panic!();\n/// ```\npub fn f() {}\n' },
    });
    workspace.writeCrate('program', { files: { 'src/main.rs': 'fn main() {}\n' } });
    workspace.writeCrate('shared', {
      manifest: '[lib]\ncrate-type = ["cdylib"]\n',
      files: { 'src/lib.rs': '/// ```\n/// panic!();\n/// ```\npub fn f() {}\n' },
    });
    workspace.writeCrate('derive', {
      manifest: '[lib]\nproc-macro = true\ntest = false\n',
      files: {
        'src/lib.rs': `/// \`\`\`
/// assert_eq!(derive::one!(), 1);
/// \`\`\`
#[proc_macro]
pub fn one(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    "1".parse().unwrap()
}
`,
      },
    });
    workspace.commit('crates');
  });
  afterAll(() => workspace.remove());

  test('those of edition 2024, which rustdoc compiles together, have their verdicts', () => {
    workspace.nxOk(['run', 'guide:test-doc']);
    const { 'src/lib.rs - (line 3)': readme, ...others } = GUIDE_VERDICTS;
    expect(verdicts(workspace, 'guide')).toEqual({
      ...others,
      'src/../README.md - (line 3)': readme,
    });
    const left = workspace.nx(['run', 'leaving:test-doc']);
    expect(left.status).not.toBe(0);
    // Each has a process of its own, whose status is its verdict.
    expect(verdicts(workspace, 'leaving')).toEqual({
      'src/lib.rs - first (line 1)': 'passed',
      'src/lib.rs - second (line 6)': 'failed',
    });
  });

  test('a library without any succeeds and says so', () => {
    expect(workspace.nxOk(['run', 'silent:test-doc']).output).toContain('doc tests: none');
  });

  test('there is a target where cargo runs doc tests, and nowhere else', () => {
    expect(workspace.testTargets('silent')).toContain('test-doc');
    expect(workspace.testTargets('derive')).toEqual(['test-doc']);
    for (const name of ['off', 'program', 'shared']) {
      expect(workspace.testTargets(name)).not.toContain('test-doc');
    }
    workspace.nxOk(['run', 'derive:test-doc']);
    expect(verdicts(workspace, 'derive')).toEqual({ 'src/lib.rs - one (line 1)': 'passed' });
  });
});

/** Verdicts by name from the results file. */
function verdicts(workspace: ScratchWorkspace, name: string): Record<string, string> {
  const { complete, tests } = JSON.parse(
    workspace.read(`${name}/target/nx-cargo-test/${name}/results/doc.json`),
  ) as {
    readonly complete: boolean;
    readonly tests: readonly {
      readonly name: string;
      readonly verdict: { readonly kind: string };
    }[];
  };
  expect(complete).toBe(true);
  return Object.fromEntries(tests.map((test) => [test.name, test.verdict.kind]));
}

/** Compiled libraries of a crate with the times at which they were written. */
function compiled(workspace: ScratchWorkspace, cargoWorkspace: string, name: string): string[] {
  const folder = join(workspace.folder, cargoWorkspace, 'target/debug/deps');
  return readdirSync(folder)
    .filter((file) => file.startsWith(`lib${name}-`))
    .map((file) => `${file} ${statSync(join(folder, file)).mtimeMs}`)
    .sort();
}

function onlyDocTests({ executed }: NxRun): boolean {
  return executed.length > 0 && executed.every((each) => each === DOC_TEST);
}

function edition2024(workspace: ScratchWorkspace, name: string): void {
  workspace.replace(`${name}/Cargo.toml`, 'edition = "2021"', 'edition = "2024"');
}
