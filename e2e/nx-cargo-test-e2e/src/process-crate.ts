import type { ChangingCrate } from './changing-crate';
import { moduleOf } from './rust-module';

/** A program that an integration test starts: its code is in another process than the test's. */
export const PROCESS_CRATE: ChangingCrate = {
  name: 'starting',
  crate: {
    files: {
      'src/lib.rs': [
        'pub fn greeting() -> &\'static str {\n    "hello"\n}\n\npub fn idle() -> u32 {\n    1\n}\n',
        moduleOf('idles', 'assert!(crate::idle() > 0);'),
      ].join(''),
      'src/bin/greet.rs': `fn main() {
    print!("{}, {}", starting::greeting(), name());
}

fn name() -> &'static str {
    "world"
}
`,
      'tests/starts.rs': `use std::process::Command;

#[test]
fn holds() {
    let output = Command::new(env!("CARGO_BIN_EXE_greet")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "hello, world");
}
`,
      'tests/alone.rs': '#[test]\nfn holds() {\n    assert!(starting::idle() > 0);\n}\n',
    },
  },
  tests: ['alone/holds', 'idles::holds', 'starts/holds'],
  changes: [
    {
      name: 'a program that a test starts',
      edits: [{ file: 'src/bin/greet.rs', find: '"world"', replace: '"moon"' }],
      // Which integration test starts which program is in no object: all of the package's run.
      executed: ['alone/holds', 'starts/holds'],
      fails: ['starts/holds'],
    },
    {
      name: 'what such a program calls in the library',
      edits: [{ file: 'src/lib.rs', find: '"hello"', replace: '"good night"' }],
      executed: ['alone/holds', 'starts/holds'],
      fails: ['starts/holds'],
    },
    {
      name: 'a comment in such a program, and a function that it does not call',
      edits: [
        { file: 'src/bin/greet.rs', find: 'fn name', replace: '// A name.\nfn name' },
        { file: 'src/lib.rs', find: 'pub fn idle', replace: 'pub fn unused() {}\n\npub fn idle' },
      ],
      executed: [],
    },
  ],
};
