import type { ChangingCrate } from './changing-crate';
import { moduleOf } from './rust-module';

const MANIFESTED_TESTS = ['overflowing', 'plain', 'version', 'version_at_run_time', 'width'].map(
  (module) => `${module}::holds`,
);

/** What a Cargo.toml says of a package: version, features, profile. */
export const MANIFEST_CRATE: ChangingCrate = {
  name: 'manifested',
  crate: {
    manifest: '[features]\ndefault = []\nwide = []\n',
    files: {
      'src/lib.rs': [
        'pub fn width() -> u32 {\n    if cfg!(feature = "wide") { 64 } else { 32 }\n}\n\npub fn sum(values: &[u8]) -> u8 {\n    values.iter().sum()\n}\n',
        moduleOf('version', 'assert_eq!(env!("CARGO_PKG_VERSION"), "0.1.0");'),
        moduleOf(
          'version_at_run_time',
          'assert_eq!(std::env::var("CARGO_PKG_VERSION").as_deref(), Ok("0.1.0"));',
        ),
        moduleOf('width', 'assert_eq!(crate::width(), 32);'),
        moduleOf(
          'overflowing',
          'assert!(std::panic::catch_unwind(|| crate::sum(&[200, 100])).is_err());',
        ),
        moduleOf('plain', 'assert_eq!(crate::sum(&[1, 2]), 3);'),
      ].join(''),
    },
  },
  tests: MANIFESTED_TESTS,
  changes: [
    {
      name: 'the version',
      edits: [
        { file: 'Cargo.toml', find: 'version = "0.1.0"', replace: 'version = "0.1.1"' },
        { file: 'Cargo.lock', find: 'version = "0.1.0"', replace: 'version = "0.1.1"' },
      ],
      executed: ['version::holds', 'version_at_run_time::holds'],
      // Cargo gives the version to running tests as well, and which of them read it there is in no object.
      alsoAllowed: 'any',
      fails: ['version::holds', 'version_at_run_time::holds'],
    },
    {
      name: 'a default feature',
      edits: [{ file: 'Cargo.toml', find: 'default = []', replace: 'default = ["wide"]' }],
      executed: ['width::holds'],
      fails: ['width::holds'],
    },
    {
      name: 'the profile of tests',
      edits: [
        {
          file: 'Cargo.toml',
          find: '[features]',
          replace: '[profile.test]\nopt-level = 2\noverflow-checks = false\n\n[features]',
        },
      ],
      executed: MANIFESTED_TESTS,
      fails: ['overflowing::holds'],
    },
    {
      name: 'a feature that is not on, and a comment',
      edits: [
        { file: 'Cargo.toml', find: 'wide = []', replace: '# Not on.\nnarrow = []\nwide = []' },
      ],
      executed: [],
    },
  ],
};
