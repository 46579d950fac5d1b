import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { INSTANCE, LocalGuest } from './local-guest';
import { ScratchWorkspace, type NxRun } from './scratch-workspace';

// The guest is a shell on this machine: with it all is real but the virtual machine.
const options = { runner: 'lima', limaBuild: 'guest', limaInstance: INSTANCE, reuse: 'off' };

let guest: LocalGuest;
let workspace: ScratchWorkspace;

beforeAll(() => {
  guest = new LocalGuest();
  workspace = ScratchWorkspace.empty(options);
  workspace.writeCrate('demo', {
    files: {
      'src/lib.rs': 'pub mod one;\npub mod two;\n',
      // cargo puts a plain binary elsewhere than the linker wrote it.
      'src/main.rs': 'fn main() {}\n',
      'src/one.rs': module(1),
      'src/two.rs': module(2),
      'tests/starts.rs': '#[test]\nfn starts() {\n    assert!(demo::one::value() > 0);\n}\n',
    },
  });
  workspace.commit('a crate');
});

afterAll(() => {
  workspace.remove();
  guest.remove();
});

function module(value: number): string {
  return `pub fn value() -> u32 {
    ${value}
}

#[cfg(test)]
mod tests {
    #[test]
    fn has_its_value() {
        assert!(super::value() < 10);
    }
}
`;
}

/** Runs all tests. */
function runTests(): NxRun {
  return workspace.nxOk(['run', 'demo:test'], guest.environment);
}

/** What the code of each test came to, by target. */
function codeOfTests(): Record<string, unknown> {
  const folder = join(workspace.folder, 'demo/target/nx-cargo-test/demo/fingerprints');
  return Object.fromEntries(
    readdirSync(folder).map((name) => {
      const content: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      return [name, (content as { tests: unknown }).tests];
    }),
  );
}

test('what is built in a guest has the fingerprints of a build here, and runs there', () => {
  const { output } = runTests();
  expect(output).toContain(`runner: lima, instance ${INSTANCE} (the option runner says so)`);
  expect(output).toMatch(/fingerprints of 3 tests in 3 targets/);
  expect(output).toMatch(/^test: 3 passed/m);
  // cargo's own files are in the guest.
  expect(readdirSync(join(workspace.folder, 'demo/target')).sort()).toEqual([
    'CACHEDIR.TAG',
    'nx-cargo-test',
  ]);
  const inGuest = codeOfTests();
  workspace.nxOk(['run', 'demo:build-tests'], { NX_CARGO_TEST_RUNNER: 'native' });
  expect(codeOfTests()).toEqual(inGuest);
});

test('after a change only the module runs whose code changed', () => {
  workspace.replace('demo/src/two.rs', '    2\n', '    3 // more\n');
  workspace.write('demo/src/one.rs', `// A comment.\n${module(1)}`);
  const { outputOf, output } = runTests();
  expect(outputOf('demo:build-tests')).toContain('fingerprints of 3 tests');
  expect(outputOf('demo:test-two')).toContain('two: 1 passed');
  expect(output).toMatch(/^test: 3 passed/m);
  expect(output).toMatch(/nx run demo:test-one +\[local cache\]/);
});

test('what Nx has needs no guest that runs', () => {
  guest.setRunning(false);
  expect(runTests().output).toMatch(/^test: 3 passed/m);
  guest.setRunning(true);
});

test('other tools in the guest build again, and what is missing there is built on demand', () => {
  guest.setLogin({ CFLAGS: '-O1' });
  rmSync(join(guest.home, '.cache/nx-cargo-test/target'), { recursive: true });
  const { output } = runTests();
  expect(output).toContain('fingerprints of 3 tests');
  expect(output).toMatch(/^test: 3 passed/m);
  rmSync(join(guest.home, '.cache/nx-cargo-test/target'), { recursive: true });
  const args = ['run', 'demo:test-one', '--skip-nx-cache', '--exclude-task-dependencies'];
  expect(workspace.nxOk(args, guest.environment).output).toContain('one: 1 passed');
});
