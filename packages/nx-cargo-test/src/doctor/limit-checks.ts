import { formatBytes } from '../resources/format-bytes';
import type { CheckName, Finding } from './finding';
import { LOCKED_MEMORY_MENDS } from './kernel-checks';
import { isLinuxAtLeast, type Limit, type MachineFacts } from './machine-facts';
import type { TestNeeds } from './test-needs';

/** Descriptors that tests of io_uring crates may want: the number that glommio's own setting names. */
export const WANTED_DESCRIPTORS = 65_536;
/** Nx 23.2.1 ends with "spawn EMFILE" with 64, and works with 128 in a small workspace. */
const LEAST_DESCRIPTORS = 128;
/** What a login has by default on most systems. */
const USUAL_DESCRIPTORS = 1024;
/** What an executor of glommio wants to lock. */
const WANTED_LOCKED_BYTES = 512 * 1024;
const LEAST_PROCESSES = 512;
const LEAST_ADDRESS_SPACE = 4 * 1024 ** 3;

/** Judges the limits that processes of tests have on a machine. */
export function checkLimits(facts: MachineFacts, needs: TestNeeds): Finding[] {
  return [
    descriptors(facts, needs),
    lockedMemory(facts, needs),
    processes(facts),
    addressSpace(facts),
    fileMax(facts),
  ];
}

function descriptors(facts: MachineFacts, needs: TestNeeds): Finding {
  const limit = facts.limits.descriptors;
  if (limit === undefined) return unknown('nofile');
  const held = needs.largest?.descriptors ?? 0;
  const mend = facts.kernel.startsWith('Darwin ')
    ? [`sudo launchctl limit maxfiles ${WANTED_DESCRIPTORS} ${WANTED_DESCRIPTORS}`]
    : [
        `ulimit -n ${WANTED_DESCRIPTORS} # this shell, as far as its hard limit allows`,
        `echo '* - nofile ${WANTED_DESCRIPTORS}' | sudo tee /etc/security/limits.d/90-nofile.conf`,
        `# then log in anew; in a container: docker run --ulimit nofile=${WANTED_DESCRIPTORS} …`,
      ];
  const finding = { check: 'nofile' as const, found: describeLimit(limit, String), mend };
  if (limit.soft < LEAST_DESCRIPTORS) {
    return {
      ...finding,
      severity: 'problem',
      wanted: `at least ${LEAST_DESCRIPTORS}, better ${WANTED_DESCRIPTORS}`,
      why: 'Nx cannot start its workers: it ends with "spawn EMFILE".',
    };
  }
  if (held > limit.soft) {
    return {
      ...finding,
      severity: 'problem',
      wanted: `more than ${held}`,
      why: `A module's tests held ${held} descriptors when they ran (nx-cargo-test resources).`,
    };
  }
  if (needs.ringsBecause !== undefined && limit.soft < WANTED_DESCRIPTORS) {
    return {
      ...finding,
      severity: 'hint',
      wanted: `${WANTED_DESCRIPTORS}`,
      why: `Each io_uring instance and each of its files is a descriptor, and ${needs.ringsBecause}.`,
    };
  }
  if (limit.soft < USUAL_DESCRIPTORS) {
    return {
      ...finding,
      severity: 'hint',
      wanted: `at least ${USUAL_DESCRIPTORS}`,
      why: 'Nx, the linker and tests that run at the same time may want more.',
    };
  }
  return { check: 'nofile', severity: 'ok', found: finding.found };
}

function lockedMemory(facts: MachineFacts, needs: TestNeeds): Finding {
  const limit = facts.limits.lockedBytes;
  if (limit === undefined) return unknown('memlock');
  const found = describeLimit(limit, formatBytes);
  if (facts.mayLockAnything) {
    return {
      check: 'memlock',
      severity: 'ok',
      found: `${found}, of which CAP_IPC_LOCK frees this user`,
    };
  }
  const held = needs.largest?.lockedBytes ?? 0;
  const wanted = Math.max(held, needs.ringsBecause === undefined ? 0 : WANTED_LOCKED_BYTES);
  if (limit.soft >= wanted) return { check: 'memlock', severity: 'ok', found };
  const isCharged = isLinuxAtLeast(facts, [5, 12]) === false;
  return {
    check: 'memlock',
    severity: isCharged ? 'problem' : 'hint',
    found,
    wanted: `at least ${formatBytes(wanted)}`,
    why:
      held === wanted
        ? `A module's tests held ${formatBytes(held)} of locked memory when they ran (nx-cargo-test resources).`
        : `${isCharged ? 'Before Linux 5.12 each io_uring instance counts as locked memory' : 'Buffers that are registered with io_uring count as locked memory'}, and ${needs.ringsBecause ?? 'tests use it'}.`,
    mend: LOCKED_MEMORY_MENDS,
  };
}

function processes({ limits: { processes: limit } }: MachineFacts): Finding {
  if (limit === undefined) return unknown('nproc');
  const found = describeLimit(limit, String);
  if (limit.soft >= LEAST_PROCESSES) return { check: 'nproc', severity: 'ok', found };
  return {
    check: 'nproc',
    severity: 'hint',
    found,
    wanted: `at least ${LEAST_PROCESSES}`,
    why: 'All threads of a user count, those of rustc and of every test process among them.',
    mend: [
      "echo '* - nproc unlimited' | sudo tee /etc/security/limits.d/90-nproc.conf",
      '# then log in anew; in a container: docker run --ulimit nproc=-1 …',
    ],
  };
}

function addressSpace({ limits: { addressSpaceBytes: limit } }: MachineFacts): Finding {
  if (limit === undefined) return unknown('address-space');
  const found = describeLimit(limit, formatBytes);
  if (limit.soft >= LEAST_ADDRESS_SPACE) return { check: 'address-space', severity: 'ok', found };
  return {
    check: 'address-space',
    severity: 'hint',
    found,
    wanted: 'unlimited',
    why: 'rustc, the linker and allocators map far more than they use, and abort without it.',
    mend: [
      'ulimit -v unlimited # this shell, if its hard limit allows',
      '# or remove the limit "as" from /etc/security/limits.conf, or the unit that sets it',
    ],
  };
}

function fileMax({ fileMax: most }: MachineFacts): Finding {
  if (most === undefined) return unknown('file-max');
  // By default newer kernels have the largest number that there is, which is none of JavaScript's.
  const found = Number.isSafeInteger(most) ? `${most}` : 'unlimited';
  if (most >= WANTED_DESCRIPTORS) return { check: 'file-max', severity: 'ok', found };
  return {
    check: 'file-max',
    severity: 'hint',
    found,
    wanted: `at least ${WANTED_DESCRIPTORS}`,
    why: 'All processes of the machine share this number of open files.',
    mend: [
      "echo 'fs.file-max = 2097152' | sudo tee /etc/sysctl.d/90-file-max.conf",
      'sudo sysctl --system',
    ],
  };
}

function unknown(check: CheckName): Finding {
  return { check, severity: 'skipped', found: 'this system does not tell' };
}

function describeLimit({ soft, hard }: Limit, format: (value: number) => string): string {
  const text = (value: number): string => (value === Infinity ? 'unlimited' : format(value));
  return soft === hard ? text(soft) : `soft ${text(soft)}, hard ${text(hard)}`;
}
