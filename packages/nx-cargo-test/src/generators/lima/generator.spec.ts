import type { Tree } from '@nx/devkit';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { emptyTree, listen } from '../test-support/empty-tree';
import limaGenerator from './generator';

interface LimaYaml {
  minimumLimaVersion: string;
  images: { location: string; arch: string }[];
  cpus: number;
  memory: string;
  disk: string;
  mounts: { location: string; writable: boolean }[];
  containerd: { system: boolean; user: boolean };
  provision: { mode: string; script: string }[];
  probes: { mode: string; script: string; hint: string }[];
}

let tree: Tree;

beforeEach(() => {
  tree = emptyTree();
  tree.write('nx.json', '{\n  "plugins": ["nx-cargo-test"]\n}\n');
});

async function lima(options: object = {}): Promise<string> {
  const { say, said } = listen();
  await limaGenerator(tree, options, say);
  return said();
}

const written = (file = 'lima.yaml'): LimaYaml => parse(tree.read(file, 'utf-8') ?? '') as LimaYaml;

it('writes an instance of 4 processors, 4 GiB and 100 GiB, for both architectures', async () => {
  await lima();
  expect(written()).toMatchObject({
    minimumLimaVersion: '1.1.0',
    cpus: 4,
    memory: '4GiB',
    disk: '100GiB',
    mounts: [],
    containerd: { system: false, user: false },
  });
  expect(written().images.map(({ arch }) => arch)).toEqual(['x86_64', 'aarch64']);
  expect(written().probes.map(({ mode }) => mode)).toEqual(['readiness']);
});

it('says which commands make the instance and start it, also in the file', async () => {
  const commands = [
    'limactl create --name=rust --mount="$PWD:w" tools/lima.yaml',
    'limactl start rust',
  ];
  const said = await lima({ instance: 'rust', file: 'tools/lima.yaml' });
  for (const command of commands) {
    expect(said).toContain(`  ${command}`);
    expect(tree.read('tools/lima.yaml', 'utf-8')).toContain(`#   ${command}\n`);
  }
});

it('names the instance, and how sources get there, in the options of the plugin', async () => {
  await lima({ instance: 'rust', mounts: 'none' });
  expect(JSON.parse(tree.read('nx.json', 'utf-8') ?? '')).toEqual({
    plugins: [{ plugin: 'nx-cargo-test', options: { limaInstance: 'rust', limaSources: 'copy' } }],
  });
  await lima({ overwrite: true });
  expect(tree.read('nx.json', 'utf-8')).toContain('"limaSources": "mount"');
  expect(tree.read('lima.yaml', 'utf-8')).toContain('limactl start rust');
});

it('leaves nx.json alone when it says what is meant already', async () => {
  const text = tree.read('nx.json', 'utf-8');
  await lima();
  expect(tree.read('nx.json', 'utf-8')).toBe(text);
});

it.each([
  ['workspace', [], ' --mount="$PWD:w"'],
  ['home', [{ location: '~', writable: false }], ''],
  ['none', [], ''],
])('mounts %s', async (mounts, expected, flag) => {
  expect(await lima({ mounts })).toContain(`limactl create --name=default${flag} lima.yaml`);
  expect(written().mounts).toEqual(expected);
});

it('changes nothing when it runs again, and replaces nothing unasked', async () => {
  await lima();
  const first = tree.read('lima.yaml', 'utf-8');
  await lima();
  expect(tree.read('lima.yaml', 'utf-8')).toBe(first);
  await expect(lima({ cpus: 8 })).rejects.toThrow(
    /^INVALID_OPTIONS: lima\.yaml is there and says something else; pass --overwrite/,
  );
  await lima({ cpus: 8, memory: '8GiB', disk: '20GiB', overwrite: true });
  expect(written()).toMatchObject({ cpus: 8, memory: '8GiB', disk: '20GiB' });
});

it.each([
  [{ memory: '4 GB' }, 'memory: expected'],
  [{ mounts: 'hom' }, 'did you mean home?'],
  [{ instance: '../x' }, 'instance: expected'],
  [{ cpus: 0 }, 'cpus: expected'],
])('refuses %j', async (options, message) => {
  await expect(lima(options)).rejects.toThrow(message);
  expect(tree.exists('lima.yaml')).toBe(false);
});

