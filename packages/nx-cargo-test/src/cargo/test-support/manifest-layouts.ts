/** Cargo packages and workspaces of different layout; content by path. An empty one is a source file. */
export const LAYOUTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a library': { 'Cargo.toml': '[package]\nname = "a-b"\nversion = "0.1.0"\n', 'src/lib.rs': '' },
  'a library and a program of one name': {
    'Cargo.toml': '[package]\nname = "both"\nversion = "0.1.0"\nedition = "2021"\n',
    'src/lib.rs': '',
    'src/main.rs': '',
    'build.rs': '',
  },
  'files in every usual place': {
    'Cargo.toml': '[package]\nname = "usual"\nversion = "0.1.0"\nedition = "2021"\n',
    'src/main.rs': '',
    'src/bin/one.rs': '',
    'src/bin/two/main.rs': '',
    'src/bin/two/helper.rs': '',
    'src/bin/none/lib.rs': '',
    'examples/first.rs': '',
    'examples/second/main.rs': '',
    'examples/README.md': '',
    'tests/it.rs': '',
    'tests/common/mod.rs': '',
    'tests/deep/main.rs': '',
    'benches/speed.rs': '',
  },
  'targets with settings of their own': {
    'Cargo.toml': `[package]
name = "settings"
version = "0.1.0"
edition = "2021"
build = "make/build.rs"

[features]
slow = []

[lib]
name = "other"
path = "source/entry.rs"
test = false
doctest = false
crate-type = ["rlib", "cdylib"]

[[bin]]
name = "tool"
path = "source/tool.rs"
test = false
required-features = ["slow"]

[[example]]
name = "shown"
test = true

[[test]]
name = "slow"
path = "tests/slow/entry.rs"
harness = false
required-features = ["slow"]

[[test]]
name = "quick"
test = false

[[bench]]
name = "speed"
test = true
harness = false
`,
    'make/build.rs': '',
    'source/entry.rs': '',
    'source/tool.rs': '',
    'examples/shown.rs': '',
    'tests/slow/entry.rs': '',
    'tests/quick.rs': '',
    'tests/unnamed.rs': '',
    'benches/speed.rs': '',
  },
  'nothing found by itself': {
    'Cargo.toml': `[package]
name = "manual"
version = "0.1.0"
edition = "2021"
autobins = false
autoexamples = false
autotests = false
autobenches = false
build = false

[[test]]
name = "named"
`,
    'src/lib.rs': '',
    'src/main.rs': '',
    'src/bin/one.rs': '',
    'build.rs': '',
    'examples/shown.rs': '',
    'tests/named.rs': '',
    'tests/unnamed.rs': '',
    'benches/speed.rs': '',
  },
  'edition 2015, which finds nothing beside what is named': {
    'Cargo.toml': `[package]
name = "old"
version = "0.1.0"

[[bin]]
name = "old"

[[test]]
name = "named"

[[bench]]
name = "bench"
`,
    'src/main.rs': '',
    'src/bench.rs': '',
    'src/bin/one.rs': '',
    'examples/shown.rs': '',
    'tests/named.rs': '',
    'tests/unnamed.rs': '',
  },
  'edition 2015, a program in its old place': {
    'Cargo.toml': '[package]\nname = "older"\nversion = "0.1.0"\n\n[[bin]]\nname = "tool"\n',
    'src/tool.rs': '',
  },
  'a macro': {
    'Cargo.toml':
      '[package]\nname = "macros"\nversion = "0.1.0"\nedition = "2021"\n[lib]\nproc-macro = true\n',
    'src/lib.rs': '',
  },
  'a library for other languages': {
    'Cargo.toml':
      '[package]\nname = "c"\nversion = "0.1.0"\nedition = "2021"\n[lib]\ncrate-type = ["staticlib"]\n',
    'src/lib.rs': '',
  },
  'dependencies of every kind': {
    'Cargo.toml': `[package]
name = "app"
version = "0.1.0"
edition = "2021"

[dependencies]
plain = { path = "libs/plain" }
renamed = { path = "libs/actual", package = "actual" }
maybe = { path = "libs/maybe", optional = true }

[dev-dependencies]
plain = { path = "libs/plain", features = ["x"] }
helper = { path = "./libs/../libs/helper" }

[build-dependencies]
maker = { path = "libs/maker" }

[target.'cfg(unix)'.dependencies]
unixy = { path = "libs/unixy" }

[target.x86_64-unknown-linux-gnu.dev-dependencies]
linuxy = { path = "libs/linuxy" }
`,
    'src/lib.rs': '',
    ...libraries('plain', 'actual', 'maybe', 'helper', 'maker', 'unixy', 'linuxy'),
    'libs/plain/Cargo.toml':
      '[package]\nname = "plain"\nversion = "0.1.0"\nedition = "2021"\n[features]\nx = []\n',
  },
  'a workspace around a package, with members of all sorts': {
    'Cargo.toml': `[package]
name = "root"
version = "0.1.0"
edition = "2021"

[workspace]
members = ["named", "crates/*", "deep/**/leaf", "lib?/x"]
exclude = ["crates/left-out", "fixtures"]

[dependencies]
implied = { path = "implied" }
`,
    'src/lib.rs': '',
    ...library('named'),
    ...library('implied', '[dependencies]\nfurther = { path = "../further" }\n'),
    ...library('further'),
    ...library('crates/one'),
    ...library('crates/left-out', '[workspace]\n'),
    'crates/README.md': '',
    ...library('deep/a/b/leaf'),
    ...library('libs/x', '', 'libs-x'),
    ...library('stray'),
    ...library('fixtures/broken', 'nonsense'),
  },
  'a virtual workspace whose members inherit': {
    'Cargo.toml': `[workspace]
members = ["app"]
resolver = "2"

[workspace.package]
version = "1.2.3"
edition = "2021"

[workspace.dependencies]
base = { path = "base" }
tool = { path = "tools/tool", package = "the-tool" }
unused = { path = "unused" }
`,
    'app/Cargo.toml': `[package]
name = "app"
version.workspace = true
edition.workspace = true

[dependencies]
base = { workspace = true }

[dev-dependencies]
tool.workspace = true

[[test]]
name = "named"
`,
    'app/src/lib.rs': '',
    'app/tests/named.rs': '',
    'app/tests/unnamed.rs': '',
    ...library('base'),
    ...library('tools/tool', '', 'the-tool'),
    ...library('unused'),
  },
  'a target folder of its own': {
    'Cargo.toml': '[package]\nname = "moved"\nversion = "0.1.0"\nedition = "2021"\n',
    'src/lib.rs': '',
    '.cargo/config.toml': '[build]\ntarget-dir = "build/out"\n',
  },
  'a patch': {
    'Cargo.toml': `[package]
name = "patched"
version = "0.1.0"
edition = "2021"

[dependencies]
itoa = "1"

[patch.crates-io]
itoa = { path = "vendored/itoa" }
`,
    'src/lib.rs': '',
    ...library('vendored/itoa'),
  },
  'two workspaces, one in the other': {
    'Cargo.toml': '[workspace]\nmembers = ["outer"]\nexclude = ["inner"]\nresolver = "2"\n',
    ...library('outer', '[dependencies]\ninner = { path = "../inner" }\n'),
    ...library('inner', '[workspace]\nmembers = ["part"]\n'),
    ...library('inner/part'),
  },
};

function library(folder: string, rest = '', name?: string): Readonly<Record<string, string>> {
  const called = name ?? folder.split('/').at(-1)!;
  return {
    [`${folder}/Cargo.toml`]: `[package]\nname = "${called}"\nversion = "0.1.0"\nedition = "2021"\n${rest}`,
    [`${folder}/src/lib.rs`]: '',
  };
}

function libraries(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.assign({}, ...names.map((name) => library(`libs/${name}`)));
}
