import type { ChangingCrate } from './changing-crate';
import { moduleOf } from './rust-module';

const DOUBLED = 'assert_eq!(crate::twice(2), 4);';

/** Modules and integration tests that come and go. */
export const MODULE_CRATE: ChangingCrate = {
  name: 'growing',
  crate: {
    files: {
      'src/lib.rs': [
        'mod filed;\n\npub fn twice(n: u64) -> u64 {\n    n * 2\n}\n',
        moduleOf('inline', DOUBLED),
        moduleOf('steady', 'assert!(std::hint::black_box(2) > 1);'),
      ].join(''),
      'src/filed.rs': moduleOf('tests', DOUBLED),
      'tests/outside.rs': '#[test]\nfn holds() {\n    assert_eq!(growing::twice(4), 8);\n}\n',
    },
  },
  tests: ['filed::tests::holds', 'inline::holds', 'outside/holds', 'steady::holds'],
  changes: [
    {
      name: 'a new module in a file of its own',
      edits: [{ file: 'src/lib.rs', find: 'mod filed;\n', replace: 'mod added;\nmod filed;\n' }],
      files: { 'src/added.rs': moduleOf('tests', DOUBLED) },
      executed: ['added::tests::holds'],
    },
    {
      name: 'a new module whose test fails',
      edits: [{ file: 'src/lib.rs', find: 'mod filed;\n', replace: 'mod added;\nmod filed;\n' }],
      files: { 'src/added.rs': moduleOf('tests', 'assert_eq!(crate::twice(2), 5);') },
      executed: ['added::tests::holds'],
      fails: ['added::tests::holds'],
    },
    {
      name: 'a removed module',
      edits: [{ file: 'src/lib.rs', find: 'mod filed;\n', replace: '' }],
      files: { 'src/filed.rs': undefined },
      executed: [],
    },
    {
      name: 'a renamed module',
      edits: [{ file: 'src/lib.rs', find: 'mod inline', replace: 'mod within' }],
      executed: ['within::holds'],
    },
    {
      name: 'a new integration test',
      files: { 'tests/further.rs': '#[test]\nfn holds() {\n    growing::twice(1);\n}\n' },
      executed: ['further/holds'],
    },
    {
      name: 'a removed integration test',
      files: { 'tests/outside.rs': undefined },
      executed: [],
    },
    {
      name: 'a new module, and a change to what another tests',
      edits: [
        { file: 'src/lib.rs', find: 'mod filed;\n', replace: 'mod filed;\nmod newer;\n' },
        { file: 'src/lib.rs', find: 'black_box(2) > 1', replace: 'black_box(2) > 3' },
      ],
      files: { 'src/newer.rs': moduleOf('tests', DOUBLED) },
      executed: ['newer::tests::holds', 'steady::holds'],
      fails: ['steady::holds'],
    },
  ],
};
