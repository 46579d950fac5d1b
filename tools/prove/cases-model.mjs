// The one model of small crates, changes to them, and the tests that each change must select.
// `cases.mjs` builds them, runs them and checks RTSCheck's rules on every sequence of revisions.
//
// A crate has no dependency outside of its own folder, so nothing is fetched. Each of its tests
// prints what it computes. A change starts from the crate as it is here; all changes of a case
// can also be made one after the other, which gives the last revision.
//
//   stands      what the case stands for: an adversarial case, or a kind of harmless edit
//   files       the crate; `src/lib.rs` is the root, `Cargo.toml` is made if it isn't given
//   environment variables of the build
//   changes     name; edits (`find` stands in its file once) or files (undefined: removed) or
//               environment; `selects`: exactly the tests with another fingerprint, new ones included;
//               `mayAlso`: tests that may have another one, and `because` why the compiler is free to;
//               `loses`: tests that are gone

/** Tests that print the value of an expression, by name. */
const tests = (expressions) =>
  Object.entries(expressions)
    .map(([name, value]) => `#[test]\nfn ${name}() {\n    println!("{:?}", ${value});\n}\n`)
    .join('');

const edit = (file, find, replace) => ({ edits: [{ file, find, replace }] });
const inLib = (find, replace) => edit('src/lib.rs', find, replace);

const manifest = (name, more = '') =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n\n[workspace]\n${more}`;

export const CASES = [
  {
    name: 'dynamic-dispatch',
    stands: 'dynamic dispatch',
    files: {
      'src/lib.rs': `use std::hint::black_box;
pub trait Shape {
    fn area(&self) -> u32;
    fn corners(&self) -> u32 {
        4
    }
}
pub struct Square(pub u32);
pub struct Strip(pub u32);
pub struct Fold<F: Fn(u32) -> u32>(pub F);
impl Shape for Square {
    fn area(&self) -> u32 {
        self.0 * self.0
    }
}
impl Shape for Strip {
    fn area(&self) -> u32 {
        self.0 * 3
    }
}
impl<F: Fn(u32) -> u32> Shape for Fold<F> {
    fn area(&self) -> u32 {
        (self.0)(7)
    }
}
#[inline(never)]
pub fn total(shapes: &[Box<dyn Shape>]) -> u32 {
    black_box(shapes).iter().map(|shape| shape.area()).sum()
}
#[inline(never)]
pub fn corners(shapes: &[Box<dyn Shape>]) -> u32 {
    black_box(shapes).iter().map(|shape| shape.corners()).sum()
}
static OPERATIONS: [fn(u32) -> u32; 2] = [double, halve];
fn double(n: u32) -> u32 {
    n * 2
}
fn halve(n: u32) -> u32 {
    n / 2
}
${tests({
  square: 'total(&[Box::new(Square(4))])',
  strip: 'total(&[Box::new(Strip(4))])',
  both: 'total(&[Box::new(Square(2)), Box::new(Strip(5))])',
  closure: 'total(&[Box::new(Fold(|n| n + 1))])',
  corners_of_square: 'corners(&[Box::new(Square(1))])',
  pointer: 'black_box(&OPERATIONS)[black_box(1)](9)',
  direct: 'black_box(Square(3)).area()',
  neither: 'black_box(5)',
})}`,
    },
    changes: [
      {
        name: 'a method that only a table of methods leads to',
        ...inLib('self.0 * 3', 'self.0 * 5'),
        selects: ['both', 'strip'],
      },
      {
        name: 'a default method that one type overrides',
        ...inLib(
          'impl Shape for Strip {',
          'impl Shape for Strip {\n    fn corners(&self) -> u32 {\n        2\n    }',
        ),
        selects: ['both', 'strip'],
      },
      {
        name: 'a closure behind dyn',
        ...inLib('|n| n + 1', '|n| n + 2'),
        selects: ['closure'],
      },
      {
        name: 'a function in a table of pointers',
        ...inLib('n / 2', 'n / 3'),
        selects: ['pointer'],
      },
      {
        name: 'a type that implements the trait and is not used',
        ...inLib(
          'pub struct Strip(',
          'pub struct Dot;\nimpl Shape for Dot {\n    fn area(&self) -> u32 {\n        0\n    }\n}\npub struct Strip(',
        ),
        selects: [],
      },
    ],
  },
  {
    name: 'shared-state',
    stands: 'shared state',
    files: {
      'src/lib.rs': `use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};
