import type { CheckName, Finding } from './finding';
import { describeTrouble, firstLine, type ProgramAnswer } from './program-answer';

/** What programs of the Rust toolchain answered when they were asked for their version. */
export interface RustFacts {
  /** Absolute folder in which they were asked: a toolchain may be chosen by folder. */
  readonly folder: string;
  readonly cargo: ProgramAnswer;
  readonly rustc: ProgramAnswer;
  readonly rustup: ProgramAnswer;
  readonly linker: {
    /** Name or path. */
    readonly program: string;
    /** Cargo's configuration names it. */
    readonly isConfigured: boolean;
    /** Why the configuration could not be read. */
    readonly trouble?: string;
    readonly answer: ProgramAnswer;
  };
  readonly rustfmt: ProgramAnswer;
  readonly clippy: ProgramAnswer;
  readonly miri: ProgramAnswer;
  readonly llvmCov: ProgramAnswer;
}

/**
 * Judges the Rust toolchain of the host, which builds tests unless a guest does.
 *
 * @param isBuiltInGuest What is missing here then only makes targets less precise.
 */
export function checkRust(facts: RustFacts, isBuiltInGuest = false): Finding[] {
  const findings = rustFindings(facts);
  if (!isBuiltInGuest) return findings;
  return findings.map((finding): Finding =>
    finding.severity === 'problem'
      ? {
          ...finding,
          severity: 'hint',
          why: 'Tests are built in the guest. Without cargo here, targets are read from Cargo.toml files, which is less precise, and nothing is formatted.',
        }
      : finding,
  );
}

function rustFindings(facts: RustFacts): Finding[] {
  return [
    program('cargo', facts.cargo, 'Without it there are no targets, and nothing can be built.'),
    program('rustc', facts.rustc, 'It compiles the tests.'),
    linker(facts),
    component(facts, 'rustfmt', facts.rustfmt),
    component(facts, 'clippy', facts.clippy),
    extra('miri', facts.miri, 'rustup component add miri --toolchain nightly'),
    extra('llvm-cov', facts.llvmCov, 'cargo install cargo-llvm-cov --locked'),
  ];
}

const INSTALL_RUST = [
  '# install Rust from https://rustup.rs, or add its folder to the PATH:',
  'export PATH="$HOME/.cargo/bin:$PATH"',
  'npx nx reset # the daemon may have started with another PATH',
];

function program(check: CheckName, answer: ProgramAnswer, why: string): Finding {
  if (answer.type === 'answered') return { check, severity: 'ok', found: firstLine(answer) };
  return {
    check,
    severity: 'problem',
    found: describeTrouble(answer),
    wanted: `${check} in the PATH`,
    why,
    mend: answer.type === 'missing' ? INSTALL_RUST : mendsOf(answer),
  };
}

/** rustup says itself what to do about a toolchain that is not installed. */
function mendsOf(answer: ProgramAnswer): readonly string[] {
  if (answer.type !== 'failed') return ['# call it by hand to see what it waits for'];
  const advice = /`(rustup [^`]+)`/.exec(answer.text)?.[1];
  return [advice ?? '# mend what it says'];
}

function linker({ linker: { program: name, isConfigured, trouble, answer } }: RustFacts): Finding {
  const check = 'linker';
  const who = isConfigured ? "cargo's configuration names it" : "rustc's own choice";
  if (trouble !== undefined) {
    return {
      check,
      severity: 'problem',
      found: `which one is not known: ${trouble}`,
      wanted: 'a configuration that can be read',
      why: 'Cargo cannot read it either.',
      mend: ['# correct the file that is named'],
    };
  }
  // Some linkers know no --version; that they could be started is enough.
  if (answer.type === 'answered' || answer.type === 'failed') {
    const version = firstLine(answer);
    return { check, severity: 'ok', found: `${name} (${who})${version && `: ${version}`}` };
  }
  return {
    check,
    severity: 'problem',
    found: `${name} (${who}): ${describeTrouble(answer)}`,
    wanted: `${name} in the PATH`,
    why: 'rustc links test binaries by it, and nx-cargo-test reads fingerprints from what is linked.',
    mend: isConfigured
      ? [`# install ${name}, or correct "linker" in .cargo/config.toml`]
      : [
          'sudo apt-get install gcc # Debian, Ubuntu',
          'sudo dnf install gcc # Fedora',
          'xcode-select --install # macOS',
        ],
  };
}

function component(
  { folder, cargo, rustup }: RustFacts,
  name: 'rustfmt' | 'clippy',
  answer: ProgramAnswer,
): Finding {
  if (answer.type === 'answered') {
    return { check: name, severity: 'ok', found: firstLine(answer) };
  }
  if (cargo.type !== 'answered') {
    return { check: name, severity: 'skipped', found: 'not asked, as cargo does not answer' };
  }
  const command = ['rustup', 'component', 'add', name];
  const hasRustup = rustup.type === 'answered';
  return {
    check: name,
    severity: 'hint',
    found: describeTrouble(answer),
    wanted: `${name} for the toolchain of this folder`,
    why: `Tests run without it; ${name === 'rustfmt' ? 'formatting' : 'linting'} does not.`,
    mend: [
      hasRustup ? command.join(' ') : `# install ${name} from where this toolchain was installed`,
    ],
    ...(hasRustup ? { fix: { type: 'run', command, folder } } : {}),
  };
}

/** What few people have, and nothing here needs unless it's asked for. */
function extra(check: CheckName, answer: ProgramAnswer, command: string): Finding {
  if (answer.type === 'answered') return { check, severity: 'ok', found: firstLine(answer) };
  return {
    check,
    severity: 'skipped',
    found: `not installed, and only needed by those who use it: ${command}`,
  };
}
