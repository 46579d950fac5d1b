import type { SpawnSupervised } from '../process/supervise-group';
import type { TestHost } from '../run/test-host';
import { fakePlan } from '../run/test-support/fake-leaf';
import { limaGuest, type LimaEdges, type LimaSettings } from './lima-guest';
import { limaHost } from './lima-host';
import { transcript } from './test-support/transcripts';

const settings: LimaSettings = {
  instance: 'nx-cargo-test',
  sources: 'mount',
  start: false,
  build: 'host',
  forwarded: [],
};

/** The instance as a machine for tests. */
function hostOf(own: LimaSettings, edges: LimaEdges): TestHost {
  return limaHost(own, limaGuest(own, edges));
}

/** limactl as it answered in these situations, one after the other. */
function answering(...names: string[]): { edges: LimaEdges; asked: string[][]; said: string[] } {
  const asked: string[][] = [];
  const said: string[] = [];
  const spawn: SpawnSupervised = ({ file, args }, { onOutput }) => {
    expect(file).toBe('limactl');
    asked.push([...args]);
    const name = names.shift();
    if (name === undefined) throw new Error(`nothing more was to be asked than ${String(asked)}`);
    const { exitStatus, stdout, stderr } = transcript(name);
    onOutput('stdout', stdout);
    onOutput('stderr', stderr);
    const ended = Promise.resolve({
      exit: { type: 'code', code: exitStatus ?? 0 } as const,
      leftProcesses: false,
    });
    return { ended, kill: () => undefined };
  };
  const edges: LimaEdges = {
    spawn,
    spawnTalking: () => {
      throw new Error('no shell was to be opened');
    },
    environment: {},
    architecture: 'x64',
    announce: (line) => said.push(line),
  };
  return { edges, asked, said };
}

const OWN = ['list', '--json', 'nx-cargo-test'];

test.each([
  ['list-stopped', 'is stopped'],
  ['list-broken', 'is broken'],
])('with %s nothing is started or made', async (name, sentence) => {
  const { edges, asked } = answering(name);
  await expect(hostOf(settings, edges).prepare(fakePlan(['a::passes']))).rejects.toMatchObject({
    code: 'GUEST_UNUSABLE',
    message: expect.stringContaining(sentence),
  });
  expect(asked).toEqual([OWN]);
});

test('a stopped instance is started where that is asked for', async () => {
  const { edges, asked, said } = answering('list-stopped', 'start-stopped', 'list-running');
  const host = hostOf({ ...settings, start: true }, edges);
  await expect(host.prepare(fakePlan(['a::passes']))).rejects.toThrow('no shell was to be opened');
  expect(asked).toEqual([OWN, ['start', '--tty=false', 'nx-cargo-test'], OWN]);
  expect(said).toEqual(['starting the Lima instance nx-cargo-test']);
});

// The end of what limactl 1.2.2 said on a busy machine, with status 1.
const DEGRADED =
  'level=fatal msg="degraded, status={Running:true Degraded:true Exiting:false Errors:[guest agent does not seem to be running; port forwards will not work] SSHLocalPort:39087}"\n';

test.each([
  ['runs all the same', 'list-running', 'no shell was to be opened', 2],
  ['is still stopped', 'list-stopped', 'starting the Lima instance nx-cargo-test failed', 1],
])('where Lima fails to start it and it %s, that decides', async (_, after, message, lines) => {
  const { edges, said } = answering('list-stopped', 'start-stopped', after);
  const spawn: SpawnSupervised = (command, supervision) => {
    const child = edges.spawn(command, supervision);
    if (command.args[0] !== 'start') return child;
    supervision.onOutput('stderr', DEGRADED);
    const exit = { type: 'code', code: 1 } as const;
    return { ...child, ended: Promise.resolve({ exit, leftProcesses: false }) };
  };
  const host = hostOf({ ...settings, start: true }, { ...edges, spawn });
  await expect(host.prepare(fakePlan(['a::passes']))).rejects.toThrow(message);
  expect(said).toHaveLength(lines);
});

test('a missing instance is not made, whatever is asked for', async () => {
  const { edges, asked } = answering('list-missing', 'list-no-instances');
  const host = hostOf({ ...settings, start: true }, edges);
  await expect(host.prepare(fakePlan(['a::passes']))).rejects.toThrow('there is no Lima instance');
  expect(asked).toEqual([OWN, ['list', '--json']]);
});

test('an instance of another architecture is named before anything is copied', async () => {
  const { edges } = answering('list-running');
  const host = hostOf(settings, { ...edges, architecture: 'arm64' });
  await expect(host.prepare(fakePlan(['a::passes']))).rejects.toThrow(
    'the Lima instance nx-cargo-test is x86_64, and tests are built for this machine, which is arm64; set the option limaBuild to "guest"',
  );
});

test('an instance of another architecture serves where tests are built in it', async () => {
  const { edges } = answering('list-running');
  const host = hostOf({ ...settings, build: 'guest' }, { ...edges, architecture: 'arm64' });
  await expect(host.prepare(fakePlan(['a::passes']))).rejects.toThrow('no shell was to be opened');
});

test('a lost virtual machine ends the shell, and says so', async () => {
  const { edges } = answering('list-running');
  const { stderr } = transcript('shell-vm-lost');
  const host = hostOf(settings, {
    ...edges,
    spawnTalking: ({ file, args }, { onOutput }) => {
      expect([file, ...args.slice(0, 5)]).toEqual([
        'limactl',
        ...['shell', '--workdir', '/', 'nx-cargo-test', 'sh'],
      ]);
      onOutput('stderr', stderr);
      const code = transcript('shell-vm-lost').exitStatus ?? 0;
      const ended = Promise.resolve({
        exit: { type: 'code', code } as const,
        leftProcesses: false,
      });
      return { ended, kill: () => undefined, write: () => undefined, closeInput: () => undefined };
    },
  });
  await expect(host.prepare(fakePlan(['a::passes']))).rejects.toMatchObject({
    code: 'GUEST_UNUSABLE',
    message: 'the shell in the guest ended (exit code 255)',
  });
});
