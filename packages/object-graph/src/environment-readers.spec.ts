import { readFileSync } from 'node:fs';
import { fingerprintTests } from './fingerprint-tests';
import { compileProgram, removeCompiledPrograms, runTests } from './test-support/compile-rust';
import type { TestProgram } from './test-support/compile-rust';

afterAll(removeCompiledPrograms);
// Compilers share the machine; no test asserts how long anything takes.
jest.setTimeout(10 * 60_000);

/** Tests that can see any variable. */
const READING = `
#[test] fn one_variable() { assert!(std::env::var("SOME").is_err()); }
#[test] fn all_variables() { assert!(std::env::vars_os().count() > 0); }
#[test] fn sets_a_variable() { unsafe { std::env::set_var("OTHER", "x") }; }
#[test] fn by_function_pointer() { (std::hint::black_box(READ))(); }
#[test] fn by_trait() { let reader: &dyn Read = std::hint::black_box(&Reader); reader.read(); }
#[test] fn by_generic() { generic("SOME"); }
#[test] fn when_it_unwinds() { let _ = std::panic::catch_unwind(|| { let _guard = Guard; panic!("x"); }); }
#[test] fn on_a_thread() { std::thread::spawn(|| std::env::var("RUST_MIN_STACK").is_ok()).join().unwrap(); }
#[test] fn starts_a_program() { std::process::Command::new("true").status().unwrap(); }
#[test] fn by_c() { assert_eq!(unsafe { seen_by_c() }, 0); }
#[test] fn by_its_own_file() { assert!(!std::fs::read("/proc/self/environ").unwrap().is_empty()); }
#[test] fn by_a_name_at_run_time() { assert!(unsafe { dlsym(std::ptr::null_mut(), c"secure_getenv".as_ptr()) } as usize != 0); }
static READ: fn() = || { let _ = std::env::var_os("SOME"); };
trait Read { fn read(&self); }
struct Reader;
impl Read for Reader { fn read(&self) { let _ = std::env::var_os("SOME"); } }
struct Guard;
impl Drop for Guard { fn drop(&mut self) { let _ = std::env::var_os("SOME"); } }
fn generic<K: AsRef<std::ffi::OsStr>>(key: K) { let _ = std::env::var_os(key); }
extern "C" { fn seen_by_c() -> i32; fn dlsym(handle: *mut u8, name: *const std::ffi::c_char) -> *mut u8; }
`;

/** Tests that see no variable, or only those whose names the standard library fixes. */
const NOT_READING = `
#[test] fn nothing() {}
#[test] fn fails_and_prints() { assert_eq!(std::hint::black_box(1), 1, "no environment {}", 1); }
#[test] #[should_panic] fn panics() { panic!("an environment variable"); }
#[test] fn spawns() { std::thread::spawn(|| 1).join().unwrap(); }
#[test] fn spawns_in_a_scope() { std::thread::scope(|scope| { scope.spawn(|| 1); }); }
#[test] fn traces() { assert!(!std::backtrace::Backtrace::force_capture().to_string().is_empty()); }
#[test] fn captures() { let _ = std::backtrace::Backtrace::capture(); }
#[test] fn temporary_folder() { assert!(std::env::temp_dir().is_absolute()); }
#[test] fn arguments() { assert!(std::env::args().count() > 0); assert!(std::env::current_exe().is_ok()); }
#[test] fn hashes() { let mut map = std::collections::HashMap::new(); map.insert(1, 2); assert_eq!(map[&1], 2); }
#[test] fn files() { assert!(std::fs::metadata(".").unwrap().is_dir()); println!("seen"); }
#[test] fn times() { assert!(std::time::Instant::now().elapsed().as_secs() < 1000); }
`;

const C = `#include <stdlib.h>
int seen_by_c(void) { return getenv("SOME") != 0; }
`;

const program: TestProgram = {
  files: { 'main.rs': `${READING}${NOT_READING}`, 'native.c': C },
  libraries: { native: 'native.c' },
};

const namesIn = (text: string): string[] =>
  [...text.matchAll(/#\[test\].*? fn (\w+)/g)].map((match) => match[1]!).sort();

async function readers(changes: Partial<TestProgram>): Promise<string[]> {
  const compiled = await compileProgram({ ...program, ...changes });
  const outcomes = await runTests(compiled);
  expect([...outcomes.values()].filter((outcome) => outcome !== 'ok')).toEqual([]);
  return [...fingerprintTests(compiled.readLink(), compiled.tests).readsEnvironment].sort();
}

test.each([[[]], [['-Csymbol-mangling-version=v0']]])(
  'tests that can see any variable are told from others (%j)',
  async (flags) => {
    expect(await readers({ flags })).toEqual(namesIn(READING));
  },
);

test('optimised code may hide who asks, and then more tests read, never fewer', async () => {
  const found = await readers({ optLevel: 3 });
  expect(found).toEqual(expect.arrayContaining(namesIn(READING)));
  expect(found).not.toContain('nothing');
  expect(found).not.toContain('hashes');
});

test('a constructor is handed the environment, so that every test may see it', async () => {
  const constructor = `#[used] #[link_section = ".init_array"] static START: extern "C" fn() = start;
extern "C" fn start() {}
`;
  const files = { ...program.files, 'main.rs': `${READING}${NOT_READING}${constructor}` };
  expect(await readers({ files })).toEqual(namesIn(READING + NOT_READING));
});

test('where the standard library is compiled in with other code, its functions are like all others', async () => {
  const found = await readers({ optLevel: 3, flags: ['-Clto=fat', '-Ccodegen-units=1'] });
  expect(found).toEqual(expect.arrayContaining([...namesIn(READING), 'panics', 'spawns']));
});

test('the environment can be read by a library that is not the system’s', async () => {
  const compiled = await compileProgram(program);
  const link = compiled.readLink();
  const bytes = readFileSync(compiled.executable);
  const tests = ['nothing', 'by_c'];
  const reads = (executable: Uint8Array) => [
    ...fingerprintTests({ ...link, executable }, tests).readsEnvironment,
  ];
  expect(reads(bytes)).toEqual(['by_c']);
  // The C library under another name is one of which nothing is known.
  const renamed = Buffer.from(bytes);
  const name = Buffer.from('libc.so.6\0');
  for (let at = renamed.indexOf(name); at >= 0; at = renamed.indexOf(name)) renamed[at + 3] = 0x78;
  expect(reads(renamed)).toEqual(tests);
});
