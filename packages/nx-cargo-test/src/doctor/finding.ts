/**
 * How much a finding matters: `problem` keeps tests from running, `hint` does not,
 * `skipped` was not looked at, or nobody needs it here.
 */
export const SEVERITIES = ['ok', 'skipped', 'hint', 'problem'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Every check; docs/doctor.md has a section for each. */
export const CHECKS = [
  ...(['runner', 'host', 'kernel', 'io-uring', 'nofile', 'memlock', 'nproc'] as const),
  ...(['address-space', 'file-max', 'memory', 'one-process', 'disk'] as const),
  ...(['cargo', 'rustc', 'linker', 'rustfmt', 'clippy', 'miri', 'llvm-cov'] as const),
  ...([
    'limactl',
    'lima-instance',
    'guest-shell',
    'guest-nofile',
    'guest-tools',
    'guest-sources',
  ] as const),
  ...(['node', 'nx-workspace', 'nx', 'plugin-options', 'target-defaults'] as const),
  ...(['cache', 'cache-failures', 'cache-use', 'remote-cache'] as const),
  ...(['git', 'cargo-workspace', 'cargo-lock', 'target-ignored', 'doctor'] as const),
] as const;
export type CheckName = (typeof CHECKS)[number];

/** What one check found. */
export interface Finding {
  readonly check: CheckName;
  /** What was looked at, where there are several: a guest, a Cargo workspace. */
  readonly about?: string;
  readonly severity: Severity;
  readonly found: string;
  /** Absent where everything is as it should be. */
  readonly wanted?: string;
  readonly why?: string;
  /** What mends it, as lines for a shell: what is no command is a comment. */
  readonly mend?: readonly string[];
  /** What `--fix` does about it; only where that is safe and stays on this machine. */
  readonly fix?: Fix;
}

/** A change that `--fix` makes. */
export type Fix =
  | {
      readonly type: 'run';
      readonly command: readonly string[];
      /** Absolute path. */
      readonly folder: string;
    }
  | {
      readonly type: 'appendLine';
      /** Absolute path; made if it is not there. */
      readonly file: string;
      readonly line: string;
    };

/** Findings that belong together. */
export interface FindingGroup {
  readonly title: string;
  readonly findings: readonly Finding[];
}