static NEXT: AtomicU32 = AtomicU32::new(10);
static OTHER: AtomicU32 = AtomicU32::new(10);
static NAMES: Mutex<Vec<&str>> = Mutex::new(Vec::new());
static TABLE: LazyLock<Vec<u32>> = LazyLock::new(|| fill(3));
thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(1) };
}
fn fill(step: u32) -> Vec<u32> {
    (0..4).map(|n| n * step).collect()
}
#[inline(never)]
pub fn next() -> u32 {
    NEXT.fetch_add(1, Ordering::SeqCst)
}
#[inline(never)]
pub fn register(name: &'static str) -> usize {
    let mut names = NAMES.lock().unwrap();
    names.push(name);
    names.len()
}
#[inline(never)]
pub fn deeper() -> u32 {
    DEPTH.with(|depth| {
        depth.set(depth.get() + 1);
        depth.get()
    })
}
${tests({
  counts: 'next()',
  counts_twice: '(next(), next())',
  counts_other: 'OTHER.load(Ordering::SeqCst)',
  registers: 'register("a")',
  table: 'TABLE[2]',
  depth: 'deeper()',
  neither: 'std::hint::black_box(5)',
})}`,
    },
    changes: [
      {
        name: 'the first value of a counter',
        ...inLib('NEXT: AtomicU32 = AtomicU32::new(10)', 'NEXT: AtomicU32 = AtomicU32::new(20)'),
        selects: ['counts', 'counts_twice'],
      },
      {
        name: 'another counter of the same value',
        // Alone, each test counts from ten as before; who shares a static with whom is told apart from fingerprints.
        ...inLib('NEXT.fetch_add', 'OTHER.fetch_add'),
        selects: [],
        mayAlso: ['counts_other'],
        because: 'a static that nothing writes is read as a constant',
      },
      {
        name: 'what fills a lazy value',
        ...inLib('fill(3)', 'fill(4)'),
        selects: ['table'],
      },
      {
        name: 'the first value of a thread-local',
        ...inLib('Cell::new(1)', 'Cell::new(2)'),
        selects: ['depth'],
      },
      {
        name: 'what is written to a shared list',
        ...inLib('names.len()', 'names.len() + 1'),
        selects: ['registers'],
      },
    ],
  },
  {
    name: 'not-code',
    stands: 'an artifact that is not code; the target of include_str!',
    files: {
      'src/lib.rs': `static BYTES: &[u8] = include_bytes!("../data/table.bin");
pub fn read_text() -> &'static str {
    include_str!("../data/text.txt")
}
pub fn read_numbers() -> [u32; 3] {
    include!("../data/numbers.in")
}
#[doc = include_str!("../data/text.txt")]
pub struct Documented;
${tests({
  bytes: 'BYTES.iter().map(|&byte| u32::from(byte)).sum::<u32>()',
  text: 'read_text().len()',
  numbers: 'read_numbers()',
  documented: 'std::mem::size_of::<Documented>()',
  neither: 'std::hint::black_box(5)',
})}`,
      'data/table.bin': 'abc',
      'data/text.txt': 'one two\n',
      'data/numbers.in': '[1, 2, 3]\n',
      'data/unread.txt': 'nobody reads this\n',
    },
    changes: [
      { name: 'included bytes', files: { 'data/table.bin': 'abd' }, selects: ['bytes'] },
      {
        name: 'included text, longer',
        files: { 'data/text.txt': 'one two three\n' },
        selects: ['text'],
      },
      { name: 'included code', files: { 'data/numbers.in': '[1, 2, 4]\n' }, selects: ['numbers'] },
      {
        name: 'a file that nothing reads',
        files: { 'data/unread.txt': 'nor this\n' },
        selects: [],
      },
    ],
  },
  {
    name: 'commit-id',
    stands: 'a commit id in a const; build.rs; the environment of the build',
    files: {
      'build.rs': `fn main() {
    println!("cargo:rerun-if-changed=HEAD");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=CHANNEL");
    let head = std::fs::read_to_string("HEAD").unwrap();
    println!("cargo:rustc-env=COMMIT={}", head.trim());
    let channel = std::env::var("CHANNEL").unwrap_or("stable".into());
    let code = format!("pub fn channel_name() -> &'static str {{ {channel:?} }}\\npub const FACTOR: u32 = {};", factor());
    std::fs::write(std::env::var("OUT_DIR").unwrap() + "/made.rs", code).unwrap();
}
fn factor() -> u32 {
    3
}
`,
      HEAD: 'a1b2c3d4\n',
      'src/lib.rs': `include!(concat!(env!("OUT_DIR"), "/made.rs"));
