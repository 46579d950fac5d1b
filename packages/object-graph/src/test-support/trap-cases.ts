/** One edit of the sample in `fixtures/traps`, and the tests whose compiled code it changes. */
export interface TrapCase {
  readonly name: string;
  /** The file that is edited. Default: `main.rs`. */
  readonly file?: string;
  /** The text that is replaced, which stands in the file once; an empty one is its beginning. */
  readonly from: string;
  readonly to: string;
  /** Exactly the tests whose fingerprints change: names, or the start of names up to a `*`. */
  readonly changes: readonly string[];
  /** Further tests that may change because the compiler orders stack slots by hashes of types. */
  readonly mayChange?: readonly string[];
  /** Further tests that optimised code may make change, such as where the compiler inlines. */
  readonly optimizedMayChange?: readonly string[];
  /** Extra flags of rustc for the edited build. */
  readonly flags?: readonly string[];
}

/** Tests that read a line, and so change whenever lines move. */
const LINE_READERS = [
  'lines::line_macro',
  'lines::caller_line',
  'lines::caller_line_inside',
  'lines::own_line',
  'lines::displayed',
  'lines::debugged',
  'lines::question_mark',
  'lines::mapped',
  'lines::compared',
  'lines::stored',
  'lines::hook',
];
/** Optimised code may have inlined a reader, so callers' lines count wherever code gets one. */
const OPTIMIZED_CALLERS = [
  'panics::tracked',
  'panics::tracked_panics',
  'lines::unread',
  'logging::logs',
  'panics::unwraps',
  'panics::arithmetic',
  'panics::cells',
];
const EVERY_TEST = ['*'];
/** What ThinLTO and the parting into codegen units may inline or not. */
const INLINING = EVERY_TEST;

