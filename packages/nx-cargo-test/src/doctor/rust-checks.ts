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
    /** How cargo's build of a program of one line ended; absent if it was not tried. */
    readonly trial?: ProgramAnswer;
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

/** Whether a linker could be started; some know no `--version`. */
export function startsAtAll({ trouble, answer }: RustFacts['linker']): boolean {
  return trouble === undefined && (answer.type === 'answered' || answer.type === 'failed');
}

function linker({ linker: facts }: RustFacts): Finding {
  const { program: name, isConfigured, trouble, answer, trial } = facts;
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
  const why =
    'rustc links test binaries by it, and nx-cargo-test reads fingerprints from what is linked.';
  if (startsAtAll(facts)) {
    if (trial !== undefined && trial.type !== 'answered') {
      return {
        ...{ check, severity: 'problem', why },
        found: `${name} (${who}) starts, and a program of one line could not be built: ${ofLinker(trial)}`,
        wanted: 'a linker that links',
        mend: [
          ...INSTALL_LINKER,
          '# or mend what it says, or correct "linker" and "rustflags" in .cargo/config.toml, and RUSTFLAGS',
        ],
      };
    }
    const version = firstLine(answer);
    const linked = trial === undefined ? '' : '; a program of one line was linked';
    return {
      ...{ check, severity: 'ok' },
      found: `${name} (${who})${version && `: ${version}`}${linked}`,
    };
  }
  return {
    ...{ check, severity: 'problem', why },
    found: `${name} (${who}): ${answer.type === 'answered' ? '' : describeTrouble(answer)}`,
    wanted: `${name} in the PATH`,
    mend: isConfigured
      ? [`# install ${name}, or correct "linker" in .cargo/config.toml`]
      : INSTALL_LINKER,
  };
}

/** With what every program is linked to. */
const INSTALL_LINKER = [
  'sudo apt-get install gcc libc6-dev # Debian, Ubuntu',
  'sudo dnf install gcc glibc-devel # Fedora',
  'xcode-select --install # macOS',
];

/** The linker's own words, which rustc shows as the last of its notes. */
function ofLinker(trial: Exclude<ProgramAnswer, { type: 'answered' }>): string {
  const notes =
    trial.type === 'failed' ? [...trial.text.matchAll(/^ *= note: (?! *")(.*)$/gm)] : [];
  const words = notes.at(-1)?.[1]?.trim() ?? '';
  return words === '' ? describeTrouble(trial) : words;
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
