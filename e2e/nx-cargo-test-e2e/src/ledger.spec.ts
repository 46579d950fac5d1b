import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ScratchWorkspace, type NxRun } from './scratch-workspace';

/** Twenty tests of one module; `value_NN` are functions of their own. */
const numbers = Array.from({ length: 20 }, (_, index) => String(index).padStart(2, '0'));
const twenty = `${numbers.map((n) => `pub fn value_${n}() -> u32 { 1${n} }\n`).join('')}
#[cfg(test)]
mod tests {
${numbers.map((n) => `    #[test]\n    fn value_${n}() { assert!(super::value_${n}() > 0); }\n`).join('')}
    #[test]
    #[ignore = "takes long"]
    fn later() {}
}
`;

const sharing = `use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

static COUNTER: AtomicU32 = AtomicU32::new(0);
thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

pub fn count() -> u32 { COUNTER.fetch_add(1, Ordering::SeqCst) }
pub fn count_by(step: u32) -> u32 { COUNTER.fetch_add(step, Ordering::SeqCst) }
pub fn enter() -> u32 { DEPTH.with(|depth| { depth.set(depth.get() + 1); depth.get() }) }
pub fn plain() -> u32 { 7 }

#[cfg(test)]
mod tests {
    #[test]
    fn counts() { super::count(); }
    #[test]
    fn counts_by_two() { super::count_by(2); }
    #[test]
    fn counts_and_enters() { super::count_by(0); assert!(super::enter() > 0); }
    #[test]
    fn enters() { assert!(super::enter() > 0); }
    #[test]
    fn is_plain() { assert_eq!(super::plain(), 7); }
}
`;

/** A test whose outcome nothing in the build decides. */
const flaky = `#[cfg(test)]
mod tests {
    #[test]
    fn is_flaky() { assert!(!std::path::Path::new("fail-now").exists()); }
    #[test]
    fn is_steady() {}
}
`;

const CRATE = 'demo';

let workspace: ScratchWorkspace;
/** Makes all of Nx's hashes new without changing anything that a test depends on. */
let edits = 0;
const editNxJson = (): void => {
  workspace.configureNx({ defaultBase: `main-${++edits}` });
  workspace.commit('another nx.json');
};
const testAll = (environment?: Readonly<Record<string, string>>): NxRun =>
  workspace.nxOk(['run-many', '-t', 'test', '--output-style=static'], environment);

beforeAll(() => {
  workspace = ScratchWorkspace.empty();
  workspace.writeCrate(CRATE, {
    files: {
      'src/lib.rs': 'pub mod flaky;\npub mod sharing;\npub mod twenty;\n',
      'src/flaky.rs': flaky,
      'src/sharing.rs': sharing,
      'src/twenty.rs': twenty,
      'tests/outside.rs':
        '#[test]\nfn sees_data() { assert!(!std::fs::read("tests/data/a.txt").unwrap().is_empty()); }\n',
      'tests/data/a.txt': 'a\n',
    },
  });
  workspace.commit('a crate');
  expect(testAll().executed).toHaveLength(20 + 1 + 5 + 2 + 1);
});

afterAll(() => workspace.remove());

function results(leaf: string): { tests: { name: string; verdict: { kind: string } }[] } {
  const file = join(
    workspace.folder,
    CRATE,
    'target/nx-cargo-test',
    CRATE,
    'results',
    `${leaf}.json`,
  );
  return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof results>;
}

function kinds(leaf: string): string[] {
  return [...new Set(results(leaf).tests.map(({ verdict }) => verdict.kind))].sort();
}

describe('what is no reason to run a test again', () => {
  test('an edit of nx.json', () => {
    editNxJson();
    const { executed, output } = testAll();
    expect(executed).toEqual([]);
    expect(output).toMatch(/twenty: 1 ignored, 20 unchanged since they passed at [0-9a-f]{7} \(/);
    expect(output).toMatch(
      /test: 1 ignored, 28 unchanged since they passed at [0-9a-f]{7} in 5 modules/,
    );
    expect(kinds('lib.sharing')).toEqual(['reused']);
  });

  test('a new module: its tests run and no others', () => {
    workspace.write(
      `${CRATE}/src/extra.rs`,
      '#[cfg(test)]\nmod tests {\n    #[test]\n    fn is_new() {}\n}\n',
    );
    workspace.replace(`${CRATE}/src/lib.rs`, 'pub mod flaky;', 'pub mod extra;\npub mod flaky;');
    workspace.commit('a new module');
    const { executed, output } = testAll();
    expect(executed).toEqual(['demo/extra::tests::is_new']);
    expect(output).toMatch(/sharing: 5 unchanged since they passed/);
  });

  test('a lost cache of Nx', () => {
    const { executed } = testAll({
      NX_CACHE_DIRECTORY: join(workspace.folder, '..', 'other-cache'),
    });
    expect(executed).toEqual([]);
  });

  test('another version of the plugin', () => {
    const modules = join(workspace.folder, 'node_modules');
    const real = linkPackagesOneByOne(modules);
    const plugin = join(modules, 'nx-cargo-test');
    rmSync(plugin);
    cpSync(join(real, 'nx-cargo-test'), plugin, { recursive: true, dereference: true });
    const manifest = JSON.parse(readFileSync(join(plugin, 'package.json'), 'utf8')) as object;
    writeFileSync(join(plugin, 'package.json'), JSON.stringify({ ...manifest, version: '99.0.0' }));
    editNxJson();
    const { executed, output } = testAll();
    expect(executed).toEqual([]);
    expect(output).toMatch(/test: 1 ignored, 29 unchanged since they passed/);
  });
});

/** Replaces the link to all packages by a folder of links to each, and gives the real folder. */
function linkPackagesOneByOne(modules: string): string {
  const real = realpathSync(modules);
  rmSync(modules);
  mkdirSync(modules);
  for (const name of readdirSync(real)) symlinkSync(join(real, name), join(modules, name));
  return real;
}

describe('what runs', () => {
  test('one changed test of twenty', () => {
    workspace.replace(
      `${CRATE}/src/twenty.rs`,
      'value_07() -> u32 { 107 }',
      'value_07() -> u32 { 207 }',
    );
    workspace.commit('one function');
    const { executed, output } = testAll();
    expect(executed).toEqual(['demo/twenty::tests::value_07']);
    expect(output).toMatch(/twenty: 1 passed, 1 ignored, 19 unchanged since they passed/);
    expect(output).toContain('run because its code changed: twenty::tests::value_07');
  });

  test('with it, what shares a static or a thread-local, directly or through others', () => {
    workspace.replace(
      `${CRATE}/src/sharing.rs`,
      'super::count();',
      'super::count(); super::count();',
    );
    workspace.commit('a test that counts');
    const { executed, output } = testAll();
    expect(executed).toEqual([
      'demo/sharing::tests::counts',
      'demo/sharing::tests::counts_and_enters',
      'demo/sharing::tests::counts_by_two',
      'demo/sharing::tests::enters',
    ]);
    expect(output).toMatch(
      /it shares the static demo::sharing::COUNTER with sharing::tests::counts: /,
    );
    expect(output).toMatch(
      /it shares the thread-local demo::sharing::DEPTH with sharing::tests::counts_and_enters: sharing::tests::enters/,
    );
  });

  test('alone, a test that shares nothing', () => {
    workspace.replace(
      `${CRATE}/src/sharing.rs`,
      'assert_eq!(super::plain(), 7);',
      'assert!(super::plain() == 7);',
    );
    workspace.commit('a test that shares nothing');
    expect(testAll().executed).toEqual(['demo/sharing::tests::is_plain']);
  });

  test('the whole module with NX_CARGO_TEST_REUSE=module', () => {
    workspace.replace(
      `${CRATE}/src/twenty.rs`,
      'value_08() -> u32 { 108 }',
      'value_08() -> u32 { 208 }',
    );
    workspace.commit('another function');
    expect(testAll({ NX_CARGO_TEST_REUSE: 'module' }).executed).toHaveLength(21);
  });

  test('everything of a module with NX_CARGO_TEST_REUSE=off', () => {
    editNxJson();
    const { executed } = workspace.nxOk(['run', 'demo:test-sharing'], {
      NX_CARGO_TEST_REUSE: 'off',
    });
    expect(executed).toHaveLength(5);
  });

  test('everything of a module with --skip-nx-cache', () => {
    const { executed } = workspace.nxOk(['run', 'demo:test-sharing', '--skip-nx-cache']);
    expect(executed).toHaveLength(5);
  });

  test('tests whose declared data changed', () => {
    workspace.write(`${CRATE}/tests/data/a.txt`, 'changed\n');
    workspace.commit('data');
    expect(testAll().executed).toHaveLength(30);
  });

  test('tests whose declared variable changed, until it is as it was', () => {
    editNxJson();
    expect(
      workspace.nxOk(['run', 'demo:test-sharing'], { RUST_LOG: 'debug' }).executed,
    ).toHaveLength(5);
    editNxJson();
    expect(workspace.nxOk(['run', 'demo:test-sharing'], { RUST_LOG: 'debug' }).executed).toEqual(
      [],
    );
    expect(workspace.nxOk(['run', 'demo:test-sharing']).executed).toEqual([]);
  });

  test('tests that a .env file gives another variable', () => {
    workspace.write('.env', 'ASKED_AT_RUN_TIME=1\n');
    editNxJson();
    expect(workspace.nxOk(['run', 'demo:test-sharing']).executed).toHaveLength(5);
    workspace.delete('.env');
  });
});

describe('arguments', () => {
  test('a filter asks the ledger nothing and tells it no pass', () => {
    workspace.replace(
      `${CRATE}/src/twenty.rs`,
      'value_09() -> u32 { 109 }',
      'value_09() -> u32 { 209 }',
    );
    workspace.commit('a third function');
    const filtered = workspace.nxOk(['run', 'demo:test-twenty', '--', 'value_0']);
    expect(filtered.executed).toHaveLength(10);
    expect(workspace.nxOk(['run', 'demo:test-twenty']).executed).toEqual([
      'demo/twenty::tests::value_09',
    ]);
  });

  test('captured output changes no verdict', () => {
    const { executed, output } = workspace.nxOk(['run', 'demo:test-twenty', '--', '--nocapture']);
    expect(executed).toEqual([]);
    expect(output).toContain('NX_CARGO_TEST_REUSE=off runs them');
  });

  test('the number of threads is part of the key', () => {
    const args = ['run', 'demo:test-sharing', '--', '--test-threads=1'];
    expect(workspace.nxOk(args).executed).toHaveLength(5);
    editNxJson();
    expect(workspace.nxOk(args).executed).toEqual([]);
  });
});

describe('a flaky test', () => {
  const FLAG = `${CRATE}/fail-now`;
  afterAll(() => {
    if (existsSync(join(workspace.folder, FLAG))) workspace.delete(FLAG);
  });

  test('that failed is not reused until it passed a run of its whole module', () => {
    editNxJson();
    expect(workspace.nxOk(['run', 'demo:test-flaky']).executed).toEqual([]);
    workspace.write(FLAG, '');
    const failing = workspace.nx(['run', 'demo:test-flaky', '--skip-nx-cache']);
    expect(failing.status).not.toBe(0);
    workspace.delete(FLAG);

    editNxJson();
    // A pass of the test alone does not make up for the failure.
    workspace.nxOk(['run', 'demo:test-flaky', '--', 'is_flaky']);
    const again = workspace.nxOk(['run', 'demo:test-flaky', '--output-style=static']);
    expect(again.executed).toEqual(['demo/flaky::tests::is_flaky', 'demo/flaky::tests::is_steady']);
    editNxJson();
    expect(workspace.nxOk(['run', 'demo:test-flaky']).executed).toEqual([]);
  });

  test('that failed under a filter is not reused either', () => {
    workspace.write(FLAG, '');
    expect(
      workspace.nx(['run', 'demo:test-flaky', '--', 'is_flaky', '--nocapture']).status,
    ).not.toBe(0);
    workspace.delete(FLAG);
    editNxJson();
    expect(workspace.nxOk(['run', 'demo:test-flaky']).executed).toHaveLength(2);
  });
});

test('each reused test names where it passed, in the results and in the JUnit report', () => {
  editNxJson();
  workspace.nxOk(['run', 'demo:test-sharing']);
  for (const { verdict } of results('lib.sharing').tests) {
    expect(verdict).toMatchObject({
      kind: 'reused',
      passed: { localChanges: expect.any(Boolean) },
    });
    expect(JSON.stringify(verdict)).toMatch(/"commit":"[0-9a-f]{40}"/);
  }
  const junit = readFileSync(
    join(workspace.folder, CRATE, 'target/nx-cargo-test', CRATE, 'junit/lib.sharing.xml'),
    'utf8',
  );
  expect(junit.match(/<skipped message="unchanged since it passed at [0-9a-f]{7}/g)).toHaveLength(
    5,
  );
});

test('nx reset forgets everything', () => {
  workspace.nxOk(['reset']);
  expect(testAll().executed).toHaveLength(30);
});
