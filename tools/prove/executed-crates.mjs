// The crates whose tests are traced.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../setup.mjs';

const DEBUG = ['opt-level 0'];
const BOTH = ['opt-level 0', 'opt-level 3'];

/**
 * Crates of the registry, and the sample. `folder` instead of a version is one of this repository.
 * `tests` are the integration tests beside the library, where not all can be built from what was published.
 */
const CRATES = [
  // Algorithms and data structures: generics, drop glue, unsafe code.
  { name: 'strsim', version: '0.11.1', configurations: BOTH },
  { name: 'lru', version: '0.12.5', configurations: BOTH },
  { name: 'indexmap', version: '2.14.2', configurations: DEBUG },
  { name: 'smallvec', version: '1.16.6', configurations: BOTH },
  { name: 'bytes', version: '1.12.2', configurations: DEBUG },
  { name: 'either', version: '1.19.0', configurations: DEBUG },
  { name: 'itoa', version: '1.0.19', configurations: BOTH },
  { name: 'arrayvec', version: '0.7.8', configurations: DEBUG },
  { name: 'slab', version: '0.4.12', configurations: ['opt-level 3, one unit, v0 names'] },
  { name: 'petgraph', version: '0.8.3', configurations: DEBUG },
  { name: 'intrusive-collections', version: '0.9.7', configurations: DEBUG },
  // Parsers and texts: tables, constants, closures.
  { name: 'semver', version: '1.0.28', configurations: BOTH },
  { name: 'httparse', version: '1.10.1', configurations: DEBUG },
  { name: 'textwrap', version: '0.16.4', configurations: DEBUG },
  { name: 'heck', version: '0.5.0', configurations: DEBUG },
  { name: 'humantime', version: '2.4.0', configurations: DEBUG },
  {
    name: 'nom',
    version: '8.0.0',
    tests: ['css', 'float', 'ini', 'issues', 'mp4'],
    configurations: BOTH,
  },
  { name: 'csv', version: '1.4.0', configurations: DEBUG },
  { name: 'memchr', version: '2.8.3', configurations: ['opt-level 3'] },
  { name: 'aho-corasick', version: '1.1.5', configurations: ['opt-level 3'] },
  { name: 'url', version: '2.5.4', configurations: DEBUG },
  // Trait objects, tables of function pointers, procedural macros.
  { name: 'anyhow', version: '1.0.104', configurations: BOTH },
  { name: 'thiserror', version: '2.0.21', configurations: DEBUG },
  { name: 'dyn-clone', version: '1.0.19', configurations: BOTH },
  { name: 'async-trait', version: '0.1.92', configurations: DEBUG },
  {
    name: 'pin-project',
    version: '1.1.13',
    tests: ['drop_order', 'pin_project', 'pinned_drop', 'proper_unpin'],
    configurations: DEBUG,
  },
  { name: 'serde_json', version: '1.0.154', configurations: DEBUG },
  {
    name: 'log',
    version: '0.4.35',
    features: ['std', 'kv_std', 'kv_sval', 'kv_serde'],
    configurations: DEBUG,
  },
  {
    name: 'tracing-subscriber',
    version: '0.3.23',
    tests: [
      'ansi_escaping',
      'event_enabling',
      'field_filter',
      'registry_with_subscriber',
      'reload',
    ],
    configurations: DEBUG,
  },
  // Async and threads: wakers, thread-locals, what only the system calls.
  {
    name: 'futures',
    version: '0.3.34',
    features: ['thread-pool', 'io-compat'],
    tests: [
      'async_await_macros',
      'bilock',
      'eventual',
      'future_join_all',
      'future_shared',
      'future_try_flatten_stream',
      'io_cursor',
      'io_line_writer',
      'io_window',
      'recurse',
      'sink_fanout',
      'stream_buffer_unordered',
      'stream_catch_unwind',
      'stream_peekable',
      'stream_split',
      'task_arc_wake',
      'task_atomic_waker',
    ],
    configurations: BOTH,
  },
  { name: 'async-task', version: '4.7.1', configurations: DEBUG },
  { name: 'async-channel', version: '2.5.0', configurations: DEBUG },
  { name: 'event-listener', version: '5.4.2', configurations: DEBUG },
  { name: 'once_cell', version: '1.21.4', configurations: DEBUG },
  { name: 'crossbeam-epoch', version: '0.9.21', configurations: DEBUG },
  { name: 'thread_local', version: '1.1.10', configurations: BOTH },
  {
    name: 'tokio',
    version: '1.54.1',
    features: ['full', 'test-util'],
    tests: [
      'fs_copy',
      'join_handle_panic',
      'rt_handle',
      'rt_spawn_blocking',
      'sync_once_cell',
      'sync_panic',
      'sync_set_once',
      'task_abort',
      'task_hooks',
      'task_id',
      'task_join_set',
      'task_local',
      'task_panic',
      'uds_split',
    ],
    configurations: DEBUG,
  },
  // Constructors and sections that the linker collects.
  { name: 'linkme', version: '0.3.37', configurations: BOTH },
  { name: 'inventory', version: '0.3.25', configurations: BOTH },
  // C code and assembly.
  { name: 'bzip2', version: '0.4.4', configurations: BOTH },
  { name: 'lz4', version: '1.28.1', configurations: DEBUG },
  { name: 'zstd-safe', version: '7.4.1', configurations: DEBUG },
  { name: 'stacker', version: '0.1.25', configurations: BOTH },
  // System calls.
  { name: 'rustix', version: '1.1.6', features: ['all-apis'], configurations: DEBUG },
  { name: 'tempfile', version: '3.27.0', configurations: DEBUG },
  { name: 'glommio', folder: 'e2e/glommio', configurations: BOTH },
];

/** All builds: one crate in one configuration each, with the folder name of its files. */
export const builds = CRATES.flatMap((crate) => {
  const version = crate.version ?? digestOfFolder(join(repository, crate.folder));
  return crate.configurations.map((configuration) => ({
    ...crate,
    version,
    configuration,
    id: `${crate.name}-${version}-${configuration.replaceAll(/[^a-z0-9]+/g, '-')}`,
  }));
});

/** Whether a path of this repository is not something that was built. */
export function isSource(path) {
  return !/\/(?:target|node_modules|\.nx)$/.test(path);
}

function digestOfFolder(folder) {
  const hash = createHash('sha256');
  const add = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const inner = join(path, entry.name);
      if (!isSource(inner)) continue;
      hash.update(`${entry.name}\n`);
      if (entry.isDirectory()) add(inner);
      else hash.update(readFileSync(inner));
    }
  };
  add(folder);
  return hash.digest('hex').slice(0, 8);
}
