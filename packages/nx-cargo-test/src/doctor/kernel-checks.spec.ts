import { checkKernel } from './kernel-checks';
import type { MachineFacts } from './machine-facts';
import { findingOf, short } from './test-support/findings';
import { DARWIN, machine } from './test-support/machines';

const NEEDED = { ringsBecause: 'glommio uses io_uring' };
const refused = (errno: number) => ({ by: 'perl', type: 'refused', errno }) as const;

test('where an instance can be made nothing is wanted', () => {
  expect(short(checkKernel(machine('root'), NEEDED))).toEqual(['kernel ok', 'io-uring ok']);
  expect(findingOf(checkKernel(machine('root'), {}), 'kernel').found).toContain('/.dockerenv');
});

test('elsewhere than on Linux it is not looked for', () => {
  expect(short(checkKernel(DARWIN, NEEDED))).toEqual(['kernel ok', 'io-uring skipped']);
});

test('what was not tried is neither allowed nor forbidden', () => {
  const [, rings] = checkKernel(machine('no-probe'), NEEDED);
  expect(rings).toMatchObject({ severity: 'skipped', found: expect.stringMatching(/^not tried/) });
  const filtered = findingOf(checkKernel(machine('no-probe', { seccomp: 2 }), NEEDED), 'io-uring');
  expect(filtered.found).toMatch(/a seccomp filter, which is on this process, may$/);
  const cut = findingOf(checkKernel(machine('no-probe', { isWhole: false }), NEEDED), 'io-uring');
  expect(cut.found).toBe('not tried, as the machine was too slow to answer');
});

test('a filter counts as a problem where tests need io_uring, and as a hint elsewhere', () => {
  expect(short(checkKernel(machine('seccomp-filter'), NEEDED))).toContain('io-uring problem');
  const finding = findingOf(checkKernel(machine('seccomp-filter'), {}), 'io-uring');
  expect(finding).toMatchObject({
    severity: 'hint',
    found: expect.stringMatching(
      /^io_uring_setup fails with EPERM \(tried by perl\); a seccomp filter/,
    ),
    mend: expect.arrayContaining([expect.stringContaining('seccomp=unconfined')]),
  });
});

test.each<[string, Partial<MachineFacts>, RegExp]>([
  ['a sysctl for all', { ringsDisabled: 2, rings: refused(1) }, /io_uring_disabled is 2/],
  [
    'a sysctl for most',
    { ringsDisabled: 1, ringsGroup: 7, rings: refused(1) },
    /the group .* \(7\)/,
  ],
  ['a sysctl, by which alone it is known', { ringsDisabled: 2 }, /^not tried; .* is 2/],
  ['an old kernel', { kernel: 'Linux 4.19.0 x86_64', rings: refused(38) }, /older than io_uring/],
  ['a kernel without it', { rings: refused(38) }, /ENOSYS .* built without it/],
  [
    'locked memory',
    { kernel: 'Linux 5.4.0 x86_64', rings: refused(12) },
    /ENOMEM .* locked memory/,
  ],
  ['descriptors', { rings: refused(24) }, /EMFILE .* too many files/],
  [
    'a filter that kills',
    { seccomp: 2, rings: { by: 'cc', type: 'died', status: 159 } },
    /status 159/,
  ],
  [
    'nothing that shows',
    { rings: refused(13) },
    /EACCES .* no sysctl and no seccomp filter was seen/,
  ],
])('%s is told', (_, changes, found) => {
  const { rings: _rings, ...facts } = machine('low-limits');
  const finding = findingOf(checkKernel({ ...facts, ...changes }, NEEDED), 'io-uring');
  expect(finding).toMatchObject({ severity: 'problem', found: expect.stringMatching(found) });
  expect(finding.mend).not.toHaveLength(0);
});

test('the group that may is not refused by the sysctl', () => {
  const facts = machine('low-limits', { ringsDisabled: 1, ringsGroup: 7, groups: [7] });
  expect(short(checkKernel(facts, NEEDED))).toContain('io-uring ok');
});