pub const COMMIT: &str = env!("COMMIT");
#[inline(never)]
pub fn full_version() -> String {
    format!("1.0 ({})", &COMMIT[..4])
}
pub fn multiply(n: u32) -> u32 {
    n * FACTOR
}
${tests({
  version: 'full_version()',
  commit_length: 'COMMIT.len()',
  channel: 'channel_name()',
  times: 'multiply(std::hint::black_box(5))',
  level: 'option_env!("LEVEL")',
  neither: 'std::hint::black_box(5)',
})}`,
    },
    changes: [
      {
        name: 'another commit',
        files: { HEAD: 'e5f6a7b8\n' },
        selects: ['version'],
        mayAlso: ['commit_length'],
        because: 'a length that is no constant of the code is that of the text it belongs to',
      },
      {
        name: 'another variable of the build',
        environment: { CHANNEL: 'beta' },
        selects: ['channel'],
      },
      {
        name: 'a variable that the code asks for',
        environment: { LEVEL: '2' },
        selects: ['level'],
      },
      {
        name: 'what the build script computes',
        ...edit('build.rs', '    3\n', '    4\n'),
        selects: ['times'],
      },
      {
        name: 'a build script that computes the same otherwise',
        ...edit('build.rs', '    3\n', '    1 + 2\n'),
        selects: [],
        alone: true,
      },
    ],
  },
  {
    name: 'intrinsics',
    machine: 'x64',
    stands: 'intrinsics, and code that only some processors run',
    files: {
      'src/lib.rs': `use std::hint::black_box;
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse4.1")]
unsafe fn sum_vector(values: &[u32; 4]) -> u32 {
    use std::arch::x86_64::*;
    let vector = _mm_loadu_si128(values.as_ptr().cast());
    let vector = _mm_add_epi32(vector, _mm_set1_epi32(1));
    (_mm_extract_epi32::<0>(vector) + _mm_extract_epi32::<3>(vector)) as u32
}
#[inline(never)]
fn sum_plain(values: &[u32; 4]) -> u32 {
    values[0] + values[3] + 2
}
#[inline(never)]
pub fn sum(values: &[u32; 4]) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("sse4.1") {
        return unsafe { sum_vector(values) };
    }
    sum_plain(values)
}
#[inline(never)]
pub fn count_bits(n: u32) -> u32 {
    n.count_ones() + n.leading_zeros() + n.rotate_left(3) % 5
}
#[inline(never)]
pub fn copy(from: &[u8]) -> Vec<u8> {
    let mut to = vec![0; from.len()];
    unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), to.as_mut_ptr(), from.len()) };
    to
}
${tests({
  sums: 'sum(black_box(&[1, 2, 3, 4]))',
  sums_plainly: 'sum_plain(black_box(&[1, 2, 3, 4]))',
  bits: 'count_bits(black_box(40))',
  copied: 'copy(black_box(&[1, 2]))',
  neither: 'black_box(5)',
})}`,
    },
    changes: [
      {
        name: 'an operand of an intrinsic',
        ...inLib('_mm_set1_epi32(1)', '_mm_set1_epi32(2)'),
        selects: ['sums'],
      },
      {
        name: 'the code for other processors',
        ...inLib('values[3] + 2', 'values[3] + 3'),
        selects: ['sums', 'sums_plainly'],
      },
      {
        name: 'another intrinsic',
        ...inLib('n.leading_zeros()', 'n.trailing_zeros()'),
        selects: ['bits'],
      },
      {
        name: 'how much an intrinsic copies',
        ...inLib('to.as_mut_ptr(), from.len())', 'to.as_mut_ptr(), from.len() - 1)'),
        selects: ['copied'],
      },
    ],
  },
  {
    name: 'unsteady',
    stands: 'traces that differ from run to run',
    files: {
      'src/lib.rs': `use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
#[inline(never)]
fn left(n: u64) -> u64 {
    n + 1
}
#[inline(never)]
fn right(n: u64) -> u64 {
    1 + n
}
/// Takes either way at random; both lead to the same number.
#[inline(never)]
pub fn take_either(n: u64) -> u64 {
    if RandomState::new().build_hasher().finish() % 2 == 0 {
        left(n)
    } else {
        right(n)
    }
}
#[inline(never)]
pub fn race(n: u64) -> u64 {
    let threads: Vec<_> = (0..3).map(|i| std::thread::spawn(move || step(n + i))).collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).sum()
}
#[inline(never)]
fn step(n: u64) -> u64 {
    n * 2
}
#[inline(never)]
fn late() -> u64 {
    9
}
#[inline(never)]
pub fn by_time() -> u64 {
    if std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() == 0 {
        late()
    } else {
        8
    }
}
${tests({
  either: 'take_either(std::hint::black_box(6))',
  raced: 'race(std::hint::black_box(6))',
  timed: 'by_time()',
  neither: 'std::hint::black_box(5)',
})}`,
    },
    changes: [
      {
        name: 'the way that half of the runs take',
        ...inLib('1 + n', 'std::hint::black_box(n + 2) - 1'),
        selects: ['either'],
      },
      { name: 'what threads run', ...inLib('n * 2', 'n * 3'), selects: ['raced'] },
      { name: 'code that no run reaches', ...inLib('    9\n', '    10\n'), selects: ['timed'] },
    ],
  },
  {
    name: 'cargo-config',
    stands: '.cargo/config.toml, features and profiles in Cargo.toml',
    files: {
      'Cargo.toml': manifest(
        'cargo-config',
        '\n[features]\ndefault = []\nextra = []\n\n[profile.dev.package.cargo-config]\noverflow-checks = true\n',
      ),
      '.cargo/config.toml': '[build]\nrustflags = []\n',
      'src/lib.rs': `use std::hint::black_box;
