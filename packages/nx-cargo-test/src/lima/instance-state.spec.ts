import { instanceCommand } from './instance-command';
import { INSTANCE_SETTINGS, instanceIdentity } from './instance-identity';
import { describeUnusable, readInstance, type InstanceState } from './instance-state';
import type { RunLimactl } from './run-limactl';
import { transcript } from './test-support/transcripts';

const INSTANCE = 'nx-cargo-test';

/** limactl as it answered in a situation; `other` is the answer for a name that it did not know. */
function answering(name: string, other = 'list-missing'): RunLimactl {
  return (args) => {
    expect(args.slice(0, 2)).toEqual(['list', '--json']);
    const asked = args[2];
    const isThere = asked === undefined || transcript(name).stdout.includes(`"name":"${asked}"`);
    return Promise.resolve(transcript(isThere ? name : other));
  };
}

function read(name: string, instance = INSTANCE): Promise<InstanceState> {
  return readInstance(answering(name), instance);
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
  const run = () => Promise.resolve(transcript('list-missing'));
  await expect(readInstance(run, 'missing')).rejects.toMatchObject({
    code: 'GUEST_UNUSABLE',
    message: expect.stringMatching(
      /^`limactl list --json missing` failed \(1\): .*No instance matching missing found/,
    ),
  });
});

test('an answer that is no list is a failure', async () => {
  const { stdout, stderr } = transcript('version');
  const run = () => Promise.resolve({ exitStatus: 0, stdout, stderr });
  await expect(readInstance(run, INSTANCE)).rejects.toMatchObject({ code: 'GUEST_UNUSABLE' });
});

test('one that is there is read without the others', async () => {
  const asked: (readonly string[])[] = [];
  const run: RunLimactl = (args) => {
    asked.push(args);
    return Promise.resolve(transcript('list-one-running'));
  };
  expect((await readInstance(run, INSTANCE)).kind).toBe('running');
  expect(asked).toEqual([transcript('list-one-running').argv.slice(1)]);
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
    ['parameters', { param: { A: '1' } }],
  ])('depends on %s', async (_, change) => {
    expect(await identity('list-running', change)).not.toBe(await identity('list-running'));
  });
});

test('the command for the key prints each setting of the identity', () => {
  const { config } = JSON.parse(transcript('list-stopped').stdout) as { config: object };
  const fields = [...instanceCommand(INSTANCE).matchAll(/\.Config\.(\w+)/g)].map(
    ([, name]) => name,
  );
  // Go's names differ from those of JSON by case only.
  expect(fields.map((name) => name?.toLowerCase())).toEqual(
    Object.keys(INSTANCE_SETTINGS).map((name) => name.toLowerCase()),
  );
  for (const name of ['os', 'arch', 'vmType', 'images', 'provision', 'user'])
    expect(config).toHaveProperty(name);
});
