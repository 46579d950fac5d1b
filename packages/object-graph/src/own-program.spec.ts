import { fingerprintTests } from './fingerprint-tests';
import { compileProgram, removeCompiledPrograms, runTests } from './test-support/compile-rust';
import type { TestProgram } from './test-support/compile-rust';

afterAll(removeCompiledPrograms);
// Compilers share the machine; no test asserts how long anything takes.
jest.setTimeout(10 * 60_000);

const SOURCE = `
use std::process::Command;
fn value() -> i32 { 7 }
fn says(mut command: Command, text: &str) {
  let out = command.args(["child::helper", "--exact", "--ignored", "--nocapture"]).output().unwrap();
  assert!(String::from_utf8_lossy(&out.stdout).contains(text));
}
mod child { #[test] #[ignore] fn helper() { println!("value {}", super::value()); } }
mod itself { use super::*;
  #[test] fn by_its_file() { says(Command::new(std::env::current_exe().unwrap()), "value 7"); }
  #[test] fn by_its_arguments() { says(Command::new(std::env::args().next().unwrap()), "value 7"); }
  #[test] fn by_its_link() { says(Command::new("/proc/self/exe"), "value 7"); }
}
mod others { use super::*;
  #[test] fn starts_another() { says(Command::new("echo"), "child"); }
  #[test] fn looks_only() { assert!(std::env::current_exe().is_ok()); }
  #[test] fn nothing() {}
}
`;

async function taken(text: string, changes: Partial<TestProgram> = {}) {
  const compiled = await compileProgram({ files: { 'main.rs': text }, ...changes });
  return {
    outcomes: await runTests(compiled),
    ...fingerprintTests(compiled.readLink(), compiled.tests),
  };
}

/** The tests whose fingerprints differ after a change, and those that end differently. */
async function differences(from: string, to: string, changes: Partial<TestProgram> = {}) {
  const [before, after] = [await taken(from, changes), await taken(to, changes)];
  const differing = (of: (side: typeof before, test: string) => unknown) =>
    [...before.outcomes.keys()].filter((test) => of(before, test) !== of(after, test)).sort();
  return {
    changed: differing(({ fingerprints }, test) => fingerprints.get(test)),
    ended: differing(({ outcomes }, test) => outcomes.get(test)),
  };
}

const ITSELF = ['itself::by_its_arguments', 'itself::by_its_file', 'itself::by_its_link'];

test.each([
  ['unoptimised', {}],
  ['v0', { flags: ['-Csymbol-mangling-version=v0'] }],
  ['optimised', { optLevel: 3 as const }],
])('a test that starts its own program depends on all of its tests (%s)', async (_, changes) => {
  const { changed, ended } = await differences(SOURCE, SOURCE.replace('7 }', '8 }'), changes);
  expect(ended).toEqual(ITSELF);
  expect(changed).toEqual(['child::helper', ...ITSELF]);
});

test('a test that can read its backtrace is told by the whole binary', async () => {
  const { fingerprints, unknown } = await taken(`
#[test] fn reads() { assert!(std::backtrace::Backtrace::force_capture().to_string().contains("reads")); }
#[test] fn panics() { assert!(std::panic::catch_unwind(|| panic!("x")).is_err()); }
#[test] fn may_capture() { let _ = std::backtrace::Backtrace::capture().to_string(); }
extern "C" fn each(_: *mut u8, _: *mut u8) -> i32 { 0 }
extern "C" { fn _Unwind_Backtrace(each: extern "C" fn(*mut u8, *mut u8) -> i32, with: *mut u8) -> i32; }
#[test] fn reports_what_is_stuck() { unsafe { _Unwind_Backtrace(each, std::ptr::null_mut()); } }
`);
  expect([...unknown.keys()]).toEqual(['reads']);
  expect([...fingerprints.keys()].sort()).toEqual([
    'may_capture',
    'panics',
    'reports_what_is_stuck',
  ]);
});

test('by which names an executable finds its own functions counts', async () => {
  const source = `
extern "C" { fn dlsym(handle: *mut u8, name: *const std::ffi::c_char) -> *mut u8; }
#[no_mangle] pub extern "C" fn plugin_one() -> i32 { 1 }
#[used] static KEPT: extern "C" fn() -> i32 = plugin_one;
#[test] fn finds() { assert!(!unsafe { dlsym(std::ptr::null_mut(), c"plugin_one".as_ptr()) }.is_null()); }
`;
  const renamed = source
    .replace('fn plugin_one', 'fn plugin_two')
    .replace('= plugin_one', '= plugin_two');
  expect(await differences(source, renamed, { flags: ['-Clink-args=-rdynamic'] })).toEqual({
    changed: ['finds'],
    ended: ['finds'],
  });
});

test('constants of the program that look like locations count with their lines', async () => {
  const source = `
use std::panic::Location;
pub struct Here { file: &'static str, line: u32, column: u32 }
const AT: &Location<'static> = Location::caller();
const HERE: &Here = &Here { file: AT.file(), line: AT.line(), column: AT.column() };
static THERE: Here = Here { file: AT.file(), line: AT.line(), column: AT.column() };
fn line(here: &Here) -> u32 { here.line + here.column + here.file.len() as u32 }
#[test] fn reads_a_constant() { assert_eq!(HERE.line, 4); }
#[test] fn reads_a_static() { assert_eq!(THERE.line, 4); }
#[test] fn hands_a_static_on() { assert!(line(&THERE) < 60); }
#[test] fn panics() { assert!(std::panic::catch_unwind(|| panic!("x")).is_err()); }
`;
  expect(await differences(source, `\n${source}`)).toEqual({
    changed: ['hands_a_static_on', 'reads_a_constant', 'reads_a_static'],
    ended: ['reads_a_constant', 'reads_a_static'],
  });
});