#[allow(unexpected_cfgs)]
pub fn bit_width() -> u32 {
    if cfg!(wide) { 64 } else { 32 }
}
pub fn extra_count() -> u32 {
    if cfg!(feature = "extra") { 1 } else { 0 }
}
#[inline(never)]
pub fn sum(a: u8, b: u8) -> u8 {
    a + b
}
${tests({
  width: 'bit_width()',
  extras: 'extra_count()',
  overflow: 'std::panic::catch_unwind(|| sum(black_box(200), black_box(100))).is_err()',
  neither: 'black_box(5)',
})}`,
    },
    changes: [
      {
        name: 'a cfg in the configuration',
        files: { '.cargo/config.toml': '[build]\nrustflags = ["--cfg", "wide"]\n' },
        selects: ['width'],
      },
      {
        name: 'a default feature',
        ...edit('Cargo.toml', 'default = []', 'default = ["extra"]'),
        selects: ['extras'],
      },
      {
        name: 'checks of a profile',
        ...edit('Cargo.toml', 'overflow-checks = true', 'overflow-checks = false'),
        selects: ['overflow'],
        mayAlso: ['*'],
        because:
          'the checks hold for all arithmetic of the crate, generic code of the standard library included',
      },
      {
        name: 'a cfg that nothing asks for',
        files: { '.cargo/config.toml': '[build]\nrustflags = ["--cfg", "unasked"]\n' },
        selects: [],
        alone: true,
      },
    ],
  },
  {
    name: 'proc-macro',
    stands: "a proc macro's source",
    files: {
      'Cargo.toml': manifest(
        'proc-macro-user',
        'members = ["macros"]\n\n[dependencies]\nmacros = { path = "macros" }\n',
      ),
      'macros/Cargo.toml':
        '[package]\nname = "macros"\nversion = "0.1.0"\nedition = "2021"\n\n[lib]\nproc-macro = true\n',
      'macros/src/lib.rs': `extern crate proc_macro;
use proc_macro::TokenStream;
#[proc_macro]
pub fn squares(count: TokenStream) -> TokenStream {
    let count: u64 = count.to_string().parse().unwrap();
    let squares: Vec<u64> = (0..count).map(square).collect();
    format!("{squares:?}").parse().unwrap()
}
#[proc_macro_derive(Named)]
pub fn named(item: TokenStream) -> TokenStream {
    let name = item.into_iter().skip(2).next().unwrap().to_string();
    format!("impl {name} {{ pub fn name() -> &'static str {{ {name:?} }} }}").parse().unwrap()
}
#[proc_macro]
pub fn made_tests(_: TokenStream) -> TokenStream {
    "#[test] fn made_one() { println!(\\"{}\\", 1); }".parse().unwrap()
}
fn square(n: u64) -> u64 {
    n * n
}
`,
      'src/lib.rs': `#[derive(macros::Named)]
pub struct Thing;
macros::made_tests!();
${tests({
  squares: 'macros::squares!(4)',
  named: 'Thing::name()',
  neither: 'std::hint::black_box(5)',
})}`,
    },
    changes: [
      {
        name: 'what a macro computes',
        ...edit('macros/src/lib.rs', 'n * n', 'n * n + 1'),
        selects: ['squares'],
      },
      {
        name: 'the text that a derive makes',
        ...edit('macros/src/lib.rs', '{ {name:?} }', '{ concat!({name:?}, \\".\\") }'),
        selects: ['named'],
      },
      {
        name: 'a test that a macro makes',
        ...edit(
          'macros/src/lib.rs',
          'println!(\\"{}\\", 1); }',
          'println!(\\"{}\\", 2); } #[test] fn made_two() {}',
        ),
        selects: ['made_one', 'made_two'],
      },
      {
        name: 'a macro that computes the same otherwise',
        ...edit('macros/src/lib.rs', 'n * n', 'n.pow(2)'),
        selects: [],
        alone: true,
      },
    ],
  },
  {
    name: 'resolution',
    stands: 'an addition elsewhere that changes what a name means',
    files: {
      'src/lib.rs': `use std::hint::black_box;
