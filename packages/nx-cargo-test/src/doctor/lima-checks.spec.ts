import { readInstance } from '../lima/instance-state';
import { transcript } from '../lima/test-support/transcripts';
import {
  checkLima,
  GUEST_BUILD_TOOLS,
  GUEST_TOOLS,
  type GuestSeen,
  type LimaFacts,
} from './lima-checks';
import type { ProgramAnswer } from './program-answer';
import { findingOf, short } from './test-support/findings';
import { machine } from './test-support/machines';

const INSTANCE = 'nx-cargo-test';

/** Lima as it answered in a situation. */
async function lima(list: string, changes: Partial<LimaFacts> = {}): Promise<LimaFacts> {
  const run = () => Promise.resolve(transcript(list));
  return {
    instance: INSTANCE,
    sources: 'mount',
    build: 'host',
    folder: '/workspace/crates/a',
    startsItself: false,
    architecture: 'x64',
    version: { type: 'answered', stdout: transcript('version').stdout },
    state: { value: await readInstance(run, INSTANCE) },
    ...changes,
  };
}

/** Limits as a guest's login told them; the shell of a run raises the soft one as far as it may. */
function guest(limits: string, missing: readonly string[] = []): GuestSeen {
  const [soft = 0, hard = 0] = transcript(limits).stdout.split('\n').map(Number);
  const descriptors = { soft, hard };
  return {
    machine: { value: machine('root', { limits: { descriptors }, missing }) },
    shell: { value: { descriptors: Math.min(65536, hard) } },
  };
}

test('a running instance whose guest has all is fine, whatever its first login has', async () => {
  const facts = await lima('list-running', { guest: guest('limits-login-before-provisioning') });
  expect(short(checkLima(facts))).toEqual([
    'limactl ok',
    'lima-instance ok',
    'guest-shell ok',
    'guest-nofile ok',
    'guest-tools ok',
    'guest-sources ok',
  ]);
  expect(findingOf(checkLima(facts), 'guest-nofile').found).toBe(
    'tests get 65536; a login has 1024, and at most 1048576',
  );
  expect(findingOf(checkLima(facts), 'limactl').found).toBe('limactl version 1.2.2');
});

test('a hard limit that is too low shows in what tests get', async () => {
  const low = { ...guest('limits-reconnected'), shell: { value: { descriptors: 4096 } } };
  const finding = findingOf(checkLima(await lima('list-running', { guest: low })), 'guest-nofile');
  expect(finding).toMatchObject({ severity: 'hint', wanted: '65536' });
});

test('a stopped instance is started by --fix only', async () => {
  for (const list of ['list-stopped', 'list-never-started', 'list-vm-lost']) {
    expect(findingOf(checkLima(await lima(list)), 'lima-instance')).toMatchObject({
      severity: 'problem',
      found: 'stopped',
      mend: ['limactl start nx-cargo-test'],
      fix: { type: 'run', command: ['limactl', 'start', '--tty=false', INSTANCE] },
    });
  }
  const starting = await lima('list-stopped', { startsItself: true });
  expect(findingOf(checkLima(starting), 'lima-instance').severity).toBe('hint');
});

test('a broken or missing instance is told with what mends it, and never made', async () => {
  const broken = findingOf(checkLima(await lima('list-broken')), 'lima-instance');
  expect(broken).toMatchObject({
    severity: 'problem',
    mend: expect.arrayContaining([`limactl stop --force ${INSTANCE}`]),
  });
  const none = findingOf(checkLima(await lima('list-no-instances')), 'lima-instance');
  expect(none).toMatchObject({
    severity: 'problem',
    found: expect.stringContaining('is no other'),
  });
  expect([broken.fix, none.fix]).toEqual([undefined, undefined]);
});

test('an instance of another architecture runs no test that is built here', async () => {
  const finding = findingOf(
    checkLima(await lima('list-running', { architecture: 'arm64' })),
    'lima-instance',
  );
  expect(finding).toMatchObject({ severity: 'problem', found: 'running, for x86_64' });
});

test('a folder that no mount shows keeps tests from running, unless it is copied', async () => {
  const lacking = guest('limits-reconnected', ['/workspace/crates/a']);
  const mounted = await lima('list-running', { guest: lacking });
  expect(findingOf(checkLima(mounted), 'guest-sources')).toMatchObject({
    severity: 'problem',
    found: '/workspace/crates/a is not seen',
  });
  const checks = checkLima({ ...mounted, sources: 'copy' }).map(({ check }) => check);
  expect(checks).not.toContain('guest-sources');
});

test('a toolchain in the guest is needed for building there only', async () => {
  const lacking = guest('limits-reconnected', ['cargo', 'cc']);
  const onHost = await lima('list-running', { guest: lacking });
  expect(short(checkLima(onHost))).toContain('guest-tools ok');
  const finding = findingOf(checkLima({ ...onHost, build: 'guest' }), 'guest-tools');
  expect(finding).toMatchObject({
    severity: 'problem',
    found: 'cargo, cc missing',
    mend: [expect.stringContaining('build-essential'), expect.stringContaining('rustup.rs')],
  });
  expect(finding.wanted).toBe([...GUEST_TOOLS, ...GUEST_BUILD_TOOLS].join(', '));
});

test('an instance of another architecture can build for itself', async () => {
  const other = await lima('list-running', { architecture: 'arm64' });
  expect(findingOf(checkLima(other), 'lima-instance').severity).toBe('problem');
  const built = checkLima({ ...other, build: 'guest' });
  expect(findingOf(built, 'lima-instance').severity).toBe('ok');
});

test.each<[string, ProgramAnswer, string]>([
  ['missing', { type: 'missing' }, 'problem'],
  ['old', { type: 'answered', stdout: 'limactl version 0.23.2\n' }, 'hint'],
  ['just too old', { type: 'answered', stdout: 'limactl version 1.0.7\n' }, 'hint'],
  ['old enough', { type: 'answered', stdout: 'limactl version 1.1.0\n' }, 'ok'],
])('a limactl that is %s is a %3$s', async (_, version, severity) => {
  const facts = await lima('list-running', { version });
  expect(checkLima(facts)[0]).toMatchObject({ check: 'limactl', severity });
});

test('a guest whose shell does not open is a problem', async () => {
  const shell = { trouble: 'the shell in the guest ended (exit code 255)' };
  const facts = await lima('list-running', { guest: { ...guest('limits-reconnected'), shell } });
  expect(short(checkLima(facts))).toContain('guest-shell problem');
});
