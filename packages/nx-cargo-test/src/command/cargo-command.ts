/** Targets that run one command of cargo, by the names that they have unless they are renamed. */
export const CARGO_COMMANDS = [
  ...(['build', 'lint', 'fmt', 'fmt-check'] as const),
  ...(['bench', 'doc', 'miri', 'coverage'] as const),
] as const;
export type CargoCommand = (typeof CARGO_COMMANDS)[number];

/** What cargo needs for a command besides itself. */
export interface CargoTool {
  /** For messages: `cargo clippy`. */
  readonly name: string;
  /** Arguments with which cargo shows the tool's version, if it is there. */
  readonly probe: readonly string[];
  /** A component of rustup's toolchains, or a crate with a program for cargo. */
  readonly from:
    | { readonly kind: 'component'; readonly component: string }
    | { readonly kind: 'crate'; readonly crate: string };
}

/** What is particular to a command. */
export interface CommandFacts {
  /** Arguments of cargo, before those that select what it is about. */
  readonly words: readonly string[];
  /** Whether it compiles the crate; one that does not takes neither features nor a profile, and runs on every host; one that does runs where tests are compiled. */
  readonly compiles: boolean;
  /** Whether it also runs code of the crate, which gets what its tests get. Default: false. */
  readonly runsCode?: boolean;
  /** What it needs besides cargo; absent if cargo alone is enough. */
  readonly tool?: CargoTool;
}

/** The facts of each command. */
export const COMMANDS: Readonly<Record<CargoCommand, CommandFacts>> = {
  build: { words: ['build'], compiles: true },
  lint: {
    // Dependencies in the workspace are projects of their own, with a lint of their own.
    words: ['clippy', '--all-targets', '--no-deps'],
    compiles: true,
    tool: component('clippy', 'clippy'),
  },
  fmt: { words: ['fmt'], compiles: false, tool: component('fmt', 'rustfmt') },
  'fmt-check': {
    words: ['fmt', '--check'],
    compiles: false,
    tool: component('fmt', 'rustfmt'),
  },
  bench: { words: ['bench'], compiles: true, runsCode: true },
  doc: { words: ['doc', '--no-deps'], compiles: true },
  miri: {
    words: ['miri', 'test'],
    compiles: true,
    runsCode: true,
    tool: component('miri', 'miri'),
  },
  coverage: {
    words: ['llvm-cov'],
    compiles: true,
    runsCode: true,
    tool: {
      name: 'cargo llvm-cov',
      probe: ['llvm-cov', '--version'],
      from: { kind: 'crate', crate: 'cargo-llvm-cov' },
    },
  },
};

/** Miri is a component of nightly toolchains only. */
export const MIRI_TOOLCHAIN = 'nightly';

function component(subcommand: string, name: string): CargoTool {
  return {
    name: `cargo ${subcommand}`,
    probe: [subcommand, '--version'],
    from: { kind: 'component', component: name },
  };
}
