import type { CrateFiles } from './scratch-workspace';

/**
 * A crate whose tests must not pass, whatever they try. Each holds a module
 * `right` with one test that passes on its own.
 */
export interface FailingCrate {
  /** Name of the folder and of the package. */
  readonly name: string;
  readonly what: string;
  readonly crate: CrateFiles;
  /** The target that fails, without the package's name. */
  readonly target: string;
  /** What the user sees of that target. */
  readonly shows: readonly (string | RegExp)[];
  /** What the user must not see of that target. */
  readonly hides?: readonly RegExp[];
  /** The tests that run in it, and each time until it is mended. */
  readonly executed: readonly string[];
  /** Whether the module `right` runs and passes all the same. */
  readonly rightRuns: boolean;
  /** The change that mends it. */
  readonly fix: { readonly file: string; readonly find: string; readonly replace: string };
}

/** Seconds after which a test is killed here; no other test takes any time worth speaking of. */
export const KILL_AFTER_SECONDS = 6;

const RIGHT = 'mod right {\n    #[test]\n    fn holds() {}\n}\n';

/** A module `wrong` with the body of each of its tests. */
function wrong(tests: Readonly<Record<string, string>>): CrateFiles {
  const functions = Object.entries(tests).map(
    ([name, body]) => `    #[test]\n    fn ${name}() {\n        ${body}\n    }\n`,
  );
  return {
    files: {
      'src/lib.rs': `#[cfg(test)]\nmod wrong {\n${functions.join('\n')}}\n#[cfg(test)]\n${RIGHT}`,
    },
  };
}

function mend(find: string, replace = ''): FailingCrate['fix'] {
  return { file: 'src/lib.rs', find, replace };
}

