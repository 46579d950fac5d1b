/**
 * The one model of what each change to the sample makes run: for every case the
 * tests whose compiled code, or declared data, it reaches, and with them those
 * of their module that share a static or thread-local of the crate with one.
 * These tests, and no others, must execute.
 */
export interface ChangeCase {
  readonly name: string;
  /** Files below `e2e/glommio`; each `find` stands there exactly once. */
  readonly edits: readonly {
    readonly file: string;
    readonly find: string;
    readonly replace: string;
  }[];
  /**
   * Tests as `BINARY/TEST`. `BINARY/MODULE`, without a trailing `test` or `tests`,
   * is every test of a module, `BINARY` alone of an integration test, `BINARY/*`
   * of all modules of a library.
   */
  readonly runs: readonly string[];
  /** `any`: others may run as well, since the compiler is free to emit other code for them. */
  readonly alsoAllowed?: 'any';
  /** Environment of the Nx command. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** All tests of the module `executor` but one share the thread-local `CURRENT`, which spawning needs. */
const EXECUTOR_TESTS = [
  'a_dropped_handle_cancels_its_task',
  'detached_tasks_are_dropped_with_their_executor',
  'spawning_outside_an_executor_panics',
  'tasks_run_in_the_order_of_their_spawning',
  'threads_stay_on_their_cpus',
  'yielding_lets_others_run',
].map((test) => `glommio/executor::tests::${test}`);

export const CHANGE_CASES: readonly ChangeCase[] = [
  {
    name: 'a comment at the top of a file that every executor uses',
    edits: [
      {
        file: 'src/sys.rs',
        find: '//! The ring: submits',
        replace: '//! A comment.\n//!\n//! The ring: submits',
      },
    ],
    runs: [],
  },
  {
    name: 'one function of arena',
    edits: [
      {
        file: 'src/task/arena.rs',
        find: '        before - self.slots.len()\n',
        replace: '        before.saturating_sub(self.slots.len())\n',
      },
    ],
    runs: [
      'glommio/task::arena::tests::compacting_does_not_revive_stale_keys',
      'glommio/task::arena::tests::compacting_gives_up_free_slots_at_the_end',
    ],
  },
  {
    name: 'a test body',
    edits: [
      {
        file: 'src/task/arena.rs',
        find: '        let key = arena.insert(7);\n        assert_eq!(arena.remove(key), Some(7));',
        replace:
          '        let key = arena.insert(8);\n        assert_eq!(arena.remove(key), Some(8));',
      },
    ],
    runs: ['glommio/task::arena::tests::a_value_is_taken_once'],
  },
  {
    name: 'the helper crate',
    edits: [
      {
        file: 'histogram/src/lib.rs',
        find: '        self.counts[bucket(value)] += 1;',
        replace:
          '        let count = &mut self.counts[bucket(value)];\n        *count = count.saturating_add(1);',
      },
    ],
    runs: [
      'glommio/executor::observe',
      'histogram/tests::counts_every_value',
      'histogram/tests::merging_adds_counts',
      'histogram/tests::quantiles_are_upper_bounds_of_buckets',
    ],
  },
  {
    name: 'a trait impl that is reached only through dyn',
    edits: [
      {
        file: 'src/executor/stall.rs',
        find: 'self.stalls.set(self.stalls.get() + 1);',
        replace: 'self.stalls.set(self.stalls.get().saturating_add(1));',
      },
    ],
    runs: ['glommio/executor::stall'],
  },
  {
    name: 'a Drop impl',
    edits: [
      {
        file: 'src/io/buffer.rs',
        find: 'self.home.borrow_mut().push(std::mem::take(&mut self.bytes));',
        replace: 'self.home.borrow_mut().insert(0, std::mem::take(&mut self.bytes));',
      },
    ],
    runs: ['file_roundtrip', 'glommio/io::buffer', 'glommio/io::file'],
  },
  {
    name: 'a generic function',
    edits: [
      {
        file: 'src/task.rs',
        find: 'let mut values = Vec::with_capacity(tasks.len());',
        replace: 'let mut values = Vec::new();',
      },
    ],
    runs: [...EXECUTOR_TESTS, 'spawn_public'],
  },
  {
    name: 'a const',
    edits: [
      {
        file: 'src/io/names.rs',
        find: 'pub const MAX_NAME_BYTES: usize = 255;',
        replace: 'pub const MAX_NAME_BYTES: usize = 250;',
      },
    ],
    runs: ['glommio/io::file', 'glommio/io::names'],
  },
  {
    name: 'a const that tests made by a macro use',
    edits: [
      {
        file: 'src/placement.rs',
        find: 'pub const MAX_CPU: usize = 1023;',
        replace: 'pub const MAX_CPU: usize = 1022;',
      },
    ],
    runs: [...EXECUTOR_TESTS, 'glommio/placement'],
  },
  {
    name: 'data that include_str! reads',
    edits: [{ file: 'src/errno.txt', find: '28 ENOSPC\n', replace: '28 ENOSPC\n38 ENOSYS\n' }],
    runs: [
      'glommio/error::test::errno_name_is_looked_up',
      'glommio/error::test::unlisted_errno_has_no_name',
    ],
  },
  {
    name: 'the initial value of a static',
    edits: [
      {
        file: 'src/channels/shared_channel.rs',
        find: 'static NEXT_CHANNEL: AtomicUsize = AtomicUsize::new(1);',
        replace: 'static NEXT_CHANNEL: AtomicUsize = AtomicUsize::new(100);',
      },
    ],
    runs: ['glommio/channels::shared_channel', 'spawn_public'],
  },
  {
    name: 'a new test',
    edits: [
      {
        file: 'src/io/names.rs',
        find: '    #[test]\n    fn takes_every_number() {',
        replace:
          '    #[test]\n    fn takes_zero() {\n        assert_eq!(segment_name("wal", 0).unwrap(), "wal-0.log");\n    }\n\n    #[test]\n    fn takes_every_number() {',
      },
    ],
    runs: ['glommio/io::names::tests::takes_zero'],
  },
  {
    name: 'a deleted test',
    edits: [
      {
        file: 'src/io/names.rs',
        find: '    #[test]\n    fn joins_log_and_number() {\n        assert_eq!(segment_name("wal", 42).unwrap(), "wal-42.log");\n    }\n\n',
        replace: '',
      },
    ],
    runs: [],
  },
  {
    name: 'a Cargo.lock bump of a dependency',
    edits: [
      {
        file: 'Cargo.lock',
        find: 'version = "1.0.15"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "4a5f13b858c8d314ee3e8f639011f7ccefe71f97f96e50151fb991f267928e2c"',
        replace:
          'version = "1.0.17"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "92ecc6618181def0457392ccd0ee51198e065e016d1d527a7ac1b6dc7c1f09d2"',
      },
    ],
    runs: ['glommio/io::file', 'glommio/io::names'],
    // A dependency's build decides which instances of std's generics the crate
    // takes from it instead of making its own, and calls to those look different.
    alsoAllowed: 'any',
  },
  {
    name: 'RUSTFLAGS with a cfg that nothing asks for',
    edits: [],
    runs: [],
    environment: { RUSTFLAGS: '--cfg nothing_asks_for_this' },
  },
  {
    name: 'RUSTFLAGS with a cfg that a const asks for',
    edits: [
      {
        file: 'src/io/names.rs',
        find: 'pub const MAX_NAME_BYTES: usize = 255;',
        replace:
          '#[allow(unexpected_cfgs)]\npub const MAX_NAME_BYTES: usize = if cfg!(short_names) { 240 } else { 255 };',
      },
    ],
    runs: ['glommio/io::file', 'glommio/io::names'],
    environment: { RUSTFLAGS: '--cfg short_names' },
  },
  {
    name: 'a declared data file',
    edits: [{ file: 'tests/fixtures/records.txt', find: 'beta=22', replace: 'beta=23' }],
    // Which test opens a file at run time is in no object: all of the package's run.
    runs: ['glommio/*', 'file_roundtrip', 'smoke', 'spawn_public'],
  },
];
