import { transcript } from '../lima/test-support/transcripts';
import { checkLimits } from './limit-checks';
import { findingOf, short } from './test-support/findings';
import { DARWIN, machine } from './test-support/machines';

const NEEDED = { ringsBecause: 'glommio uses io_uring' };
const held = { rings: 0, residentBytes: 0, threads: 1, descriptors: 3, lockedBytes: 0 };

test('a usual machine is fine, and io_uring wants more descriptors', () => {
  const usual = ['nofile ok', 'memlock ok', 'nproc ok', 'address-space ok', 'file-max ok'];
  expect(short(checkLimits(machine('root'), {}))).toEqual(usual);
  expect(findingOf(checkLimits(machine('root'), NEEDED), 'nofile')).toMatchObject({
    severity: 'hint',
    found: '20000',
    wanted: '65536',
    why: expect.stringContaining('glommio uses io_uring'),
  });
});

test('low limits are told with what raises them', () => {
  const findings = checkLimits(machine('low-limits'), NEEDED);
  expect(short(findings)).toEqual([
    'nofile problem',
    'memlock hint',
    'nproc hint',
    'address-space hint',
    'file-max ok',
  ]);
  expect(findingOf(findings, 'nofile').mend).toContain(
    "echo '* - nofile 65536' | sudo tee /etc/security/limits.d/90-nofile.conf",
  );
  expect(findingOf(findings, 'memlock')).toMatchObject({
    found: '64.0 KiB',
    wanted: 'at least 512.0 KiB',
  });
});

test('before Linux 5.12 too little locked memory keeps rings from being made', () => {
  const old = machine('low-limits', { kernel: 'Linux 5.10.0 x86_64' });
  expect(short(checkLimits(old, NEEDED))).toContain('memlock problem');
  expect(short(checkLimits(old, {}))).toContain('memlock ok');
});

test('what tests held before decides', () => {
  const findings = checkLimits(machine('low-limits', { fileMax: 1000 }), {
    largest: { ...held, descriptors: 91, lockedBytes: 1024 ** 2 },
  });
  expect(short(findings)).toContain('file-max hint');
  expect(findingOf(findings, 'memlock').wanted).toBe('at least 1.0 MiB');
  const limits = { descriptors: { soft: 300, hard: 300 } };
  const some = checkLimits(machine('root', { limits }), { largest: { ...held, descriptors: 301 } });
  expect(some[0]).toMatchObject({ severity: 'problem', wanted: 'more than 301' });
  expect(checkLimits(machine('root', { limits }), {})[0]).toMatchObject({ severity: 'hint' });
});

test('the largest number of open files that there is says nothing as a number', () => {
  // Linux 6.1.
  const fileMax = Number('9223372036854775807');
  expect(findingOf(checkLimits(machine('root', { fileMax }), {}), 'file-max')).toMatchObject({
    severity: 'ok',
    found: 'unlimited',
  });
});

test('a guest has the limits that its login told', () => {
  const [soft, hard, kibibytes] = transcript('limits-login-before-provisioning')
    .stdout.split('\n')
    .map(Number);
  const locked = kibibytes! * 1024;
  const limits = {
    descriptors: { soft: soft!, hard: hard! },
    lockedBytes: { soft: locked, hard: locked },
  };
  const findings = checkLimits(machine('low-limits', { limits }), NEEDED);
  expect(short(findings)).toEqual([
    'nofile hint',
    'memlock ok',
    'nproc skipped',
    'address-space skipped',
    'file-max ok',
  ]);
  expect(findings[0]!.found).toBe('soft 1024, hard 1048576');
});

test('a system without proc(5) tells its descriptors only', () => {
  const findings = checkLimits(DARWIN, {});
  expect(
    short(findings)
      .slice(1)
      .every((each) => each.endsWith('skipped')),
  ).toBe(true);
  expect(findings[0]).toMatchObject({
    severity: 'hint',
    mend: ['sudo launchctl limit maxfiles 65536 65536'],
  });
});