it('asks for the plugin in nx.json first', async () => {
  tree.write('nx.json', '{}');
  await expect(lima()).rejects.toThrow('run `nx g nx-cargo-test:init` first');
});

describe('the provisioning scripts, run with a folder for a root', () => {
  let root: string;

  beforeEach(async () => {
    await lima();
    root = mkdtempSync(join(tmpdir(), 'nx-cargo-test-guest-'));
    for (const folder of ['security/limits.d', 'sysctl.d', 'profile.d'])
      mkdirSync(join(root, 'etc', folder), { recursive: true });
    mkdirSync(join(root, 'bin'));
    const note = `echo "$(basename "$0") $*" >>"${root}/calls"`;
    const stand = (name: string, body: string): void =>
      writeFileSync(join(root, 'bin', name), `#!/bin/sh\n${note}\n${body}\n`, { mode: 0o755 });
    stand('sysctl', '');
    stand('dpkg', `[ -e "${root}/installed" ]`);
    stand('apt-get', `[ "$1" = update ] || : >"${root}/installed"`);
    const rustup = `mkdir -p "$HOME/.cargo/bin"; printf '#!/bin/sh\\n' | tee "$HOME/.cargo/bin/rustup" >"$HOME/.cargo/bin/cargo"; chmod +x "$HOME"/.cargo/bin/*`;
    stand('curl', `cat <<'INSTALLER'\n${rustup}\nINSTALLER`);
  });

  afterEach(() => rmSync(root, { recursive: true }));

  function boot(): string {
    writeFileSync(join(root, 'calls'), '');
    for (const { script } of [...written().provision, ...written().probes]) {
      const { status, stderr } = spawnSync('/bin/sh', ['-s'], {
        input: script.replaceAll('/etc/', `${root}/etc/`),
        encoding: 'utf8',
        env: { PATH: `${root}/bin:/usr/bin:/bin`, HOME: root },
      });
      expect([status, stderr]).toEqual([0, '']);
    }
    return readFileSync(join(root, 'calls'), 'utf8');
  }

  function configuration(): Record<string, string> {
    const files = readdirSync(join(root, 'etc'), { recursive: true, withFileTypes: true });
    return Object.fromEntries(
      files
        .filter((each) => each.isFile())
        .map(({ parentPath, name }) => join(parentPath, name))
        .map((file) => [file.slice(root.length), readFileSync(file, 'utf8')]),
    );
  }

  it('set the limits for logins, services and the whole system', () => {
    boot();
    expect(configuration()).toEqual({
      '/etc/security/limits.d/90-nx-cargo-test.conf':
        '* soft nofile 65536\n* hard nofile 65536\n* soft memlock unlimited\n* hard memlock unlimited\n',
      '/etc/systemd/system.conf.d/90-nx-cargo-test.conf':
        '[Manager]\nDefaultLimitNOFILE=65536\nDefaultLimitMEMLOCK=infinity\n',
      '/etc/systemd/user.conf.d/90-nx-cargo-test.conf':
        '[Manager]\nDefaultLimitNOFILE=65536\nDefaultLimitMEMLOCK=infinity\n',
      '/etc/sysctl.d/90-nx-cargo-test.conf': 'fs.file-max = 2097152\n',
      '/etc/profile.d/90-nx-cargo-test.sh': 'ulimit -S -n 65536 2>/dev/null || true\n',
    });
  });

  it('install a linker and rustup at the first boot, and leave all as it is at the next', () => {
    expect(boot()).toMatch(/^apt-get install .*build-essential/m);
    const first = configuration();
    const calls = boot();
    expect(configuration()).toEqual(first);
    expect(calls).not.toMatch(/^(?:apt-get|curl)/m);
  });

  it('raise the soft limit of a login that is older than they are', () => {
    boot();
    const profile = join(root, 'etc/profile.d/90-nx-cargo-test.sh');
    const { stdout } = spawnSync('/bin/sh', [
      '-c',
      `ulimit -S -n 256; . "${profile}"; ulimit -S -n; ulimit -H -n`,
    ]);
    const [soft, hard] = String(stdout).trim().split('\n');
    const reachable = hard === 'unlimited' || Number(hard) >= 65536;
    expect(soft).toBe(reachable ? '65536' : '256');
  });
});
