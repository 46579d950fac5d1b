import type { ResourceUse } from '../resources/resource-use';
import { formatBytes } from '../resources/format-bytes';
import type { Finding } from './finding';
import type { MachineFacts } from './machine-facts';
import type { TestNeeds } from './test-needs';

/** What processes of tests have at most. */
export interface MemoryFacts {
  readonly bytes?: number;
  /** What sets `bytes`. */
  readonly from?: 'controlGroup' | 'machine';
}

/** Less than this and linking a crate of middling size may exhaust it. */
const WANTED_BYTES = 2 * 1024 ** 3;

/** Judges memory, and the limits that all tests in one process would exceed. */
export function checkMemory(
  memory: MemoryFacts,
  limits: MachineFacts['limits'],
  needs: TestNeeds,
): Finding[] {
  return [amount(memory, needs), ...oneProcess(memory, limits, needs)];
}

function amount({ bytes, from }: MemoryFacts, { largest }: TestNeeds): Finding {
  if (bytes === undefined) {
    return { check: 'memory', severity: 'skipped', found: 'this system does not tell' };
  }
  const found = `${formatBytes(bytes)} (${from === 'controlGroup' ? 'limit of the control group' : 'of the machine'})`;
  const mend = [
    from === 'controlGroup'
      ? '# raise the limit: docker run --memory …, or MemoryMax of the unit'
      : '# give the machine more memory',
    'export NX_CARGO_TEST_PARALLEL=1 # one test process at a time',
  ];
  const held = largest?.residentBytes ?? 0;
  if (held > bytes) {
    return {
      check: 'memory',
      severity: 'problem',
      found,
      wanted: `more than ${formatBytes(held)}`,
      why: `A module's tests held that much when they ran (nx-cargo-test resources).`,
      mend,
    };
  }
  if (bytes >= WANTED_BYTES) return { check: 'memory', severity: 'ok', found };
  return {
    check: 'memory',
    severity: 'hint',
    found,
    wanted: `at least ${formatBytes(WANTED_BYTES)}`,
    why: 'Linking tests may exhaust it; the kernel then kills the linker or the tests (SIGKILL).',
    mend,
  };
}

/** Named only where something was recorded. */
function oneProcess(
  { bytes }: MemoryFacts,
  { descriptors, lockedBytes }: MachineFacts['limits'],
  { together }: TestNeeds,
): Finding[] {
  if (together === undefined) return [];
  const compared: readonly {
    readonly resource: keyof ResourceUse;
    readonly limit: number | undefined;
    readonly words: (amount: number) => string;
  }[] = [
    { resource: 'residentBytes', limit: bytes, words: (n) => `${formatBytes(n)} of memory` },
    { resource: 'descriptors', limit: descriptors?.soft, words: (n) => `${n} descriptors` },
    {
      resource: 'lockedBytes',
      limit: lockedBytes?.soft,
      words: (n) => `${formatBytes(n)} of locked memory`,
    },
  ];
  const beyond = compared.flatMap(({ resource, limit = Infinity, words }) =>
    together[resource] > limit
      ? [
          `${words(together[resource])}, of which there ${resource === 'descriptors' ? 'are' : 'is'} ${resource === 'descriptors' ? limit : formatBytes(limit)}`,
        ]
      : [],
  );
  if (beyond.length === 0) {
    return [
      { check: 'one-process', severity: 'ok', found: 'all tests in one process would fit here' },
    ];
  }
  return [
    {
      check: 'one-process',
      severity: 'hint',
      found: `all tests in one process would need up to ${beyond.join('; ')}`,
      wanted: 'less than that, for `cargo test`',
      why: 'By module they fit, as each has a process of its own. A sum is an upper bound.',
      mend: ['npx nx-cargo-test resources # what each module needs'],
    },
  ];
}
