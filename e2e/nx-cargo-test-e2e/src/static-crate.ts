import type { ChangingCrate } from './changing-crate';
import { moduleOf } from './rust-module';

/** Tests of the library, and of the integration test into which it is linked. */
const LINKED = [
  'collected::holds',
  'hooked::holds',
  'neither::holds',
  'started::holds',
  'linked/holds',
];

/** Statics that no code names: what runs before and after `main`, what is collected, what is only kept. */
export const STATIC_CRATE: ChangingCrate = {
  name: 'constructed',
  crate: {
    manifest: '[workspace]\nmembers = ["hooks"]\n[dependencies]\nhooks = { path = "hooks" }\n',
    files: {
      'hooks/Cargo.toml': '[package]\nname = "hooks"\nversion = "0.1.0"\nedition = "2021"\n',
      // Nothing refers to the module `early`, nor to anything in it.
      'hooks/src/lib.rs': `mod early;
pub mod state {
    pub static HOOKED: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
}
`,
      'hooks/src/early.rs': `#[used]
#[link_section = ".init_array"]
static HOOK: extern "C" fn() = hook;

extern "C" fn hook() {
    crate::state::HOOKED.store(8, std::sync::atomic::Ordering::SeqCst);
}
`,
      'src/lib.rs': [
        `use std::sync::atomic::{AtomicU64, Ordering};

pub static STARTED: AtomicU64 = AtomicU64::new(0);
pub static ENDED: AtomicU64 = AtomicU64::new(0);

#[used]
#[link_section = ".init_array"]
static START: extern "C" fn() = start;

extern "C" fn start() {
    STARTED.store(first_value(), Ordering::SeqCst);
}

fn first_value() -> u64 {
    6
}

#[used]
#[link_section = ".fini_array"]
static END: extern "C" fn() = end;

extern "C" fn end() {
    ENDED.store(10, Ordering::SeqCst);
}

/// What makes the dependency part of every link.
pub fn hooked() -> u64 {
    hooks::state::HOOKED.load(Ordering::SeqCst)
}

type Rule = fn(u64) -> u64;

#[used]
#[link_section = "constructed_rules"]
static FIRST: Rule = double;

#[used]
#[link_section = "constructed_rules"]
static SECOND: Rule = increase;

fn double(n: u64) -> u64 {
    n * 2
}

fn increase(n: u64) -> u64 {
    n + 1
}

extern "C" {
    #[link_name = "__start_constructed_rules"]
    static RULES_START: Rule;
    #[link_name = "__stop_constructed_rules"]
    static RULES_STOP: Rule;
}

pub fn rules() -> &'static [Rule] {
    let start = &raw const RULES_START;
    let stop = &raw const RULES_STOP;
    unsafe { std::slice::from_raw_parts(start, stop.offset_from(start) as usize) }
}

#[used]
static BANNER: [u8; 8] = *b"banner 1";

#[used]
static KEPT: fn() -> u64 = kept;

fn kept() -> u64 {
    std::hint::black_box(30)
}
`,
        moduleOf(
          'started',
          'assert_eq!(crate::STARTED.load(std::sync::atomic::Ordering::SeqCst), 6);',
        ),
        moduleOf(
          'collected',
          'let mut results: Vec<u64> = crate::rules().iter().map(|rule| rule(10)).collect();\n        results.sort();\n        assert_eq!(results, [11, 20]);',
        ),
        moduleOf('hooked', 'assert_eq!(crate::hooked(), 8);'),
        moduleOf('neither', 'assert!(std::hint::black_box(2) > 1);'),
      ].join(''),
      'tests/linked.rs':
        '#[test]\nfn holds() {\n    assert_ne!(constructed::STARTED.load(std::sync::atomic::Ordering::SeqCst), 0);\n}\n',
      // It names nothing of the library, so rustc does not link it.
      'tests/unlinked.rs': '#[test]\nfn holds() {\n    assert!(std::hint::black_box(2) > 1);\n}\n',
    },
  },
  tests: [...LINKED, 'unlinked/holds'],
  changes: [
    {
      name: 'what a constructor calls',
      edits: [{ file: 'src/lib.rs', find: '    6\n', replace: '    7\n' }],
      executed: LINKED,
      fails: ['started::holds'],
    },
    {
      name: 'another constructor',
      edits: [
        {
          file: 'src/lib.rs',
          find: 'fn first_value()',
          replace:
            '#[used]\n#[link_section = ".init_array"]\nstatic AGAIN: extern "C" fn() = again;\n\nextern "C" fn again() {\n    ENDED.store(1, Ordering::SeqCst);\n}\n\nfn first_value()',
        },
      ],
      executed: LINKED,
    },
    {
      name: 'a constructor that is removed',
      edits: [
        {
          file: 'src/lib.rs',
          find: '#[used]\n#[link_section = ".init_array"]\nstatic START',
          replace: 'pub static START',
        },
      ],
      executed: LINKED,
      fails: ['linked/holds', 'started::holds'],
    },
    {
      name: 'a constructor of a dependency',
      edits: [{ file: 'hooks/src/early.rs', find: 'store(8,', replace: 'store(9,' }],
      executed: LINKED,
      fails: ['hooked::holds'],
    },
    {
      name: 'a function that runs as the process ends',
      edits: [{ file: 'src/lib.rs', find: 'store(10,', replace: 'store(11,' }],
      executed: LINKED,
    },
    {
      name: 'a function in a collected section',
      edits: [{ file: 'src/lib.rs', find: 'n * 2', replace: 'n * 3' }],
      executed: ['collected::holds'],
      fails: ['collected::holds'],
    },
    {
      name: 'one more function in a collected section',
      edits: [
        {
          file: 'src/lib.rs',
          find: 'fn double(',
          replace:
            '#[used]\n#[link_section = "constructed_rules"]\nstatic THIRD: Rule = |n| n;\n\nfn double(',
        },
      ],
      executed: ['collected::holds'],
      fails: ['collected::holds'],
    },
    {
      // `#[used]` keeps it in the binary, but no code refers to it: only a program that reads the
      // file, or memory that is not its own, could tell. That is left out, as debug information is.
      name: 'the content of a #[used] static that no code refers to',
      edits: [{ file: 'src/lib.rs', find: 'banner 1', replace: 'banner 2' }],
      executed: [],
    },
    {
      // The same, one step further: the static refers to the function, but nothing to the static.
      name: 'a function that only a #[used] static refers to',
      edits: [{ file: 'src/lib.rs', find: 'black_box(30)', replace: 'black_box(31)' }],
      executed: [],
    },
  ],
};
