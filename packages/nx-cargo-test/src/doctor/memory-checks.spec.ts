import { checkMemory } from './memory-checks';
import { findingOf, short } from './test-support/findings';
import { machine } from './test-support/machines';

const GIB = 1024 ** 3;
const use = { rings: 3, residentBytes: GIB, threads: 9, descriptors: 91, lockedBytes: 80 };
const { limits } = machine('root');

test('a machine of some size is fine', () => {
  const memory = { bytes: 24 * GIB, from: 'machine' } as const;
  expect(short(checkMemory(memory, limits, {}))).toEqual(['memory ok']);
  expect(short(checkMemory(memory, limits, { largest: use, together: use }))).toEqual([
    'memory ok',
    'one-process ok',
  ]);
});

test('a control group that is too small for a module is a problem', () => {
  const memory = { bytes: GIB / 2, from: 'controlGroup' } as const;
  expect(checkMemory(memory, limits, { largest: use })[0]).toMatchObject({
    severity: 'problem',
    found: '512.0 MiB (limit of the control group)',
    wanted: 'more than 1.0 GiB',
  });
  expect(short(checkMemory(memory, limits, {}))).toEqual(['memory hint']);
});

test('what all tests in one process would exceed is told with the limits of now', () => {
  const together = { ...use, residentBytes: 6 * GIB, descriptors: 21000, lockedBytes: 4 * GIB };
  const findings = checkMemory({ bytes: 4 * GIB, from: 'machine' }, limits, { together });
  expect(findingOf(findings, 'one-process')).toMatchObject({
    severity: 'hint',
    found:
      'all tests in one process would need up to 6.0 GiB of memory, of which there is 4.0 GiB; 21000 descriptors, of which there are 20000; 4.0 GiB of locked memory, of which there is 8.0 MiB',
  });
});

test('nothing is said of what is not known', () => {
  expect(short(checkMemory({}, {}, {}))).toEqual(['memory skipped']);
});
