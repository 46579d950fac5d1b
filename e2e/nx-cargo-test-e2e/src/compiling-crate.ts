import type { ChangingCrate } from './changing-crate';
import { moduleOf } from './rust-module';

/** What the crate of this name does, with all that it needs. */
const TRYBUILD = `use std::process::Command;

/// Whether the compiler accepts a source below the package's folder.
pub fn accepts(source: &str) -> bool {
    let folder = std::env::temp_dir().join(format!("accepts-{}", std::process::id()));
    let status = Command::new("rustc")
        .args(["--crate-type=lib", "--emit=metadata", "--out-dir"])
        .arg(&folder)
        .arg(source)
        .status()
        .unwrap();
    let _ = std::fs::remove_dir_all(folder);
    status.success()
}
`;

/** A test that has sources compiled while it runs: what it judges is in no object. */
export const COMPILING_CRATE: ChangingCrate = {
  name: 'compiling',
  crate: {
    manifest: '\n[dev-dependencies]\ntrybuild = { path = "trybuild" }\n',
    files: {
      'trybuild/Cargo.toml':
        '[package]\nname = "trybuild"\nversion = "0.1.0"\nedition = "2021"\n\n[workspace]\n',
      'trybuild/src/lib.rs': TRYBUILD,
      'src/lib.rs': ['pub mod limit;\n\n', moduleOf('plain', 'assert_eq!(2 + 2, 4);')].join(''),
      'src/limit.rs': 'pub const LIMIT: u32 = 3;\n',
      'cases/fits.rs':
        '#[path = "../src/limit.rs"]\nmod limit;\n\nconst _: () = assert!(limit::LIMIT < 5);\n',
      'tests/judges.rs':
        '#[test]\nfn holds() {\n    assert!(trybuild::accepts("cases/fits.rs"));\n}\n',
      'tests/unjudged.rs':
        '#[test]\nfn holds() {\n    assert!(std::env::var("NO_SUCH").is_err());\n}\n',
    },
  },
  tests: ['judges/holds', 'plain::holds', 'unjudged/holds'],
  changes: [
    {
      name: 'a source of the library, which the case includes',
      edits: [{ file: 'src/limit.rs', find: 'u32 = 3', replace: 'u32 = 7' }],
      executed: ['judges/holds'],
      fails: ['judges/holds'],
    },
    {
      name: 'a case in a folder of which nothing is known',
      edits: [{ file: 'cases/fits.rs', find: '5', replace: '2' }],
      executed: ['judges/holds'],
      fails: ['judges/holds'],
    },
  ],
};
