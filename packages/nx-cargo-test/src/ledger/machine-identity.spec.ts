import {
  describeMachine,
  machineDigest,
  thisMachine,
  type BinaryRun,
  type Machine,
} from './machine-identity';

const machine: Machine = {
  os: 'linux',
  kernel: '6.1',
  architecture: 'x64',
  isSuperuser: false,
  processorFeatures: () => 'flags : avx2',
};
const run: BinaryRun = {
  triple: 'x86_64-unknown-linux-gnu',
  nativeProcessor: false,
  runner: 'native',
  environment: 'digest',
  variables: { LANG: 'C', RUST_LOG: undefined },
  libraries: ['libc.so.6=aa', 'libgcc_s.so.1=bb'],
};

test('all that bears on a verdict makes another digest', () => {
  const digests = [
    machineDigest(machine, run),
    machineDigest({ ...machine, os: 'freebsd' }, run),
    machineDigest({ ...machine, kernel: '6.2' }, run),
    machineDigest({ ...machine, architecture: 'arm64' }, run),
    machineDigest({ ...machine, isSuperuser: true }, run),
    machineDigest(machine, { ...run, triple: 'x86_64-unknown-linux-musl' }),
    machineDigest(machine, { ...run, runner: 'lima' }),
    machineDigest(machine, { ...run, environment: 'other' }),
    machineDigest(machine, { ...run, variables: { LANG: 'C', RUST_LOG: '' } }),
    machineDigest(machine, { ...run, variables: { LANG: 'C' } }),
    machineDigest(machine, { ...run, libraries: ['libc.so.6=ab', 'libgcc_s.so.1=bb'] }),
    machineDigest(machine, { ...run, nativeProcessor: true }),
  ];
  expect(new Set(digests).size).toBe(digests.length);
});

test('the order of variables and libraries does not count', () => {
  const reversed = {
    ...run,
    variables: { RUST_LOG: undefined, LANG: 'C' },
    libraries: [...run.libraries].reverse(),
  };
  expect(machineDigest(machine, reversed)).toBe(machineDigest(machine, run));
});

test('the processor counts only for code that was compiled for it', () => {
  const other: Machine = { ...machine, processorFeatures: () => 'flags : avx512f' };
  expect(machineDigest(other, run)).toBe(machineDigest(machine, run));
  const native = { ...run, nativeProcessor: true };
  expect(machineDigest(other, native)).not.toBe(machineDigest(machine, native));
});

test('this machine, in words and in features', () => {
  const here = thisMachine();
  expect(describeMachine(here, 'native')).toMatch(/^linux \d+\.\d+ \w+, native$/);
  expect(here.processorFeatures()).toMatch(/^(?:flags|Features|model)\s*:/m);
});