pub mod words {
    pub fn greet() -> u32 {
        1
    }
}
pub mod more {}
#[allow(unused_imports)]
use more::*;
pub struct Meter(pub u32);
pub trait Measure {
    fn measure(&self) -> u32;
}
impl Measure for Meter {
    fn measure(&self) -> u32 {
        self.0 + 1
    }
}
pub trait Describe {
    fn describe(&self) -> u32 {
        1
    }
}
impl Describe for Meter {}
pub struct Guarded(pub u32);
macro_rules! number {
    () => {
        7
    };
}
#[inline(never)]
fn hold(guarded: Guarded) -> u32 {
    black_box(guarded.0)
}
${tests({
  method: 'Meter(black_box(4)).measure()',
  described: 'Meter(black_box(4)).describe()',
  dropped: 'hold(Guarded(black_box(3)))',
  number: 'black_box(number!())',
  greets: 'words::greet()',
  neither: 'black_box(5)',
})}`,
    },
    changes: [
      {
        name: 'a method of the type hides one of a trait',
        ...inLib(
          'pub trait Measure',
          'impl Meter {\n    pub fn measure(&self) -> u32 {\n        self.0 + 2\n    }\n}\npub trait Measure',
        ),
        selects: ['method'],
      },
      {
        name: 'a default method is overridden',
        ...inLib(
          'impl Describe for Meter {}',
          'impl Describe for Meter {\n    fn describe(&self) -> u32 {\n        2\n    }\n}',
        ),
        selects: ['described'],
      },
      {
        name: 'a type gets a destructor',
        ...inLib(
          'macro_rules! number',
          'impl Drop for Guarded {\n    fn drop(&mut self) {\n        println!("dropped");\n    }\n}\nmacro_rules! number',
        ),
        selects: ['dropped'],
      },
      {
        name: 'a macro hides another',
        ...inLib(
          '#[inline(never)]\nfn hold',
          'macro_rules! number {\n    () => {\n        8\n    };\n}\n#[inline(never)]\nfn hold',
        ),
        selects: ['number'],
      },
      {
        name: 'a name that a glob brings in is hidden by none',
        ...inLib(
          'pub mod more {}',
          'pub mod more {\n    pub fn greet() -> u32 {\n        3\n    }\n}',
        ),
        selects: [],
      },
    ],
  },
  {
    name: 'harmless',
    stands: 'renaming, moving and commenting: the code stays as it is',
    files: {
      'src/lib.rs': `pub mod area;
