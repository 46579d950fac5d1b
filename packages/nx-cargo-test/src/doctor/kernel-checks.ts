import type { Finding } from './finding';
import { isLinuxAtLeast, type MachineFacts } from './machine-facts';
import type { TestNeeds } from './test-needs';

/** Judges a machine's kernel, and whether it lets tests use io_uring. */
export function checkKernel(facts: MachineFacts, needs: TestNeeds): Finding[] {
  return [kernel(facts), rings(facts, needs)];
}

/** The first Linux with io_uring. */
const FIRST_WITH_RINGS = [5, 1];

function kernel(facts: MachineFacts): Finding {
  const { containerSigns } = facts;
  if (facts.kernel === '') {
    return { check: 'kernel', severity: 'skipped', found: 'uname did not answer' };
  }
  const place =
    containerSigns.length === 0 ? '' : `, in a container as ${containerSigns.join(', ')} shows`;
  return { check: 'kernel', severity: 'ok', found: `${facts.kernel}${place}` };
}

function rings(facts: MachineFacts, needs: TestNeeds): Finding {
  if (isLinuxAtLeast(facts, [0]) !== true) {
    return { check: 'io-uring', severity: 'skipped', found: 'only Linux has it' };
  }
  const cause = whatForbids(facts);
  const attempt = facts.rings;
  if (attempt?.type === 'made') {
    return {
      check: 'io-uring',
      severity: 'ok',
      found: `io_uring_setup made an instance (tried by ${attempt.by})`,
    };
  }
  if (attempt === undefined && cause === undefined) {
    return {
      check: 'io-uring',
      severity: 'skipped',
      found: !facts.isWhole
        ? 'not tried, as the machine was too slow to answer'
        : "not tried, for want of perl, python3 and cc; neither the kernel's version nor a sysctl forbids it" +
          (facts.seccomp === 2 ? ', and a seccomp filter, which is on this process, may' : ''),
    };
  }
  const { ringsBecause } = needs;
  return {
    check: 'io-uring',
    severity: ringsBecause === undefined ? 'hint' : 'problem',
    found: `${attempt === undefined ? 'not tried' : describeAttempt(attempt)}; ${cause?.reason ?? UNKNOWN_CAUSE.reason}`,
    wanted: 'io_uring_setup succeeds',
    why:
      ringsBecause === undefined
        ? 'Tests that use io_uring fail; nothing tells that there are such tests here.'
        : `The tests need it: ${ringsBecause}.`,
    mend: (cause ?? UNKNOWN_CAUSE).mend,
  };
}

interface Cause {
  readonly reason: string;
  readonly mend: readonly string[];
}

const UNKNOWN_CAUSE: Cause = {
  reason: 'no sysctl and no seccomp filter was seen that forbids it',
  mend: ['sudo dmesg | grep -i denied # by a security module?'],
};

const SYSCTL = "echo 'kernel.io_uring_disabled = 0' | sudo tee /etc/sysctl.d/90-io-uring.conf";
const RELOAD = 'sudo sysctl --system';

/** What is seen that forbids it: what certainly does comes before what may. */
function whatForbids(facts: MachineFacts): Cause | undefined {
  const { ringsDisabled = 0, ringsGroup = -1, user, groups, seccomp, rings: attempt } = facts;
  if (ringsDisabled >= 2) {
    return {
      reason: 'kernel.io_uring_disabled is 2, which forbids it to everybody',
      mend: [SYSCTL, RELOAD],
    };
  }
  if (ringsDisabled === 1 && user !== 0 && !groups.includes(ringsGroup)) {
    return {
      reason: `kernel.io_uring_disabled is 1, which leaves it to root and the group kernel.io_uring_group (${ringsGroup})`,
      mend: [SYSCTL, RELOAD],
    };
  }
  if (isLinuxAtLeast(facts, FIRST_WITH_RINGS) === false) {
    return {
      reason: 'the kernel is older than io_uring, which Linux has from 5.1 on',
      mend: ['# run a newer kernel'],
    };
  }
  if (attempt === undefined || attempt.type === 'made') return undefined;
  if (attempt.type === 'refused' && attempt.errno === ENOMEM) {
    return {
      reason: 'before Linux 5.12 an instance counts as locked memory, whose limit is too low',
      mend: LOCKED_MEMORY_MENDS,
    };
  }
  if (attempt.type === 'refused' && [EMFILE, ENFILE].includes(attempt.errno)) {
    return {
      reason: 'too many files are open',
      mend: ['# raise the limits: see nofile and file-max'],
    };
  }
  if (seccomp === 2) {
    return {
      reason:
        'a seccomp filter is on this process, as container runtimes set one, and probably forbids it',
      mend: [
        '# in a container: docker run --security-opt seccomp=unconfined …',
        '# or with a profile that allows io_uring_setup, io_uring_enter and io_uring_register',
      ],
    };
  }
  if (attempt.type === 'refused' && attempt.errno === ENOSYS) {
    return {
      reason: 'the kernel was built without it',
      mend: ['# run a kernel that has CONFIG_IO_URING=y'],
    };
  }
  return undefined;
}

/** How to raise the limit of locked memory for good, and for a container. */
export const LOCKED_MEMORY_MENDS: readonly string[] = [
  "echo '* - memlock unlimited' | sudo tee /etc/security/limits.d/90-memlock.conf",
  '# then log in anew; in a container: docker run --ulimit memlock=-1 …',
];

const ENOMEM = 12;
const ENFILE = 23;
const EMFILE = 24;
const ENOSYS = 38;

/** Names by Linux's numbers, which are the same on x86_64 and aarch64. */
const ERRNO_NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  [ENOMEM]: 'ENOMEM',
  13: 'EACCES',
  [ENFILE]: 'ENFILE',
  [EMFILE]: 'EMFILE',
  [ENOSYS]: 'ENOSYS',
};

function describeAttempt(attempt: NonNullable<MachineFacts['rings']>): string {
  switch (attempt.type) {
    case 'made':
      return `io_uring_setup made an instance (tried by ${attempt.by})`;
    case 'refused': {
      const name = ERRNO_NAMES[attempt.errno] ?? `errno ${attempt.errno}`;
      return `io_uring_setup fails with ${name} (tried by ${attempt.by})`;
    }
    case 'died':
      return `${attempt.by} ended with status ${attempt.status} when it called io_uring_setup`;
  }
}
