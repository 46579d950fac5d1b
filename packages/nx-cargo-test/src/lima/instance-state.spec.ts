import { instanceIdentity } from './instance-identity';
import { describeUnusable, readInstance, type InstanceState } from './instance-state';
import { transcript } from './test-support/transcripts';

const INSTANCE = 'nx-cargo-test';

function read(name: string, instance = INSTANCE): Promise<InstanceState> {
  const { argv, ...answer } = transcript(name);
  expect(argv.slice(1, 3)).toEqual(['list', '--json']);
  return readInstance(() => Promise.resolve(answer), instance);
}

test.each([
  ['list-running', 'running'],
  ['list-stopped', 'stopped'],
  ['list-never-started', 'stopped'],
  ['list-vm-lost', 'stopped'],
  ['list-broken', 'broken'],
  ['list-no-instances', 'missing'],
])('%s is told as %s', async (name, kind) => {
  expect((await read(name)).kind).toBe(kind);
});

test('an answer that is a failure is one', async () => {
  await expect(read('list-missing')).rejects.toMatchObject({
    code: 'GUEST_UNUSABLE',
    message: expect.stringContaining('No instance matching missing found'),
  });
});

test('an answer that is no list is a failure', async () => {
  const { stdout, stderr } = transcript('version');
  const run = () => Promise.resolve({ exitStatus: 0, stdout, stderr });
  await expect(readInstance(run, INSTANCE)).rejects.toMatchObject({ code: 'GUEST_UNUSABLE' });
});

test.each([
  ['list-stopped', INSTANCE, 'is stopped; start it with `limactl start nx-cargo-test`'],
  ['list-broken', INSTANCE, 'mend it with `limactl stop --force nx-cargo-test`'],
  [
    'list-running',
    'other',
    'there is no Lima instance other (there is nx-cargo-test); make it with `limactl create',
  ],
  ['list-no-instances', INSTANCE, 'there is no Lima instance nx-cargo-test (there is none)'],
])('%s says what mends %s', async (name, instance, sentence) => {
  const state = await read(name, instance);
  if (state.kind === 'running') throw new Error('it runs');
  const said = describeUnusable(instance, state);
  expect(said).toContain(sentence);
  // Lima would make an instance of its own choice.
  if (state.kind === 'missing') expect(said).not.toContain('limactl start');
});

describe('identity', () => {
  const identity = async (name: string, change: object = {}): Promise<string> => {
    const state = await read(name);
    if (state.kind === 'missing') throw new Error('it is missing');
    const config = { ...state.instance.config, ...change };
    return instanceIdentity({ ...state.instance, config });
  };

  test.each(['list-stopped', 'list-broken', 'list-vm-lost', 'list-never-started'])(
    'is in %s what it is while the instance runs',
    async (name) => {
      expect(await identity(name)).toBe(await identity('list-running'));
    },
  );

  test.each([
    ['processors', { cpus: 8 }],
    ['memory', { memory: '8GiB' }],
    ['mounts', { mounts: [] }],
  ])('does not depend on %s', async (_, change) => {
    expect(await identity('list-running', change)).toBe(await identity('list-running'));
  });

  test.each([
    ['images', { images: [] }],
    ['provisioning', { provision: [] }],
    ['the environment', { env: { A: '1' } }],
  ])('depends on %s', async (_, change) => {
    expect(await identity('list-running', change)).not.toBe(await identity('list-running'));
  });
});
