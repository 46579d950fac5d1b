// What the generators write, judged by the real programs that read it: limactl and
// actionlint, both compiled from the Go module proxy. For Debian with Go, as tools/lima is.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildActionlint } from './actionlint/build-actionlint.mjs';
import { asUser, ordinaryUser } from './lima/ordinary-user.mjs';
import { limaFolder, setUpProgram } from './lima/set-up.mjs';
import { repository, setUp } from './setup.mjs';

setUp();
const limactl = join(await setUpProgram(), 'bin/limactl');
const actionlint = await buildActionlint({ cache: limaFolder, say: console.log });
const user = ordinaryUser();
const home = mkdtempSync(join(tmpdir(), 'nx-cargo-test-generated-'));
let refused = 0;
try {
  chmodSync(home, 0o755);
  const workspace = makeWorkspace(join(home, 'workspace'));
  for (const mounts of ['workspace', 'home', 'none']) checkLima(workspace, mounts);
  const variants = [
    [],
    ['--no-macos'],
    ['--macosProjects=parser,cli'],
    ['--mainBranch=release/next', '--targets=test'],
  ];
  for (const options of variants) checkWorkflow(workspace, options);
} finally {
  rmSync(home, { recursive: true, force: true });
}
console.log(refused === 0 ? 'all accepted' : `${refused} refused`);
process.exit(refused === 0 ? 0 : 1);

/** limactl validates the file, and makes an instance by the command that the generator says. */
function checkLima(workspace, mounts) {
  const options = ['--instance=checked', `--mounts=${mounts}`, '--overwrite'];
  const said = generate(workspace, 'lima', ...options);
  const command = /limactl create .*/.exec(said)[0];
  const limaHome = join(home, `lima-${mounts}`);
  mkdirSync(limaHome);
  chownSync(limaHome, user.uid, user.gid);
  const call = (script) => {
    const [program, ...args] = [...asUser(user), 'sh', '-c', `limactl() { "$L" "$@"; }; ${script}`];
    const own = { HOME: user.home, USER: user.name, LIMA_HOME: limaHome, L: limactl };
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: workspace,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...own },
    });
    return { status, output: stdout + stderr };
  };
  judge(`limactl validate lima.yaml, mounts ${mounts}`, call('limactl validate lima.yaml'));
  // An image of zeros: nothing is started, so the real one need not be downloaded.
  const image = join(home, 'disk.img');
  writeFileSync(image, Buffer.alloc(1 << 20));
  const images = `.images = [{"location": "${image}", "arch": "x86_64"}]`;
  judge(
    command,
    call(command.replace('limactl create', `limactl create --tty=false --set='${images}'`)),
  );
  const listed = call('limactl list --json');
  const { cpus, memory, disk, config } = JSON.parse(listed.output.split('\n')[0]);
  const seen = {
    cpus,
    memory,
    disk,
    mounts: (config.mounts ?? []).map(({ location }) => location),
  };
  const expected = {
    cpus: 4,
    memory: 4 * 2 ** 30,
    disk: 100 * 2 ** 30,
    mounts: { workspace: [workspace], home: [user.home], none: [] }[mounts],
  };
  const isExpected = JSON.stringify(seen) === JSON.stringify(expected);
  judge('the instance is as asked for', {
    status: isExpected ? 0 : 1,
    output: JSON.stringify({ seen, expected }),
  });
}

function checkWorkflow(workspace, options) {
  generate(workspace, 'ci-workflow', '--overwrite', ...options);
  const { status, stdout } = spawnSync(actionlint, ['-no-color'], {
    cwd: workspace,
    encoding: 'utf8',
  });
  judge(`actionlint, ${options.join(' ') || 'the usual options'}`, { status, output: stdout });
}

function makeWorkspace(folder) {
  mkdirSync(folder);
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  const write = (file, content) => writeFileSync(join(folder, file), content);
  write('package.json', '{ "name": "generated", "private": true }\n');
  write('package-lock.json', '{ "lockfileVersion": 3, "packages": {} }\n');
  write('nx.json', '{ "analytics": false, "plugins": ["nx-cargo-test"] }\n');
  // By its .git folder actionlint knows where the workflows of a project are.
  execFileSync('git', ['init', '--quiet', folder]);
  return folder;
}

function generate(workspace, generator, ...options) {
  return execFileSync('npx', ['nx', 'g', `nx-cargo-test:${generator}`, ...options], {
    cwd: workspace,
    encoding: 'utf8',
    env: {
      ...process.env,
      CI: 'true',
      NX_DAEMON: 'false',
      NX_CACHE_DIRECTORY: join(home, 'nx-cache'),
      NX_WORKSPACE_DATA_DIRECTORY: join(home, 'nx-data'),
    },
  });
}

function judge(what, { status, output }) {
  console.log(`${status === 0 ? 'accepted' : 'REFUSED '}  ${what}`);
  if (status === 0) return;
  refused += 1;
  console.log(output);
}
