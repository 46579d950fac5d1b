import type { ChangingCrate } from './changing-crate';
import { moduleOf } from './rust-module';

/** Closures, which the compiler counts in each function. */
export const CLOSURE_CRATE: ChangingCrate = {
  name: 'closing',
  crate: {
    files: {
      'src/lib.rs': [
        `pub fn tens(values: &[u64]) -> Vec<u64> {
    values.iter().filter(|value| **value < 10).map(|value| value * 10).collect()
}

pub fn hundreds(values: &[u64]) -> Vec<u64> {
    values.iter().filter(|value| **value < 10).map(|value| value * 100).collect()
}

pub fn apply(n: u64, operation: impl Fn(u64) -> u64) -> u64 {
    operation(n)
}

pub fn boxed(factor: u64) -> Vec<Box<dyn Fn(u64) -> u64>> {
    vec![Box::new(move |n| n * factor), Box::new(move |n| n + factor)]
}

pub static OPERATIONS: &[fn(u64) -> u64] = &[|n| n + 1, |n| n * 2];
`,
        moduleOf('in_tens', 'assert_eq!(crate::tens(&[0, 1, 12]), [0, 10]);'),
        moduleOf('in_hundreds', 'assert_eq!(crate::hundreds(&[0, 1, 12]), [0, 100]);'),
        moduleOf(
          'applied',
          'assert_eq!(crate::apply(std::hint::black_box(1), |n| n + 5), 6);\n        assert_eq!(crate::apply(1, |n| n + 6), 7);',
        ),
        moduleOf('also_applied', 'assert_eq!(crate::apply(1, |n| n + 7), 8);'),
        moduleOf('in_boxes', 'assert_eq!(crate::boxed(3).iter().map(|f| f(5)).sum::<u64>(), 23);'),
        moduleOf('in_a_static', 'assert_eq!(crate::OPERATIONS[0](7), 8);'),
      ].join(''),
    },
  },
  tests: ['also_applied', 'applied', 'in_a_static', 'in_boxes', 'in_hundreds', 'in_tens'].map(
    (module) => `${module}::holds`,
  ),
  changes: [
    {
      name: 'a closure before others of a function',
      edits: [
        {
          file: 'src/lib.rs',
          find: '.map(|value| value * 10)',
          replace: '.filter(|value| **value > 0).map(|value| value * 10)',
        },
      ],
      executed: ['in_tens::holds'],
      fails: ['in_tens::holds'],
    },
    {
      name: 'a closure before others of a test',
      edits: [
        {
          file: 'src/lib.rs',
          find: 'assert_eq!(crate::apply(std::hint::black_box(1), |n| n + 5), 6);',
          replace:
            'assert_eq!(crate::apply(2, |n| n + 4), 6);\n        assert_eq!(crate::apply(std::hint::black_box(1), |n| n + 5), 6);',
        },
      ],
      executed: ['applied::holds'],
    },
    {
      name: 'a closure before others of a function, which nothing calls',
      edits: [
        {
          file: 'src/lib.rs',
          find: 'vec![Box::new',
          replace: 'let _uncalled = |n: u64| n + factor;\n    vec![Box::new',
        },
      ],
      // That it stands there, with what it captures, is code of the function.
      executed: ['in_boxes::holds'],
    },
    {
      name: 'a boxed closure before others',
      edits: [
        {
          file: 'src/lib.rs',
          find: 'vec![Box::new',
          replace: 'vec![Box::new(|_| 1), Box::new',
        },
      ],
      executed: ['in_boxes::holds'],
      fails: ['in_boxes::holds'],
    },
    {
      name: 'a closure before others in a static',
      edits: [{ file: 'src/lib.rs', find: '&[|n| n + 1', replace: '&[|n| n + 9, |n| n + 1' }],
      executed: ['in_a_static::holds'],
      fails: ['in_a_static::holds'],
    },
  ],
};
