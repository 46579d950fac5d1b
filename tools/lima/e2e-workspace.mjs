// An Nx workspace of the Lima run.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../setup.mjs';
import { runOrThrow } from './run-or-throw.mjs';
import { INSTANCE } from './vm.mjs';

/**
 * Makes a workspace with the plugin and no crates.
 *
 * @param parent Folder in which it gets a folder of its own.
 * @param lima What `limaEnvironment` gave.
 * @param defaults Options of the plugin that `configure` adds to.
 */
export function limaWorkspace({ parent, lima, defaults }) {
  const folder = mkdtempSync(join(parent, 'lima-e2e-'));
  // limactl runs as an ordinary user, who has to get at what is copied or mounted.
  chmodSync(folder, 0o755);
  // What git ignores above it is another repository's.
  runOrThrow('git', ['init', '--quiet', folder]);
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"name":"lima-e2e","private":true}\n');
  writeFileSync(join(folder, '.gitignore'), 'node_modules\ntarget\n.nx\n');
  const workspace = {
    folder,

    /** Writes nx.json. */
    configure(options) {
      const whole = {
        limaInstance: INSTANCE,
        killAfterSeconds: 600,
        reuse: 'off',
        ...defaults,
        ...options,
      };
      const plugins = [{ plugin: 'nx-cargo-test', options: whole }];
      writeFileSync(join(folder, 'nx.json'), JSON.stringify({ analytics: false, plugins }));
    },

    /** Starts an Nx command, the leader of a process group. */
    start(args) {
      const child = spawn('npx', ['nx', ...args], {
        cwd: folder,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          PATH: `${lima.pathFolder}:${process.env.PATH}`,
          NX_DAEMON: 'false',
          NX_TUI: 'false',
          NX_CACHE_DIRECTORY: join(folder, '.nx/cache'),
          NX_WORKSPACE_DATA_DIRECTORY: join(folder, '.nx/data'),
          CARGO_PROFILE_DEV_DEBUG: '0',
        },
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text) => (output += text));
      const ended = new Promise((resolve) => {
        child.on('exit', (status, signal) => resolve({ status: status ?? signal, output }));
      });
      return { process: child, ended };
    },

    /** Runs an Nx command, and throws unless it succeeds, or fails where it is to. */
    async nx(args, { fails = false } = {}) {
      const from = performance.now();
      const { status, output } = await workspace.start(args).ended;
      if ((status === 0) === fails)
        throw new Error(`nx ${args.join(' ')} ended with ${status}:\n${output}`);
      return { output, seconds: (performance.now() - from) / 1000 };
    },

    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return workspace;
}