pub mod names {
    pub fn initial(name: &str) -> Option<char> {
        name.chars().next()
    }
    pub struct Person {
        pub age: u32,
    }
}
#[inline(never)]
pub fn helper(n: u32) -> u32 {
    n + 11
}
#[cfg(test)]
mod checks {
    use super::*;
    use std::hint::black_box;
    ${tests({
      helped: 'helper(black_box(2))',
      area: 'area::of(black_box(2))',
      initial: 'names::initial(black_box("Ada"))',
      person: 'names::Person { age: black_box(3) }.age',
    })}
}
`,
      'src/area.rs': 'pub fn of(n: u32) -> u32 {\n    n * n * 3\n}\n',
    },
    changes: [
      {
        name: 'comments and blank lines',
        ...inLib('pub mod names {', '\n// One line.\n// Two lines.\n\npub mod names {'),
        selects: [],
      },
      {
        name: 'a function renamed',
        edits: [
          { file: 'src/lib.rs', find: 'pub fn helper', replace: 'pub fn assistant' },
          { file: 'src/lib.rs', find: ', helper(', replace: ', assistant(' },
        ],
        selects: [],
      },
      {
        name: 'a module moved into a file of another name',
        files: {
          'src/area.rs': undefined,
          'src/surface.rs': 'pub fn of(n: u32) -> u32 {\n    n * n * 3\n}\n',
        },
        edits: [
          { file: 'src/lib.rs', find: 'pub mod area;', replace: 'pub mod surface;' },
          { file: 'src/lib.rs', find: 'area::of', replace: 'surface::of' },
        ],
        selects: [],
      },
      {
        name: 'a function that nothing calls',
        ...inLib('#[cfg(test)]', 'pub fn idle(n: u32) -> u32 {\n    n * 99\n}\n#[cfg(test)]'),
        selects: [],
      },
      {
        name: 'a type renamed',
        edits: [
          { file: 'src/lib.rs', find: 'pub struct Person', replace: 'pub struct Human' },
          { file: 'src/lib.rs', find: 'names::Person', replace: 'names::Human' },
        ],
        selects: [],
      },
      {
        name: 'documentation and attributes',
        ...inLib(
          '    pub struct Person {',
          '    /// Somebody.\n    #[derive(Clone, Debug)]\n    pub struct Person {',
        ),
        selects: [],
        alone: true,
      },
    ],
  },
  {
    name: 'test-list',
    stands: 'tests that come, go, or change how they are judged',
    files: {
      'src/lib.rs': `pub fn double(n: u32) -> u32 {
    n * 2
}
mod one {
    ${tests({ first: 'crate::double(std::hint::black_box(4))', second: 'crate::double(std::hint::black_box(5))' })}
}
mod two {
    ${tests({ third: 'std::hint::black_box(3)' })}
    #[test]
    #[should_panic(expected = "too large")]
    fn panics() {
        panic!("far too large");
    }
    #[test]
    fn listed() {}
}
`,
    },
    changes: [
      {
        name: 'a new test',
        ...inLib('mod two {', `mod two {\n    ${tests({ fourth: '4' })}`),
        selects: ['two::fourth'],
      },
      {
        name: 'a test renamed',
        ...inLib('fn third', 'fn moved'),
        selects: ['two::moved'],
        loses: ['two::third'],
      },
      {
        name: 'a test deleted',
        ...inLib('    #[test]\n    fn listed() {}\n', ''),
        selects: [],
        loses: ['two::listed'],
      },
      {
        name: 'another message that a panic must have',
        ...inLib('expected = "too large"', 'expected = "too small"'),
        selects: ['two::panics'],
      },
      {
        name: 'a test ignored',
        ...inLib('#[test]\nfn second', '#[test]\n#[ignore]\nfn second'),
        selects: ['one::second'],
      },
      {
        name: 'what all tests of a module call',
        ...inLib('n * 2', 'n * 3'),
        selects: ['one::first', 'one::second'],
      },
    ],
  },
  {
    name: 'generic-code',
    stands: 'generics, constants, destructors and panics',
    files: {
      'src/lib.rs': `use std::hint::black_box;
pub trait Unit {
    const SCALE: u32;
    fn unit() -> u32;
}
pub struct Meter;
pub struct Mile;
impl Unit for Meter {
    const SCALE: u32 = 1;
    fn unit() -> u32 {
        10
    }
}
impl Unit for Mile {
    const SCALE: u32 = 1609;
    fn unit() -> u32 {
        20
    }
}
#[inline(never)]
pub fn length<U: Unit>(n: u32) -> u32 {
    n * U::SCALE + U::unit()
}
#[inline(never)]
pub fn repeated<const N: usize>() -> [u8; N] {
    black_box([LETTER; N])
}
pub const LETTER: u8 = b'a';
pub struct Loud(u32);
impl Drop for Loud {
    fn drop(&mut self) {
        println!("dropped {}", self.0 + 1);
    }
}
#[inline(never)]
fn unwinds() -> bool {
    std::panic::set_hook(Box::new(|_| ()));
    std::panic::catch_unwind(|| {
        let _loud = Loud(black_box(5));
        if black_box(true) {
            panic!("stop");
        }
    })
    .is_err()
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    Low = 1,
    High = 9,
}
${tests({
  meters: 'length::<Meter>(black_box(3))',
  miles: 'length::<Mile>(black_box(3))',
  three: 'repeated::<3>()',
  five: 'repeated::<5>()',
  unwinding: 'unwinds()',
  level: 'black_box(Level::High) as u32',
  ordered: 'black_box(Level::High) > black_box(Level::Low)',
  neither: 'black_box(5)',
})}`,
    },
    changes: [
      {
        name: 'an associated constant',
        ...inLib('SCALE: u32 = 1609', 'SCALE: u32 = 1610'),
        selects: ['miles'],
      },
      { name: 'one implementation', ...inLib('        10\n', '        11\n'), selects: ['meters'] },
      {
        name: 'a generic function',
        ...inLib('n * U::SCALE + U::unit()', 'n * U::SCALE + U::unit() + 1'),
        selects: ['meters', 'miles'],
      },
      { name: 'a constant of generic code', ...inLib("b'a'", "b'b'"), selects: ['five', 'three'] },
      {
        name: 'a destructor that only unwinding runs',
        ...inLib('self.0 + 1', 'self.0 + 2'),
        selects: ['unwinding'],
      },
      {
        name: 'a discriminant',
        ...inLib('High = 9', 'High = 8'),
        selects: ['level'],
        mayAlso: ['ordered'],
        because: 'comparisons of the enumeration compare its numbers',
      },
    ],
  },
  {
    name: 'locations',
    stands: 'lines and columns that code reads, and those that nothing does',
    files: {
      'src/lib.rs': `use std::hint::black_box;
use std::panic::Location;
#[track_caller]
#[inline(never)]
pub fn caller_line() -> u32 {
    Location::caller().line()
}
#[inline(never)]
pub fn own_line() -> u32 {
    line!()
}
#[inline(never)]
pub fn fail(n: u32) -> u32 {
    if n > 3 {
        panic!("too many");
    }
    n
}
#[inline(never)]
fn hooked() -> bool {
    std::panic::set_hook(Box::new(|info| println!("{}", info.location().unwrap().line())));
    std::panic::catch_unwind(|| fail(black_box(5))).is_err()
}
${tests({
  caller: 'caller_line()',
  line_macro: 'own_line()',
  panics: 'std::panic::catch_unwind(|| fail(black_box(5))).is_err()',
  hook: 'hooked()',
  neither: 'black_box(5)',
})}`,
    },
    changes: [
      {
        name: 'lines at the top',
        ...inLib('use std::hint', '// One line.\n// Two lines.\nuse std::hint'),
        selects: ['caller', 'hook', 'line_macro'],
        mayAlso: ['panics'],
        levels: [3],
        because: 'optimised code may have inlined what reads a line',
      },
      {
        name: 'lines between',
        ...inLib('pub fn fail', '// One line more.\npub fn fail'),
        selects: ['caller', 'hook'],
        mayAlso: ['panics'],
        levels: [3],
        because: 'optimised code may have inlined what reads a line',
      },
      {
        name: 'lines at the end',
        ...inLib('fn neither() {', 'fn neither() {\n    // One line more.'),
        selects: [],
        mayAlso: ['panics'],
        levels: [3],
        because: 'optimised code may have inlined what reads a line',
      },
    ],
  },
  {
    name: 'reflection',
    stands: 'names, paths and versions that code reads about itself',
    files: {
      'Cargo.toml': manifest('reflecting'),
      'src/lib.rs': `pub mod inner {
    pub struct Thing(pub u8);
    #[inline(never)]
    pub fn path() -> &'static str {
        module_path!()
    }
}
pub struct Other(pub u16);
${tests({
  type_name: 'std::any::type_name::<inner::Thing>()',
  other_name: 'std::any::type_name::<Other>()',
  path: 'inner::path()',
  size: 'std::mem::size_of::<inner::Thing>()',
  same_type:
    'std::hint::black_box(std::any::TypeId::of::<Other>()) == std::any::TypeId::of::<u8>()',
  version: 'env!("CARGO_PKG_VERSION")',
  neither: 'std::hint::black_box(5)',
})}`,
    },
    changes: [
      {
        name: 'a type of another size',
        ...inLib('Thing(pub u8)', 'Thing(pub u32)'),
        selects: ['size'],
      },
      {
        name: 'a type renamed',
        edits: [
          { file: 'src/lib.rs', find: 'pub struct Other', replace: 'pub struct Another' },
          { file: 'src/lib.rs', find: 'type_name::<Other>', replace: 'type_name::<Another>' },
          { file: 'src/lib.rs', find: 'TypeId::of::<Other>', replace: 'TypeId::of::<Another>' },
        ],
        selects: ['other_name'],
        mayAlso: ['same_type'],
        because: 'the number of a type is made of its name',
      },
      {
        name: 'a module renamed',
        edits: [
          { file: 'src/lib.rs', find: 'pub mod inner', replace: 'pub mod within' },
          { file: 'src/lib.rs', find: 'type_name::<inner::', replace: 'type_name::<within::' },
          { file: 'src/lib.rs', find: ' inner::path', replace: ' within::path' },
          { file: 'src/lib.rs', find: 'size_of::<inner::', replace: 'size_of::<within::' },
        ],
        selects: ['path', 'type_name'],
      },
      {
        name: "the crate's version",
        ...edit('Cargo.toml', 'version = "0.1.0"', 'version = "0.2.0"'),
        selects: ['version'],
        mayAlso: ['same_type'],
        because: "the number of a type is made of its crate's version",
      },
    ],
  },
  {
    name: 'dependency',
    stands: 'a crate that the tested one depends on by path, with C code',
    files: {
      'Cargo.toml': manifest(
        'dependent',
        'members = ["dep"]\n\n[dependencies]\ndep = { path = "dep" }\n',
      ),
      'dep/Cargo.toml': '[package]\nname = "dep"\nversion = "0.1.0"\nedition = "2021"\n',
      'dep/build.rs': `use std::process::Command;
