import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { moduleOf } from './rust-module';
import { ScratchWorkspace } from './scratch-workspace';

// Cargo goes by times and by what build scripts and macros declare, Nx by content. What cargo takes
// for fresh must not be kept as the build of a content that it was not built from.

const NUMBER = '4\n';

/** A library whose number an expression makes, and a test that it's the first one. */
function libraryOf(number: string): string {
  return `pub fn number() -> u64 {\n    ${number}\n}\n${moduleOf('one', 'assert_eq!(crate::number(), 4);')}`;
}

/** A build script that makes the number of a file that it does not declare. */
const UNDECLARED_READER = `fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let number = std::fs::read_to_string("number.txt").unwrap();
    std::fs::write(std::env::var("OUT_DIR").unwrap() + "/number.rs", number).unwrap();
}
`;

const INCLUDED_NUMBER = 'include!(concat!(env!("OUT_DIR"), "/number.rs"))';

let workspace: ScratchWorkspace;

beforeAll(() => {
  workspace = ScratchWorkspace.empty();
});

afterAll(() => workspace.remove());

test('a source whose time is older than the build: the change is not taken for none', () => {
  workspace.writeCrate('dated', {
    files: { 'src/lib.rs': libraryOf('std::convert::identity(4)') },
  });
  workspace.commit('a crate');
  expect(workspace.nxOk(['run', 'dated:test']).executed).toEqual(['dated/one::holds']);
  workspace.replace('dated/src/lib.rs', 'identity(4)', 'identity(5)');
  // As rsync, tar and images of containers leave it.
  const early = new Date('2020-01-01');
  utimesSync(join(workspace.folder, 'dated/src/lib.rs'), early, early);
  expect(workspace.nx(['run', 'dated:test']).status).not.toBe(0);
});

describe('a file that is read without cargo being told: another checkout gets no stale build', () => {
  let other: ScratchWorkspace;

  beforeAll(() => {
    workspace.writeCrate('scripted', {
      files: {
        'number.txt': NUMBER,
        'build.rs': UNDECLARED_READER,
        'src/lib.rs': libraryOf(INCLUDED_NUMBER),
      },
    });
    workspace.writeCrate('expanded', {
      manifest:
        '[workspace]\nmembers = ["macros"]\n[dependencies]\nexpanded-macros = { path = "macros" }\n',
      files: {
        'number.txt': NUMBER,
        'macros/Cargo.toml':
          '[package]\nname = "expanded-macros"\nversion = "0.1.0"\nedition = "2021"\n[lib]\nproc-macro = true\n',
        'macros/src/lib.rs': `extern crate proc_macro;

#[proc_macro]
pub fn number(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    std::fs::read_to_string(folder + "/number.txt").unwrap().parse().unwrap()
}
`,
        'src/lib.rs': libraryOf('expanded_macros::number!()'),
      },
    });
    workspace.commit('crates with a number');
    const run = ['run-many', '-t', 'test', '-p', 'scripted,expanded'];
    const executed = ['expanded/one::holds', 'scripted/one::holds'];
    expect(workspace.nxOk(run).executed).toEqual(executed);
    for (const name of ['scripted', 'expanded']) workspace.write(`${name}/number.txt`, '5\n');
    workspace.commit('another number');
    // Cargo itself notices nothing here, as without Nx; what this run says is left open.
    workspace.nx(run);
    other = workspace.clone();
  });

  test.each([
    { reader: 'a build script', crate: 'scripted' },
    { reader: 'a macro', crate: 'expanded' },
  ])('by $reader', ({ crate }) => {
    const { status, executed } = other.nx(['run', `${crate}:test`]);
    expect([status === 0, executed]).toEqual([false, [`${crate}/one::holds`]]);
  });
});

test('what plain cargo built is not built again, unless a file changed after that', () => {
  workspace.writeCrate('plainly', {
    files: {
      'number.txt': NUMBER,
      'build.rs': UNDECLARED_READER,
      'src/lib.rs': libraryOf(INCLUDED_NUMBER),
    },
  });
  workspace.commit('a crate that plain cargo builds');
  workspace.cargo('plainly', 'test', '--no-run');
  const build = ['run', 'plainly:build-tests'];
  const madeAgain = 'was made again';
  expect(workspace.nxOk(build).output).not.toContain(madeAgain);
  workspace.replace(
    'plainly/src/lib.rs',
    '    include!',
    '    // Made by the build script.\n    include!',
  );
  workspace.cargo('plainly', 'test', '--no-run');
  expect(workspace.nxOk(build).output).not.toContain(madeAgain);

  workspace.replace('plainly/src/lib.rs', 'Made by', 'Written by');
  workspace.cargo('plainly', 'test', '--no-run');
  workspace.write('plainly/number.txt', '5\n');
  const { status, output } = workspace.nx(['run', 'plainly:test']);
  expect(status).not.toBe(0);
  expect(output).toContain('the build script of plainly was made again');
  expect(output).toContain('number.txt');
});

test('a text that nothing reads costs one more run of the build script, and no test', () => {
  workspace.write('plainly/number.txt', NUMBER);
  workspace.nxOk(['run', 'plainly:test']);
  workspace.write('plainly/CHANGES.md', 'None.\n');
  const { executed, output } = workspace.nxOk(['run', 'plainly:test']);
  expect(executed).toEqual([]);
  expect(output).toContain('CHANGES.md');
  workspace.replace('plainly/src/lib.rs', 'Written by', 'Left by');
  const next = workspace.nxOk(['run', 'plainly:test']);
  expect(next.executed).toEqual([]);
  expect(next.output).not.toContain('was made again');
});
