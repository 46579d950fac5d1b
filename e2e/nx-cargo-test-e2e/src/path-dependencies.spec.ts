import { moduleOf } from './rust-module';
import { ScratchWorkspace } from './scratch-workspace';

let workspace: ScratchWorkspace;

const KINDS = ['inherited', 'renamed', 'targeted', 'helper', 'maker'] as const;

beforeAll(() => {
  workspace = ScratchWorkspace.empty();
  workspace.write(
    'Cargo.toml',
    `[workspace]
members = ["app", "libs/*"]
resolver = "2"

[workspace.dependencies]
inherited = { path = "libs/inherited" }
`,
  );
  for (const name of KINDS) {
    workspace.write(
      `libs/${name}/Cargo.toml`,
      `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`,
    );
    workspace.write(
      `libs/${name}/src/lib.rs`,
      '#[inline(never)]\npub fn value() -> u64 {\n    100\n}\n',
    );
  }
  workspace.write(
    'app/Cargo.toml',
    `[package]
name = "app"
version = "0.1.0"
edition = "2021"

[dependencies]
inherited.workspace = true
other = { path = "../libs/renamed", package = "renamed", optional = true }

[features]
default = ["dep:other"]

[target.'cfg(unix)'.dependencies]
targeted = { path = "../libs/targeted" }

[dev-dependencies]
helper = { path = "../libs/helper" }

[build-dependencies]
maker = { path = "../libs/maker" }
`,
  );
  workspace.write(
    'app/build.rs',
    `fn main() {
    let file = std::env::var("OUT_DIR").unwrap() + "/made.txt";
    std::fs::write(file, maker::value().to_string()).unwrap();
}
`,
  );
  const calls = {
    inherited: 'inherited',
    renamed: 'other',
    targeted: 'targeted',
    helper: 'helper',
  };
  const modules = Object.entries(calls).map(([name, crate]) =>
    moduleOf(`uses_${name}`, `assert!(${crate}::value() >= 100);`),
  );
  const made = moduleOf(
    'uses_maker',
    'assert!(include_str!(concat!(env!("OUT_DIR"), "/made.txt")).len() == 3);',
  );
  workspace.write('app/src/lib.rs', [...modules, made].join(''));
  workspace.cargo('.', 'generate-lockfile', '--offline');
  workspace.commit('a crate with dependencies of every kind');
  workspace.nxOk(['run-many', '-t', 'test']);
});

afterAll(() => workspace.remove());

it.each(KINDS)('%s: a change affects the crate, and reruns what it reaches', (name) => {
  workspace.replace(`libs/${name}/src/lib.rs`, '    100', '    101');
  const { executed } = workspace.nxOk(['affected', '-t', 'test', '--base=HEAD']);
  expect(executed).toEqual([`app/uses_${name}::holds`]);
  workspace.commit(`another value of ${name}`);
});
