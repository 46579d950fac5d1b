// What takes part in a program without being called by it: sections, constructors, replaced symbols.
import { choice, flag, number, order, word } from '../slots.mjs';

const ALONE = { alone: true };

export const linking = {
  'collected sections': {
    slots: {
      entries: order('collected section', 4),
      count: number('collected section', 1, 4),
      value: number('collected section'),
      section: choice('collected section', ['FEATURE_plugins', 'FEATURE_others']),
      function: choice('collected section', ['~first', '~second']),
    },
    render: ({ entries, count, value, section, function: run }) => ({
      head: 'unsafe extern "C" { #[link_name = "__start_FEATURE_plugins"] static START: u32; #[link_name = "__stop_FEATURE_plugins"] static STOP: u32; #[link_name = "__start_FEATURE_functions"] static FIRST: fn() -> u32; #[link_name = "__stop_FEATURE_functions"] static LAST: fn() -> u32; }',
      items: [
        ...entries
          .slice(0, count)
          .map(
            (at) =>
              `#[used] #[unsafe(link_section = "${at === 1 ? section : 'FEATURE_plugins'}")] pub static ~PLUGIN_${at}: u32 = ${at === 0 ? value : at * 11};`,
          ),
        '#[used] #[unsafe(link_section = "FEATURE_plugins")] pub static ~LAST_PLUGIN: u32 = 1;',
        `pub fn ~first() -> u32 { 10 } pub fn ~second() -> u32 { 20 }`,
        `#[used] #[unsafe(link_section = "FEATURE_functions")] pub static ~FUNCTION: fn() -> u32 = ${run};`,
        `pub fn ~items() -> Vec<u32> { unsafe { let start = &raw const START; let stop = &raw const STOP; std::slice::from_raw_parts(start, stop.offset_from(start) as usize).to_vec() } }`,
      ],
      tests: {
        items: 'println!("{:?}", ~items());',
        functions:
          'unsafe { let start = &raw const FIRST; let stop = &raw const LAST; println!("{} {}", (*start)(), stop.offset_from(start)); }',
        none: 'println!("{}", hide(4));',
      },
    }),
  },

  'constructors by priority': {
    singleton: 'constructors',
    slots: {
      turns: order('constructor or its priority', 3, ALONE),
      factor: number('constructor or its priority', 2, 9, ALONE),
      isThird: flag('constructor or its priority', ALONE),
      seen: number('constant'),
    },
    render: ({ turns, factor, isThird, seen }) => {
      const priorities = turns.map((at) => ['101', '300', ''][at]);
      const section = (priority) => `.init_array${priority === '' ? '' : `.00${priority}`}`;
      return {
        head: 'use std::sync::atomic::{AtomicU64, Ordering::SeqCst}; unsafe extern "C" { fn FEATURE_linked() -> i32; }',
        items: [
          '#[unsafe(no_mangle)] pub static FEATURE_ORDER: AtomicU64 = AtomicU64::new(0);',
          '#[unsafe(no_mangle)] pub extern "C" fn FEATURE_note(n: u64) { FEATURE_ORDER.store(FEATURE_ORDER.load(SeqCst) * 100 + n, SeqCst); }',
          `pub extern "C" fn ~one() { FEATURE_note(1) } pub extern "C" fn ~two() { FEATURE_note(2 * ${factor}) } pub extern "C" fn ~three() { FEATURE_note(3) }`,
          `#[used] #[unsafe(link_section = "${section(priorities[0])}")] pub static ~FIRST: extern "C" fn() = ~one;`,
          `#[used] #[unsafe(link_section = "${section(priorities[1])}")] pub static ~SECOND: extern "C" fn() = ~two;`,
          isThird
            ? '#[used] #[unsafe(link_section = ".init_array.00200")] pub static ~THIRD: extern "C" fn() = ~three;'
            : '',
        ],
        natives: [
          {
            text: `
extern void FEATURE_note(unsigned long long n);
__attribute__((constructor${priorities[2] === '' ? '' : `(${priorities[2]})`})) static void started(void) { FEATURE_note(7); }
int FEATURE_linked(void) { return 1; }
`,
          },
        ],
        tests: {
          order: `println!("{}", FEATURE_ORDER.load(SeqCst));`,
          linked: `println!("{} {}", unsafe { FEATURE_linked() }, hide(${seen}));`,
          none: 'println!("{}", hide(8));',
        },
      };
    },
  },

  'functions that run at exit': {
    singleton: 'exit',
    slots: {
      text: number('function that runs at exit', 10, 99, ALONE),
      turns: order('function that runs at exit', 2, ALONE),
      isThird: flag('function that runs at exit', ALONE),
      value: number('constant'),
    },
    render: ({ text, turns, isThird, value }) => {
      const priorities = turns.map((at) => ['300', '500'][at]);
      return {
        head: 'unsafe extern "C" { fn write(f: i32, text: *const u8, length: usize) -> isize; }',
        items: [
          'pub fn ~say(text: &[u8]) { unsafe { write(1, text.as_ptr(), text.len()); } }',
          `pub extern "C" fn ~one() { ~say(b"ended ${text}\n") } pub extern "C" fn ~two() { ~say(b"two\n") } pub extern "C" fn ~three() { ~say(b"three\n") }`,
          `#[used] #[unsafe(link_section = ".fini_array.00${priorities[0]}")] pub static ~FIRST: extern "C" fn() = ~one;`,
          `#[used] #[unsafe(link_section = ".fini_array.00${priorities[1]}")] pub static ~SECOND: extern "C" fn() = ~two;`,
          isThird
            ? '#[used] #[unsafe(link_section = ".fini_array")] pub static ~THIRD: extern "C" fn() = ~three;'
            : '',
        ],
        tests: { one: `println!("{}", hide(${value}));`, two: 'println!("two");' },
      };
    },
  },

  'own allocator': {
    singleton: 'allocator',
    slots: {
      factor: number('allocator', 1, 9, ALONE),
      filled: number('allocator', 1, 250, ALONE),
      size: number('constant', 1, 40),
    },
    render: ({ factor, filled, size }) => ({
      head: 'use std::{alloc::{GlobalAlloc, Layout, System}, sync::atomic::{AtomicUsize, Ordering::SeqCst}};',
      items: [
        'pub static ~COUNT: AtomicUsize = AtomicUsize::new(0);',
        'pub struct ~Counting;',
        `unsafe impl GlobalAlloc for ~Counting { unsafe fn alloc(&self, l: Layout) -> *mut u8 { ~COUNT.fetch_add(${factor}, SeqCst); unsafe { let p = System.alloc(l); std::ptr::write_bytes(p, ${filled}, l.size()); p } } unsafe fn dealloc(&self, p: *mut u8, l: Layout) { unsafe { System.dealloc(p, l) } } }`,
        '#[global_allocator] pub static ~ALLOCATOR: ~Counting = ~Counting;',
      ],
      tests: {
        counts: `let before = ~COUNT.load(SeqCst); let v: Vec<u8> = Vec::with_capacity(hide(${size})); println!("{} {}", ~COUNT.load(SeqCst) - before, v.capacity());`,
        fills: `let v: Vec<u8> = Vec::with_capacity(hide(${size})); println!("{}", unsafe { *v.as_ptr() });`,
        none: 'println!("{}", hide(8));',
      },
    }),
  },

  'replaced library functions': {
    singleton: 'getpid',
    slots: {
      first: choice('replaced library function', ['getpid', ''], ALONE),
      second: choice('replaced library function', ['getppid', 'getuid', ''], ALONE),
      value: number('replaced library function', 5_000_000, 5_000_999, ALONE),
      shown: number('constant'),
    },
    render: ({ first, second, value, shown }) => ({
      head: 'unsafe extern "C" { #[link_name = "getuid"] fn user() -> i32; }',
      items: [first, second]
        .filter((name) => name !== '')
        .map(
          (name) =>
            `#[unsafe(no_mangle)] pub extern "C" fn ${name}() -> i32 { ${value} + ${name.length} }`,
        ),
      tests: {
        process: 'println!("{}", std::process::id().max(4_999_999));',
        parent: 'println!("{}", std::os::unix::process::parent_id().max(4_999_999));',
        user: 'println!("{}", unsafe { user() }.max(4_999_999));',
        none: `println!("{}", hide(${shown}));`,
      },
    }),
  },

  'shared library that gets loaded': {
    slots: {
      isUsed: flag('shared library that gets loaded', ALONE),
      text: word('code of a shared library', ALONE),
      value: number('constant'),
    },
    render: ({ isUsed, text, value }) => ({
      head: 'unsafe extern "C" { fn FEATURE_loaded_add(n: i32) -> i32; }',
      items: [
        `pub fn ~used(n: i32) -> i32 { unsafe { ${isUsed ? 'FEATURE_loaded_add(n)' : `n + ${value}`} } }`,
      ],
      sharedLibraries: {
        FEATURE_loaded: `
#include <stdlib.h>
__attribute__((constructor)) static void started(void) { setenv("FEATURE_LOADED", "${text}", 1); }
int FEATURE_loaded_add(int n) { return n + 1000; }
`,
      },
      tests: {
        uses: 'println!("{}", ~used(hide(1)));',
        variables: 'println!("{:?}", std::env::var("FEATURE_LOADED"));',
      },
    }),
  },

  'callbacks from a shared library': {
    slots: {
      answer: number('callback from a shared library', 1, 99, ALONE),
      inner: number('callback from a shared library', 1, 99, ALONE),
      factor: number('code of a shared library', 2, 9, ALONE),
      value: number('constant'),
    },
    render: ({ answer, inner, factor, value }) => ({
      head: 'unsafe extern "C" { fn FEATURE_shared_call() -> i32; fn FEATURE_shared_early() -> i32; fn FEATURE_shared_apply(n: i32) -> i32; }',
      items: [
        `#[unsafe(no_mangle)] pub extern "C" fn FEATURE_hook() -> i32 { ~deep(${answer}) }`,
        `#[inline(never)] pub fn ~deep(n: i32) -> i32 { n * ${inner} }`,
      ],
      sharedLibraries: {
        FEATURE_shared: `
extern int FEATURE_hook(void);
static int early;
__attribute__((constructor)) static void started(void) { early = FEATURE_hook() + 1; }
int FEATURE_shared_early(void) { return early; }
int FEATURE_shared_call(void) { return FEATURE_hook() * 2; }
int FEATURE_shared_apply(int n) { return n * ${factor}; }
`,
      },
      tests: {
        calls: 'println!("{}", unsafe { FEATURE_shared_call() });',
        early: 'println!("{}", unsafe { FEATURE_shared_early() });',
        applies: `println!("{}", unsafe { FEATURE_shared_apply(hide(${value})) });`,
      },
    }),
  },

  'absolute symbols': {
    slots: {
      size: number('absolute symbol', 1, 4000),
      limit: number('absolute symbol', 1, 4000),
      weak: number('absolute symbol', 1, 4000),
      strong: choice('absolute symbol', ['', '5001', '5002']),
    },
    render: ({ size, limit, weak, strong }) => {
      const absolute = (name, value) =>
        `__asm__(".globl FEATURE_${name}; .set FEATURE_${name}, ${value}");`;
      return {
        head: `std::arch::global_asm!(".weak FEATURE_weak", ".set FEATURE_weak, ${weak}");
unsafe extern "C" { static FEATURE_size: u8; static FEATURE_weak: u8; fn FEATURE_limit_read() -> usize; fn FEATURE_keep() -> i32; }`,
        items: [
          '#[INLINE] pub fn ~size() -> usize { (&raw const FEATURE_size) as usize }',
          '#[INLINE] pub fn ~weak() -> usize { unsafe { FEATURE_keep() as usize + (&raw const FEATURE_weak) as usize } }',
        ],
        natives: [
          { text: `${absolute('size', size)}\n${absolute('limit', limit)}\n` },
          {
            text: `
extern char FEATURE_limit[];
static char *volatile limit = FEATURE_limit;
unsigned long FEATURE_limit_read(void) { return (unsigned long) limit; }
`,
          },
          {
            text: `int FEATURE_keep(void) { return 0; }\n${strong === '' ? '' : absolute('weak', strong)}\n`,
          },
        ],
        tests: {
          sizes: 'println!("{}", hide(~size()));',
          limits: 'println!("{}", unsafe { FEATURE_limit_read() });',
          weak: 'println!("{}", hide(~weak()));',
          weak_here:
            'println!("{} {}", unsafe { FEATURE_keep() }, hide(&raw const FEATURE_weak) as usize);',
        },
      };
    },
  },

  'exported names': {
    slots: {
      exports: order('weak or replaced symbol', 2),
      value: number('static'),
      section: choice('section of an item', ['.text.FEATURE_a', '.text.FEATURE_b', 'FEATURE_code']),
      data: choice('section of an item', ['.data.FEATURE', '.rodata.FEATURE', 'FEATURE_data']),
    },
    render: ({ exports, value, section, data }) => ({
      head: 'unsafe extern "C" { #[link_name = "FEATURE_export_0"] fn imported_0() -> u32; #[link_name = "FEATURE_export_1"] fn imported_1() -> u32; #[link_name = "FEATURE_static"] static IMPORTED: u32; }',
      items: [
        `#[unsafe(export_name = "FEATURE_export_${exports[0]}")] pub extern "C" fn ~left() -> u32 { 1 }`,
        `#[unsafe(export_name = "FEATURE_export_${exports[1]}")] pub extern "C" fn ~right() -> u32 { 2 }`,
        `#[unsafe(export_name = "FEATURE_static")] pub static ~EXPORTED: u32 = ${value};`,
        `#[unsafe(link_section = "${section}")] #[inline(never)] pub fn ~placed(n: u32) -> u32 { n + ${value} }`,
        `#[unsafe(link_section = "${data}")] pub static ~DATA: [u32; 2] = [${value}, 2];`,
      ],
      tests: {
        first: 'println!("{}", unsafe { imported_0() });',
        second: 'println!("{}", unsafe { imported_1() });',
        statics: 'println!("{}", unsafe { hide(&raw const IMPORTED).read() });',
        placed: 'println!("{}", ~placed(hide(1)));',
        data: 'println!("{:?}", hide(&~DATA));',
      },
    }),
  },
};
