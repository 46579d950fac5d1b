import type { ProgramAnswer } from './program-answer';
import { checkRust, type RustFacts } from './rust-checks';
import { findingOf, short } from './test-support/findings';

const says = (stdout: string): ProgramAnswer => ({ type: 'answered', stdout: `${stdout}\n` });
const missing: ProgramAnswer = { type: 'missing' };

/** As the programs of a toolchain with the default components answered. */
const whole: RustFacts = {
  folder: '/crate',
  cargo: says('cargo 1.95.0 (f2d3ce0bd 2026-03-21)'),
  rustc: says('rustc 1.95.0 (59807616e 2026-04-14)'),
  rustup: says('rustup 1.29.0 (28d1352db 2026-03-05)'),
  linker: {
    program: 'cc',
    isConfigured: false,
    answer: says('cc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright'),
  },
  rustfmt: says('rustfmt 1.9.0-stable (59807616e1 2026-04-14)'),
  clippy: says('clippy 0.1.95 (59807616e1 2026-04-14)'),
  miri: {
    type: 'failed',
    text: "error: 'cargo-miri' is not installed for the toolchain 'stable-x86_64-unknown-linux-gnu'.",
  },
  llvmCov: { type: 'failed', text: 'error: no such command: `llvm-cov`' },
};

test('a toolchain is fine without what few people have', () => {
  expect(short(checkRust(whole))).toEqual([
    'cargo ok',
    'rustc ok',
    'linker ok',
    'rustfmt ok',
    'clippy ok',
    'miri skipped',
    'llvm-cov skipped',
  ]);
  expect(findingOf(checkRust(whole), 'linker').found).toBe(
    "cc (rustc's own choice): cc (Debian 12.2.0-14+deb12u1) 12.2.0",
  );
});

test('without cargo nothing is said of its components', () => {
  const findings = checkRust({ ...whole, cargo: missing, rustfmt: missing, clippy: missing });
  expect(short(findings).slice(0, 5)).toEqual([
    'cargo problem',
    'rustc ok',
    'linker ok',
    'rustfmt skipped',
    'clippy skipped',
  ]);
  expect(findings[0]!.mend).toContain('export PATH="$HOME/.cargo/bin:$PATH"');
});

test('a toolchain that a folder asks for is named as rustup does', () => {
  const text =
    "error: toolchain '1.60.0-x86_64-unknown-linux-gnu' is not installed\nhelp: run `rustup toolchain install` to install it";
  const findings = checkRust({ ...whole, cargo: { type: 'failed', text } });
  expect(findings[0]).toMatchObject({
    severity: 'problem',
    found: "error: toolchain '1.60.0-x86_64-unknown-linux-gnu' is not installed",
    mend: ['rustup toolchain install'],
  });
});

test('a component is added by rustup where there is one', () => {
  const clippy: ProgramAnswer = { type: 'failed', text: "error: 'cargo-clippy' is not installed" };
  expect(findingOf(checkRust({ ...whole, clippy }), 'clippy')).toMatchObject({
    severity: 'hint',
    mend: ['rustup component add clippy'],
    fix: { type: 'run', command: ['rustup', 'component', 'add', 'clippy'], folder: '/crate' },
  });
  const finding = findingOf(checkRust({ ...whole, clippy, rustup: missing }), 'clippy');
  expect(finding.fix).toBeUndefined();
});

test('a linker is looked for as it is configured', () => {
  const linker = { program: 'clang-99', isConfigured: true, answer: missing };
  expect(findingOf(checkRust({ ...whole, linker }), 'linker')).toMatchObject({
    severity: 'problem',
    found: "clang-99 (cargo's configuration names it): not found in the PATH",
  });
  const trouble = '/crate/.cargo/config.toml is not TOML';
  const broken = checkRust({ ...whole, linker: { ...whole.linker, trouble } });
  expect(findingOf(broken, 'linker').found).toContain(trouble);
});

test('a linker that starts and cannot link is told in its own words', () => {
  const text = [
    'error: linking with `cc` failed: exit status: 1',
    '  |',
    '  = note:  "cc" "-m64" "/tmp/symbols.o"',
    '  = note: some arguments are omitted. use `--verbose` to show all linker arguments',
    '  = note: cc: cannot find Scrt1.o: No such file',
    '',
    'error: could not compile `trial` (bin "trial") due to 1 previous error',
  ].join('\n');
  const tried = (trial: ProgramAnswer) =>
    findingOf(checkRust({ ...whole, linker: { ...whole.linker, trial } }), 'linker');
  expect(tried({ type: 'failed', text })).toMatchObject({
    severity: 'problem',
    found: expect.stringMatching(
      /^cc \(rustc's own choice\) starts, and .*: cc: cannot find Scrt1/,
    ),
  });
  expect(tried({ type: 'failed', text: "error[E0463]: can't find crate for `std`" })).toMatchObject(
    {
      severity: 'problem',
      found: expect.stringContaining("can't find crate for `std`"),
    },
  );
  expect(tried(says(''))).toMatchObject({
    severity: 'ok',
    found: expect.stringContaining('was linked'),
  });
});

test('what does not end is told as such', () => {
  const rustc: ProgramAnswer = { type: 'late', seconds: 10, stdout: '' };
  expect(findingOf(checkRust({ ...whole, rustc }), 'rustc')).toMatchObject({
    severity: 'problem',
    found: 'gave no answer within 10 s',
  });
});

test('where a guest builds, what is missing here is a hint', () => {
  const findings = checkRust({ ...whole, cargo: missing, rustc: missing }, true);
  expect(findingOf(findings, 'cargo')).toMatchObject({
    severity: 'hint',
    why: expect.stringContaining('built in the guest'),
  });
  expect(findings.map(({ severity }) => severity)).not.toContain('problem');
});