export const TRAP_CASES: readonly TrapCase[] = [
  {
    name: 'comment lines at the top',
    from: '#![allow',
    to: '#![allow(unused_imports)]\n// one\n// two\n#![allow',
    changes: LINE_READERS,
    optimizedMayChange: OPTIMIZED_CALLERS,
  },
  {
    name: 'another crate disambiguator',
    from: '',
    to: '',
    flags: ['-Cmetadata=other'],
    mayChange: ['dynamic::circle'],
    changes: [],
  },
  {
    name: 'more codegen units',
    from: '',
    to: '',
    flags: ['-Ccodegen-units=64'],
    changes: [],
    optimizedMayChange: EVERY_TEST,
  },
  {
    name: 'v0 names',
    from: '',
    to: '',
    flags: ['-Csymbol-mangling-version=v0'],
    changes: [],
    mayChange: ['dynamic::circle', 'lines::compared', 'lines::debugged'],
  },
  {
    name: 'a function renamed',
    from: 'up(n: u32) -> u32 { n + 1 }\n    fn down(n: u32) -> u32 { n - 1 }\n    pub static OPERATIONS: [fn(u32) -> u32; 2] = [up, down]',
    to: 'upwards(n: u32) -> u32 { n + 1 }\n    fn down(n: u32) -> u32 { n - 1 }\n    pub static OPERATIONS: [fn(u32) -> u32; 2] = [upwards, down]',
    changes: [],
  },
  {
    name: 'functions reordered',
    from: 'fn up(n: u32) -> u32 { n + 1 }\n    fn down(n: u32) -> u32 { n - 1 }',
    to: 'fn down(n: u32) -> u32 { n - 1 }\n    fn up(n: u32) -> u32 { n + 1 }',
    changes: [],
  },
  {
    name: 'a module with more items',
    from: 'mod generics {',
    to: 'mod generics { pub mod inner { pub fn unused() {} } pub trait Outer {}',
    changes: [],
  },
  {
    name: 'another test before',
    from: 'mod body {',
    to: 'mod body { #[test] fn earlier() { let f = |n: u32| n + 1; assert_eq!(f(1), 2); }',
    changes: ['body::earlier'],
  },
  {
    name: 'a closure before',
    from: '#[test] fn doubles() {',
    to: '#[test] fn doubles() { let f = |n: u64| n + 77; assert_eq!(f(std::hint::black_box(1)), 78);',
    changes: ['body::doubles'],
    optimizedMayChange: INLINING,
  },
  {
    name: 'the body of a function',
    from: '{ n * 3 }',
    to: '{ n * 4 }',
    changes: ['body::triples'],
  },
  {
    name: 'a method behind dyn',
    from: '{ self.0 * self.0 * 3 }',
    to: '{ self.0 * self.0 * 4 }',
    changes: ['dynamic::circle'],
  },
  {
    name: 'another method of a vtable',
    from: 'fn name(&self) -> &\'static str { "shape" }',
    to: 'fn name(&self) -> &\'static str { "figure" }',
    changes: ['dynamic::*'],
  },
  {
    name: 'a Drop implementation',
    from: 'self.0 + 10',
    to: 'self.0 + 11',
    changes: ['drops::guard'],
  },
  {
    name: 'what unwinding drops',
    from: 'let red = Red;',
    to: 'let red = Blue;',
    changes: ['drops::unwinding'],
  },
  {
    name: 'a generic function',
    from: '.sum::<u64>() + 0',
    to: '.sum::<u64>() + 1',
    changes: ['generics::bytes', 'generics::words'],
  },
  {
    name: 'one implementation for a generic',
    from: '{ 2 } }\n    #[inline(never)]\n    pub fn total',
    to: '{ 3 } }\n    #[inline(never)]\n    pub fn total',
    changes: ['generics::words'],
  },
  {
    name: 'a const generic function',
    from: 'N * std::hint',
    to: 'N * 2 * std::hint',
    changes: ['generics::three', 'generics::four'],
  },
  { name: 'a const', from: '1 + 40', to: '1 + 41', changes: ['constants::limit'] },
  {
    name: 'a static table',
    from: '[1, 2, 3, 4]',
    to: '[1, 2, 4, 4]',
    changes: ['constants::table'],
  },
  {
    name: 'included text',
    file: 'text.txt',
    from: 'hello',
    to: 'hello!',
    changes: ['constants::text'],
  },
  {
    name: 'a vector constant',
    from: 'v[0] * 3.5',
    to: 'v[0] * 3.25',
    changes: ['constants::shifted'],
  },
  {
    name: 'a 128-bit constant',
    from: '0x0123_4567',
    to: '0x0123_4568',
    changes: ['constants::masked'],
  },
  {
    name: 'a lookalike of a location',
    from: '&("abc", 1, 2) }',
    to: '&("abc", 1, 3) }',
    changes: ['constants::location_lookalike'],
  },
  {
    name: 'a discriminant',
    from: 'High = 9',
    to: 'High = 8',
    changes: ['constants::discriminant'],
  },
  {
    name: 'the order of fields',
    from: 'first: u16, second: u32',
    to: 'second: u32, first: u16',
    changes: ['constants::field_order'],
  },
  {
    name: 'the name of a type',
    from: 'pub struct Renamed;\n    #[test] fn type_name() { assert!(std::any::type_name::<Renamed>()',
    to: 'pub struct Another;\n    #[test] fn type_name() { assert!(std::any::type_name::<Another>()',
    changes: ['constants::type_name'],
  },
  {
    name: 'a string of a match',
    from: '"seven", 8',
    to: '"Seven", 8',
    changes: ['constants::jump_table'],
  },
  {
    name: 'arms of a match swapped',
    from: '3 => v.reverse(), 4 => v.push(44)',
    to: '4 => v.reverse(), 3 => v.push(44)',
    changes: ['constants::jump_code'],
  },
  {
    name: 'another static of equal content',
    from: 'LEFT.fetch_add',
    to: 'RIGHT.fetch_add',
    changes: ['places::shared_static'],
  },
  {
    name: 'another thread_local of equal content',
    from: 'ONE.with',
    to: 'TWO.with',
    changes: ['places::thread_locals'],
  },
  {
    name: 'another constant static of equal content',
    from: '{ &SAME_A }',
    to: '{ &SAME_B }',
    changes: ['places::address'],
  },
  {
    name: 'function pointers in a static',
    from: '[up, down]',
    to: '[down, up]',
    changes: ['places::function_pointers'],
  },
  {
    name: 'an initialiser behind OnceLock',
    from: '"made".to_string()',
    to: '"mode".to_string()',
    changes: ['places::once'],
  },
  {
    name: 'the expected panic message',
    from: 'expected = "left alone"',
    to: 'expected = "left alane"',
    changes: ['descriptors::expects'],
  },
  {
    name: 'an ignored test',
    from: '#[test] fn ignorable',
    to: '#[test] #[ignore] fn ignorable',
    changes: ['descriptors::ignorable'],
  },
  {
    name: 'a reason to ignore',
    from: '#[test] fn ignorable',
    to: '#[test] #[ignore = "slow"] fn ignorable',
    changes: ['descriptors::ignorable'],
  },
  {
    name: 'the text of a log line',
    from: '"working on {}"',
    to: '"working at {}"',
    changes: ['logging::logs'],
  },
  {
    name: 'an async body',
    from: '.await + n + 20',
    to: '.await + n + 21',
    changes: ['asynchronous::awaits'],
  },
  {
    name: 'a symbol in inline assembly',
    from: 's = sym ASSEMBLY_VALUE',
    to: 's = sym SECOND_VALUE',
    changes: ['assembly::loaded'],
  },
  {
    name: 'a static behind inline assembly',
    from: 'ASSEMBLY_VALUE: u64 = 77',
    to: 'ASSEMBLY_VALUE: u64 = 78',
    changes: ['assembly::loaded'],
  },
  {
    name: 'global assembly',
    from: 'mov eax, 9',
    to: 'mov eax, 10',
    changes: ['assembly::assembled'],
  },
  {
    name: 'a C library function defined by the crate',
    from: '#[cfg(any())]\n    #[no_mangle] pub extern "C" fn getpid',
    to: '#[no_mangle] pub extern "C" fn getpid',
    changes: EVERY_TEST,
  },
  {
    name: 'the allocator',
    from: 'std::alloc::System.alloc(l)',
    to: 'std::alloc::System.alloc_zeroed(l)',
    changes: EVERY_TEST,
  },
  { name: 'a constructor', from: 'STARTED.store(6', to: 'STARTED.store(7', changes: EVERY_TEST },
  {
    name: 'an entry of a collected section',
    from: 'PLUGIN_B: u32 = 6',
    to: 'PLUGIN_B: u32 = 7',
    changes: ['linking::collected'],
  },
  {
    name: 'a new entry of a collected section',
    from: 'const PLUGIN_COUNT',
    to: '#[used] #[link_section = "plugins"] static PLUGIN_C: u32 = 1; const PLUGIN_COUNT',
    changes: ['linking::collected'],
  },
  {
    name: 'a C function',
    file: 'native.c',
    from: 'return n + 1; }\nint c_sum',
    to: 'return n + 2; }\nint c_sum',
    changes: ['native::add'],
  },
  {
    name: 'an unused C function',
    file: 'native.c',
    from: 'c_unused(void) { return 1; }',
    to: 'c_unused(void) { return 2; }',
    changes: [],
  },
  {
    name: 'a weak C function',
    file: 'native.c',
    from: 'return n + 100; }',
    to: 'return n + 101; }',
    changes: ['native::weak'],
  },
  {
    name: 'another common variable',
    file: 'native.c',
    from: 'return c_common_value;',
    to: 'return c_common_other;',
    changes: ['native::common'],
  },
  {
    name: 'what an indirect function resolves to',
    file: 'native.c',
    from: '{ return resolved_a; }',
    to: '{ return resolved_b; }',
    // Its resolver runs whenever the process starts.
    changes: EVERY_TEST,
  },
  {
    name: 'another thread-local variable of equal content',
    file: 'native.c',
    from: 'local_one++',
    to: 'local_two++',
    changes: ['native::thread_local'],
  },
  {
    name: 'function pointers in a C table',
    file: 'native.c',
    from: '{ step_up, step_down }',
    to: '{ step_down, step_up }',
    changes: ['native::pointer'],
  },
  {
    name: 'a C string',
    file: 'native.c',
    from: '"native"',
    to: '"Native"',
    changes: ['native::text'],
  },
  {
    name: 'another static C variable',
    file: 'native.c',
    from: 'counter_one++; return',
    to: 'counter_two++; return',
    changes: ['native::counter'],
  },
  {
    name: 'Rust that C calls',
    from: 'rust_call_back() -> i32 { 12 }',
    to: 'rust_call_back() -> i32 { 13 }',
    changes: ['native::call_back'],
  },
  {
    name: 'a function of a dependency',
    file: 'dep.rs',
    from: 'n + 3',
    to: 'n + 4',
    changes: ['dependency::plain'],
  },
  {
    name: 'a generic function of a dependency',
    file: 'dep.rs',
    from: '* 5',
    to: '* 6',
    changes: ['dependency::generic'],
  },
  {
    name: 'an inline function of a dependency',
    file: 'dep.rs',
    from: 'n + 6',
    to: 'n + 7',
    changes: ['dependency::inlined'],
    optimizedMayChange: INLINING,
  },
  {
    name: 'an unused function of a dependency',
    file: 'dep.rs',
    from: 'unused() -> u32 { 1 }',
    to: 'unused() -> u32 { 2 }',
    changes: [],
  },
];