fn main() {
    println!("cargo:rerun-if-changed=native.c");
    let out = std::env::var("OUT_DIR").unwrap();
    let object = format!("{out}/native.o");
    let run = |program: &str, args: &[&str]| assert!(Command::new(program).args(args).status().unwrap().success());
    run("cc", &["-c", "-O1", "-fPIC", "-ffunction-sections", "-fdata-sections", "-o", &object, "native.c"]);
    run("ar", &["crs", &format!("{out}/libnative.a"), &object]);
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-link-lib=static=native");
}
`,
      'dep/native.c':
        'static int counter = 5;\nint native_next(void) { return counter++; }\nint native_sum(int a, int b) { return a + b; }\nextern int rust_hook(int);\nint native_hooked(int n) { return rust_hook(n) + 1; }\n',
      'dep/src/lib.rs': `extern "C" {
    fn native_next() -> i32;
    fn native_sum(a: i32, b: i32) -> i32;
    fn native_hooked(n: i32) -> i32;
}
#[no_mangle]
pub extern "C" fn rust_hook(n: i32) -> i32 {
    n * 2
}
pub fn next() -> i32 {
    unsafe { native_next() }
}
pub fn sum(a: i32, b: i32) -> i32 {
    unsafe { native_sum(a, b) }
}
pub fn hooked(n: i32) -> i32 {
    unsafe { native_hooked(n) }
}
#[inline(never)]
pub fn plain(n: i32) -> i32 {
    n + 30
}
pub fn generic<T: Into<i64>>(n: T) -> i64 {
    n.into() * 40
}
pub const LIMIT: i32 = 50;
`,
      'src/lib.rs': tests({
        next: 'dep::next()',
        sum: 'dep::sum(1, 2)',
        hooked: 'dep::hooked(3)',
        plain: 'dep::plain(std::hint::black_box(4))',
        generic: 'dep::generic(std::hint::black_box(4i32))',
        limit: 'dep::LIMIT',
        neither: 'std::hint::black_box(5)',
      }),
    },
    changes: [
      { name: 'a C function', ...edit('dep/native.c', 'a + b', 'a - b'), selects: ['sum'] },
      {
        name: 'a C variable',
        ...edit('dep/native.c', 'counter = 5', 'counter = 6'),
        selects: ['next'],
      },
      {
        name: 'Rust that C calls',
        ...edit('dep/src/lib.rs', 'n * 2', 'n * 3'),
        selects: ['hooked'],
      },
      { name: 'a function', ...edit('dep/src/lib.rs', 'n + 30', 'n + 31'), selects: ['plain'] },
      {
        name: 'a generic function',
        ...edit('dep/src/lib.rs', '* 40', '* 41'),
        selects: ['generic'],
      },
      {
        name: 'a constant',
        ...edit('dep/src/lib.rs', 'LIMIT: i32 = 50', 'LIMIT: i32 = 51'),
        selects: ['limit'],
      },
      {
        name: 'its version',
        ...edit('dep/Cargo.toml', 'version = "0.1.0"', 'version = "0.2.0"'),
        selects: [],
      },
    ],
  },
];

/**
 * Adversarial cases that compiled code cannot tell of: they reach tests by declared inputs, which
 * the plugin gives to Nx, so they are end-to-end tests. `spec` is below e2e/nx-cargo-test-e2e/src.
 */
export const END_TO_END_CASES = [
  {
    stands: 'a child process',
    spec: 'process-crate.ts',
    test: 'a program that a test starts',
  },
  {
    stands: 'the environment',
    spec: 'configuration-inputs.spec.ts',
    test: 'a declared variable: a change runs the tests again',
  },
  {
    stands: 'the environment of .cargo/config.toml',
    spec: 'configuration-inputs.spec.ts',
    test: '[env] of the configuration of cargo: a change runs the tests again',
  },
  {
    stands: 'the file system',
    spec: 'expected-reruns.ts',
    test: 'a declared data file',
  },
  {
    stands: 'an artifact that is not code and that a test compares',
    spec: 'ledger.spec.ts',
    test: 'tests whose declared data changed',
  },
  {
    stands: 'files that a build script or a macro reads undeclared',
    spec: 'stale-builds.spec.ts',
    test: 'a file that is read without cargo being told: another checkout gets no stale build',
  },
  {
    stands: 'the network, time and chance, of which nothing can be declared',
    spec: 'ledger.spec.ts',
    test: 'everything of a module with --skip-nx-cache',
  },
  {
    stands: 'flaky tests',
    spec: 'ledger.spec.ts',
    test: 'that failed is not reused until it passed a run of its whole module',
  },
];
