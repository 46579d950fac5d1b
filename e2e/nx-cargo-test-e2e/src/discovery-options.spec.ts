import { moduleOf } from './rust-module';
import { ScratchWorkspace } from './scratch-workspace';

let workspace: ScratchWorkspace;

beforeAll(() => {
  workspace = ScratchWorkspace.empty();
  workspace.writeCrate('macros', {
    manifest: '[lib]\nproc-macro = true\n',
    files: {
      'src/lib.rs': `use proc_macro::TokenStream;

#[proc_macro_attribute]
pub fn scenario(_: TokenStream, function: TokenStream) -> TokenStream {
    format!("#[::core::prelude::v1::test] {function}").parse().unwrap()
}
`,
    },
  });
  workspace.writeCrate('acted', {
    manifest: '[dependencies]\nmacros = { path = "../macros" }\n',
    files: {
      'src/lib.rs': `pub fn one(n: u64) -> u64 {
    n + 100
}

#[cfg(test)]
mod stage {
    use macros::scenario;

    #[scenario]
    fn opens() {}
}

#[cfg(test)]
mod hall {
    #[macros::scenario]
    fn fills() {}

    #[cfg(windows)]
    mod annexe {
        #[macros::scenario]
        fn fills() {}
    }
}
${moduleOf('plain', 'assert!(super::one(1) >= 100);')}`,
      'tests/whole.rs': '#[test]\nfn holds() {}\n',
    },
  });
  workspace.commit('tests that an attribute of the crates makes');
});

afterAll(() => workspace.remove());

const all = ['acted/hall::fills', 'acted/plain::holds', 'acted/stage::opens', 'whole/holds'];
const tests = (): string[] =>
  workspace.targets('acted').filter((name) => /^test-(?!doc$)/.test(name));

it('tests of an attribute that nobody named belong to the rest', () => {
  expect(tests()).toEqual(['test-plain', 'test-rest', 'test-whole']);
  expect(workspace.nxOk(['run', 'acted:test']).executed).toEqual(all);
});

it('testAttributes: their modules have targets, also those that a cfg leaves out', () => {
  workspace.configureNx({}, { testAttributes: ['macros::scenario'] });
  expect(tests()).toEqual([
    'test-annexe',
    'test-hall',
    'test-hall-self',
    'test-plain',
    'test-rest',
    'test-stage',
    'test-whole',
  ]);
  const off = { NX_CARGO_TEST_REUSE: 'off' };
  expect(workspace.nxOk(['run', 'acted:test-stage'], off).executed).toEqual(['acted/stage::opens']);
  const { output } = workspace.nxOk(['run', 'acted:test']);
  expect(output).toContain('annexe: no tests (cfg(windows) does not hold)');
});

it('split: false: one target for the library, in which only what changed runs', () => {
  workspace.configureNx({}, { split: false });
  expect(tests()).toEqual(['test-lib-acted', 'test-whole']);
  const off = { NX_CARGO_TEST_REUSE: 'off' };
  expect(workspace.nxOk(['run', 'acted:test-lib-acted'], off).executed).toEqual(all.slice(0, 3));
  workspace.replace('acted/src/lib.rs', 'n + 100', 'n + 101');
  expect(workspace.nxOk(['run', 'acted:test']).executed).toEqual(['acted/plain::holds']);
  workspace.replace('acted/src/lib.rs', 'n + 101', 'n + 11');
  const { status, executed } = workspace.nx(['run', 'acted:test']);
  expect([status === 0, executed]).toEqual([false, ['acted/plain::holds']]);
});
