import type { ChangingCrate } from './changing-crate';
import { moduleOf } from './rust-module';

/** Lines that tests read. Each module of `places.rs` has seven lines, of which the fifth is the body of its test. */
export const LINE_CRATE: ChangingCrate = {
  name: 'tracking',
  crate: {
    files: {
      'src/lib.rs': `mod places;

#[track_caller]
pub fn line_here() -> u32 {
    std::panic::Location::caller().line()
}

#[track_caller]
pub fn required(value: Option<u64>) -> u64 {
    value.expect("there is one")
}
`,
      'src/places.rs': [
        moduleOf('called', 'assert_eq!(crate::line_here(), 5);'),
        moduleOf(
          'caught',
          'assert!(std::panic::catch_unwind(|| crate::required(std::hint::black_box(None))).is_err());',
        ),
        moduleOf('given', 'assert_eq!(crate::required(std::hint::black_box(Some(3))), 3);'),
        moduleOf('spelled_out', 'assert_eq!(line!(), 26);'),
        moduleOf('compared', 'assert_eq!(crate::line_here(), crate::line_here());'),
      ].join(''),
    },
  },
  tests: ['called', 'caught', 'compared', 'given', 'spelled_out'].map(
    (module) => `places::${module}::holds`,
  ),
  changes: [
    {
      name: 'a line above tests that read lines',
      edits: [
        {
          file: 'src/places.rs',
          find: '#[cfg(test)]\nmod called',
          replace: '// A comment.\n#[cfg(test)]\nmod called',
        },
      ],
      executed: ['places::called::holds', 'places::compared::holds', 'places::spelled_out::holds'],
      fails: ['places::called::holds', 'places::spelled_out::holds'],
    },
    {
      name: 'lines below one of them',
      edits: [
        {
          file: 'src/places.rs',
          find: '#[cfg(test)]\nmod caught',
          replace: '// A comment\n// of two lines.\n#[cfg(test)]\nmod caught',
        },
      ],
      executed: ['places::compared::holds', 'places::spelled_out::holds'],
      fails: ['places::spelled_out::holds'],
    },
    {
      name: 'a line below all of them, and one above what they call',
      edits: [
        {
          file: 'src/places.rs',
          find: 'assert_eq!(crate::line_here(), crate::line_here());\n    }\n}\n',
          replace: 'assert_eq!(crate::line_here(), crate::line_here());\n    }\n}\n// A comment.\n',
        },
        { file: 'src/lib.rs', find: 'mod places;\n', replace: 'mod places;\n\n// A comment.\n' },
      ],
      executed: [],
    },
  ],
};
