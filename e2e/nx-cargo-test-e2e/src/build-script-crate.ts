import type { ChangingCrate } from './changing-crate';
import { moduleOf } from './rust-module';

const SCRIPTED_TESTS = [
  'ascending',
  'counted',
  'flavour',
  'flavour_at_run_time',
  'largest',
  'neither',
  'width',
  'words',
].map((module) => `${module}::holds`);

/** Code, variables and cfgs that a build script makes. */
export const BUILD_SCRIPT_CRATE: ChangingCrate = {
  name: 'scripted',
  crate: {
    manifest:
      '[workspace]\nmembers = ["reading"]\n[build-dependencies]\nreading = { path = "reading" }\n',
    files: {
      'reading/Cargo.toml': '[package]\nname = "reading"\nversion = "0.1.0"\nedition = "2021"\n',
      'reading/src/lib.rs': `pub fn numbers(text: &str) -> Vec<u64> {
    text.split_whitespace().map(|word| word.parse().unwrap()).collect()
}
`,
      'tables/primes.txt': '2 3 5 7\n',
      'tables/words.txt': 'one two three\n',
      'build.rs': `use std::{env, fs, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=tables/primes.txt");
    println!("cargo:rerun-if-changed=tables/words.txt");
    println!("cargo:rustc-check-cfg=cfg(narrow)");
    println!("cargo:rustc-check-cfg=cfg(wide)");
    println!("cargo:rustc-cfg=narrow");
    println!("cargo:rustc-env=FLAVOUR=plain");
    let primes = reading::numbers(&fs::read_to_string("tables/primes.txt").unwrap());
    let words = fs::read_to_string("tables/words.txt").unwrap();
    let words: Vec<&str> = words.split_whitespace().collect();
    let code = [
        format!("pub static PRIMES: [u64; {}] = {primes:?};\\n", primes.len()),
        format!("pub fn words() -> &'static [&'static str] {{ &{words:?} }}\\n"),
        format!("#[cfg(test)] mod counted {{ #[test] fn holds() {{ assert_eq!(crate::words().len(), {}); }} }}\\n", words.len()),
    ];
    let folder = env::var_os("OUT_DIR").unwrap();
    fs::write(Path::new(&folder).join("table.rs"), code.concat()).unwrap();
}
`,
      'src/lib.rs': [
        `include!(concat!(env!("OUT_DIR"), "/table.rs"));

#[cfg(wide)]
pub fn width() -> u32 {
    64
}

#[cfg(not(wide))]
pub fn width() -> u32 {
    32
}
`,
        moduleOf('ascending', 'assert!(crate::PRIMES.windows(2).all(|pair| pair[0] < pair[1]));'),
        moduleOf('largest', 'assert_eq!(crate::PRIMES.iter().max(), Some(&7));'),
        moduleOf('words', 'assert_eq!(crate::words().join(" "), "one two three");'),
        moduleOf('flavour', 'assert_eq!(env!("FLAVOUR"), "plain");'),
        moduleOf(
          'flavour_at_run_time',
          'assert_eq!(std::env::var("FLAVOUR").as_deref(), Ok("plain"));',
        ),
        moduleOf('width', 'assert_eq!(crate::width(), 32);'),
        moduleOf('neither', 'assert!(std::hint::black_box(2) > 1);'),
      ].join(''),
    },
  },
  tests: SCRIPTED_TESTS,
  changes: [
    {
      name: 'a build script generates another table',
      edits: [
        {
          file: 'build.rs',
          find: '    let words = fs',
          replace:
            '    let primes: Vec<u64> = primes.iter().map(|n| n * 2).collect();\n    let words = fs',
        },
      ],
      executed: ['ascending::holds', 'largest::holds'],
      fails: ['largest::holds'],
    },
    {
      name: 'a build script generates the same in another way',
      edits: [
        {
          file: 'build.rs',
          find: '    let words = fs',
          replace:
            '    let primes: Vec<u64> = primes.iter().map(|n| n * 2 / 2).collect();\n    let words = fs',
        },
      ],
      executed: [],
    },
    {
      name: 'what a build script calls in another package',
      edits: [
        {
          file: 'reading/src/lib.rs',
          find: 'word.parse().unwrap()',
          replace: 'word.parse::<u64>().unwrap() * 3',
        },
      ],
      executed: ['ascending::holds', 'largest::holds'],
      fails: ['largest::holds'],
    },
    {
      name: 'a build script generates another test',
      edits: [{ file: 'build.rs', find: ', words.len())', replace: ', words.len() + 1)' }],
      executed: ['counted::holds'],
      fails: ['counted::holds'],
    },
    {
      name: 'a build script generates lines more, and a function that nothing calls',
      edits: [
        {
          file: 'build.rs',
          find: '    let code = [\n',
          replace:
            '    let code = [\n        "/// Generated.\\n///\\npub fn count() -> usize { PRIMES.len() }\\n".to_string(),\n',
        },
      ],
      executed: [],
    },
    {
      name: 'a file that a build script reads',
      edits: [{ file: 'tables/primes.txt', find: '7', replace: '11' }],
      executed: ['ascending::holds', 'largest::holds'],
      fails: ['largest::holds'],
    },
    {
      name: 'another file that a build script reads',
      edits: [{ file: 'tables/words.txt', find: 'three', replace: 'four' }],
      executed: ['counted::holds', 'words::holds'],
      fails: ['words::holds'],
    },
    {
      name: 'a variable that a build script sets',
      edits: [{ file: 'build.rs', find: 'FLAVOUR=plain', replace: 'FLAVOUR=sweet' }],
      // Cargo gives it to running tests as well, and which of them read it there is in no object.
      executed: SCRIPTED_TESTS,
      fails: ['flavour::holds', 'flavour_at_run_time::holds'],
    },
    {
      name: 'a cfg that a build script sets',
      edits: [{ file: 'build.rs', find: 'rustc-cfg=narrow', replace: 'rustc-cfg=wide' }],
      executed: ['width::holds'],
      fails: ['width::holds'],
    },
  ],
};