export const FAILING_CRATES: readonly FailingCrate[] = [
  {
    name: 'planted',
    what: 'a test that fails',
    crate: wrong({
      adds: 'println!("the sum is wrong");\n        assert_eq!(1 + 1, 3);',
      also: '',
    }),
    target: 'test-wrong',
    shows: [
      'wrong: 1 failed, 1 passed',
      'failed: wrong::adds',
      '---- wrong::adds ----',
      'the sum is wrong',
      'left: 2',
    ],
    executed: ['planted/wrong::adds', 'planted/wrong::also'],
    rightRuns: true,
    fix: mend('1 + 1, 3', '1 + 1, 2'),
  },
  {
    name: 'unbuildable',
    what: 'a compile error',
    crate: wrong({ adds: 'let sum: u8 = "two";\n        drop(sum);' }),
    target: 'build-tests',
    shows: [
      'error[E0308]: mismatched types',
      '--> src/lib.rs:5:23',
      'cargo could not build the tests of unbuildable (exit code 101)',
    ],
    executed: [],
    rightRuns: false,
    fix: mend('"two"', '2'),
  },
  {
    name: 'aborting',
    what: 'a test that aborts, alone',
    crate: wrong({ aborts: 'eprintln!("before the end");\n        std::process::abort();' }),
    target: 'test-wrong',
    shows: ['killed: wrong::aborts', 'SIGABRT'],
    executed: ['aborting/wrong::aborts'],
    rightRuns: true,
    fix: mend('std::process::abort();'),
  },
  {
    name: 'aborting_among_others',
    what: 'a test that aborts, among others',
    crate: wrong({ a_passes: '', b_aborts: 'std::process::abort();', c_passes: '' }),
    target: 'test-wrong',
    shows: ['b_aborts', 'SIGABRT'],
    executed: ['a_passes', 'b_aborts', 'c_passes'].map(
      (name) => `aborting_among_others/wrong::${name}`,
    ),
    rightRuns: true,
    fix: mend('std::process::abort();'),
  },
  {
    name: 'segfaulting',
    what: 'a test that writes where it must not',
    crate: wrong({ writes: 'unsafe { (64 as *mut u8).write_volatile(1) };' }),
    target: 'test-wrong',
    shows: ['killed: wrong::writes', 'SIGSEGV'],
    executed: ['segfaulting/wrong::writes'],
    rightRuns: true,
    fix: mend('unsafe { (64 as *mut u8).write_volatile(1) };'),
  },
  {
    name: 'exiting',
    what: 'a test that exits with status 0, alone',
    crate: wrong({ exits: 'std::process::exit(0);' }),
    target: 'test-wrong',
    shows: ['killed: wrong::exits', 'exit code 0'],
    executed: ['exiting/wrong::exits'],
    rightRuns: true,
    fix: mend('std::process::exit(0);'),
  },
  {
    name: 'exiting_among_others',
    what: 'a test that exits with status 0, among others',
    crate: wrong({ a_passes: '', b_exits: 'std::process::exit(0);', c_passes: '' }),
    target: 'test-wrong',
    shows: ['b_exits', 'exit code 0'],
    executed: ['a_passes', 'b_exits', 'c_passes'].map(
      (name) => `exiting_among_others/wrong::${name}`,
    ),
    rightRuns: true,
    fix: mend('std::process::exit(0);'),
  },
  {
    name: 'exiting_like_libtest',
    what: 'a test that exits with the status of a failure, which tells no verdict',
    crate: wrong({ exits: 'std::process::exit(101);' }),
    target: 'test-wrong',
    shows: ['killed: wrong::exits', 'exit code 101'],
    executed: ['exiting_like_libtest/wrong::exits'],
    rightRuns: true,
    fix: mend('std::process::exit(101);'),
  },
  {
    name: 'forging',
    what: 'a failing test that writes a passed verdict and a result to standard output',
    crate: wrong({
      forges: `use std::io::Write;
        let mut out = std::io::stdout().lock();
        writeln!(out, "test wrong::forges ... ok\\n\\ntest result: ok. 1 passed; 0 failed").unwrap();
        panic!("nothing of that is true");`,
    }),
    target: 'test-wrong',
    shows: ['wrong: 1 failed', 'failed: wrong::forges', 'nothing of that is true'],
    executed: ['forging/wrong::forges'],
    rightRuns: true,
    fix: mend('panic!("nothing of that is true");'),
  },
  {
    name: 'forging_and_exiting',
    what: 'a test that writes passed verdicts for all and exits with status 0',
    crate: wrong({
      a_forges: `use std::io::Write;
        let mut out = std::io::stdout().lock();
        writeln!(out, "test wrong::a_forges ... ok\\ntest wrong::b_fails ... ok").unwrap();
        std::process::exit(0);`,
      b_fails:
        'std::thread::sleep(std::time::Duration::from_secs(2));\n        panic!("never seen");',
    }),
    target: 'test-wrong',
    shows: ['a_forges', 'b_fails', 'exit code 0'],
    hides: [/\d passed/],
    executed: ['a_forges', 'b_fails'].map((name) => `forging_and_exiting/wrong::${name}`),
    rightRuns: true,
    fix: {
      file: 'src/lib.rs',
      find: `std::process::exit(0);
    }

    #[test]
    fn b_fails() {
        std::thread::sleep(std::time::Duration::from_secs(2));
        panic!("never seen");`,
      replace: '}\n\n    #[test]\n    fn b_fails() {',
    },
  },
  {
    name: 'silent',
    what: 'a binary that ends well before it lists its tests',
    crate: {
      files: {
        'src/lib.rs': `#[cfg(test)]
mod wrong {
    #[used]
    #[link_section = ".init_array"]
    static EARLY: extern "C" fn() = early;

    extern "C" fn early() {
        std::process::exit(0);
    }

    #[test]
    fn is_there() {}
}
#[cfg(test)]
${RIGHT}`,
      },
    },
    target: 'build-tests',
    shows: ['source shows tests for lib::', 'lists none of them'],
    executed: [],
    rightRuns: false,
    fix: mend('std::process::exit(0);'),
  },
  {
    name: 'swallowing',
    what: 'a target runner that swallows what it should run',
    crate: {
      files: {
        'src/lib.rs': `#[cfg(test)]\nmod wrong {\n    #[test]\n    fn is_there() {}\n}\n#[cfg(test)]\n${RIGHT}`,
        '.cargo/config.toml': `[target.'cfg(all())']\nrunner = ["true"]\n`,
      },
    },
    target: 'build-tests',
    shows: ['source shows tests for lib::', 'lists none of them'],
    executed: [],
    rightRuns: false,
    fix: { file: '.cargo/config.toml', find: 'runner = ["true"]', replace: '' },
  },
  {
    name: 'noisy',
    what: 'a target runner that writes lines of its own',
    crate: {
      files: {
        'src/lib.rs': `#[cfg(test)]\nmod wrong {\n    #[test]\n    fn is_there() {}\n}\n#[cfg(test)]\n${RIGHT}`,
        '.cargo/config.toml': `[target.'cfg(all())']\nrunner = ["sh", "-c", 'echo starting; exec "$0" "$@"']\n`,
      },
    },
    target: 'build-tests',
    shows: ['LISTING_FAILED', 'wrote a line that is no listing of a test: "starting"'],
    executed: [],
    rightRuns: false,
    fix: {
      file: '.cargo/config.toml',
      find: `runner = ["sh", "-c", 'echo starting; exec "$0" "$@"']`,
      replace: '',
    },
  },
  {
    name: 'unharnessed',
    what: 'a test without harness that ends with a status of its own',
    crate: {
      manifest: '[lib]\ntest = false\n[[test]]\nname = "own_main"\nharness = false\n',
      files: {
        'src/lib.rs': '',
        'tests/own_main.rs': 'fn main() {\n    println!("ok");\n    std::process::exit(3);\n}\n',
      },
    },
    target: 'test-own_main',
    shows: ['failed: own_main', 'exit code 3'],
    executed: ['own_main'],
    rightRuns: false,
    fix: { file: 'tests/own_main.rs', find: 'std::process::exit(3);', replace: '' },
  },
  {
    name: 'hanging',
    what: 'a test that never ends, and what it has started',
    crate: wrong({
      a_passes: '',
      b_hangs: `let child = std::process::Command::new("sleep").arg("3600").spawn().unwrap();
        std::fs::write("started.pid", child.id().to_string()).unwrap();
        loop { std::thread::park(); }`,
      c_passes: '',
    }),
    target: 'test-wrong',
    shows: ['killed: wrong::b_hangs', `ran for more than ${KILL_AFTER_SECONDS} s`, /[12] passed/],
    executed: ['a_passes', 'b_hangs', 'c_passes'].map((name) => `hanging/wrong::${name}`),
    rightRuns: true,
    fix: mend(
      'loop { std::thread::park(); }',
      'let mut child = child;\n        child.kill().unwrap();\n        child.wait().unwrap();',
    ),
  },
];
