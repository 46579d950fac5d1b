import type { Diagnosis } from './diagnosis';
import { reportAsText } from './report-text';

const diagnosis: Diagnosis = {
  groups: [
    {
      title: 'Rust',
      findings: [
        { check: 'rustc', severity: 'ok', found: 'rustc 1.95.0' },
        {
          check: 'linker',
          about: 'here',
          severity: 'problem',
          found: `\u001b[31mcc\u001b[0m: ${'not found in the PATH '.repeat(4)}`,
          wanted: 'cc in the PATH',
          why: 'rustc links test binaries by it.',
          mend: [`sudo apt-get install ${'gcc '.repeat(20)}`.trim(), '# or another one'],
        },
      ],
    },
    { title: 'Lima', findings: [] },
  ],
  fixes: [{ check: 'clippy', what: 'rustup component add clippy', outcome: 'mended' }],
};

test('a report fits a terminal of 80 columns, and breaks no command', () => {
  expect(reportAsText(diagnosis, false)).toBe(`Rust
ok       rustc   rustc 1.95.0
problem  linker  here: cc: not found in the PATH not found in the PATH not found
                 in the PATH not found in the PATH
         wanted  cc in the PATH
         why     rustc links test binaries by it.
         mend    sudo apt-get install ${'gcc '.repeat(20).trim()}
                 # or another one

Fixes
clippy: rustup component add clippy: mended

1 ok, 0 skipped, 0 hints, 1 problem
`);
});

test('colours are put around severities', () => {
  expect(reportAsText(diagnosis, true)).toContain('\u001b[31mproblem  \u001b[39mlinker');
});
