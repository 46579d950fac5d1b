import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const REPOSITORY = resolve(__dirname, '../../..');

/** How an Nx command ended, and which tests ran in it. */
export interface NxRun {
  readonly status: number | null;
  /** Standard output and standard error, in the order in which they came, without colours. */
  readonly output: string;
  /** Tests that a test binary was asked to run, as `BINARY/NAME`, sorted; noted outside the plugin. */
  readonly executed: readonly string[];
  /** What Nx shows of one task, such as `glommio:test-arena`; empty when it does not show the task. */
  outputOf(task: string): string;
}

/** A Cargo package to write into a {@link ScratchWorkspace}. */
export interface CrateFiles {
  /** What follows the `[package]` table of its Cargo.toml. Default: nothing. */
  readonly manifest?: string;
  /** Content by path relative to the package's folder. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * An Nx workspace with real Rust crates in a folder of its own, a git
 * repository with real commits. Which tests run is seen by a target runner that
 * cargo's configuration names, so it does not depend on what the plugin says.
 */
export class ScratchWorkspace {
  readonly folder: string;
  readonly #home: string;
  readonly #log: string;

  private constructor(home: string, folder: string) {
    this.#home = home;
    this.folder = folder;
    this.#log = join(home, 'executed.log');
  }

  /** Copies the sample into a new workspace, at `e2e/glommio` as here. */
  static withSample(): ScratchWorkspace {
    const workspace = ScratchWorkspace.empty();
    const files = execFileSync(
      'git',
      ['ls-files', '--cached', '--others', '--exclude-standard', 'e2e/glommio'],
      { cwd: REPOSITORY, encoding: 'utf8' },
    );
    for (const file of files
      .split('\n')
      .filter((name) => name !== '' && existsSync(join(REPOSITORY, name)))) {
      workspace.write(file, readFileSync(join(REPOSITORY, file)));
    }
    workspace.commit('the sample');
    return workspace;
  }

  /**
   * A workspace with the plugin and nothing else.
   *
   * @param options Options of the plugin. Default: none.
   */
  static empty(options?: Readonly<Record<string, unknown>>): ScratchWorkspace {
    const home = mkdtempSync(join(tmpdir(), 'nx-cargo-test-e2e-'));
    const workspace = new ScratchWorkspace(home, join(home, 'workspace'));
    mkdirSync(workspace.folder);
    symlinkSync(join(REPOSITORY, 'node_modules'), join(workspace.folder, 'node_modules'));
    workspace.write('package.json', JSON.stringify({ name: 'scratch', private: true }));
    workspace.configureNx({}, options);
    workspace.write('.gitignore', 'node_modules\ntarget\n.nx\n');
    workspace.write(
      '.cargo/config.toml',
      `[target.'cfg(all())']\nrunner = ["${workspace.#writeRunner()}"]\n`,
    );
    workspace.git('init', '--quiet', '--initial-branch=main');
    workspace.commit('an empty workspace');
    return workspace;
  }

  /** A second checkout of the last commit in another folder, with the same Nx cache. */
  clone(): ScratchWorkspace {
    const folder = join(this.#home, 'another', 'checkout');
    execFileSync('git', ['clone', '--quiet', this.folder, folder]);
    symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
    return new ScratchWorkspace(this.#home, folder);
  }

  /**
   * Writes nx.json.
   *
   * @param settings What it holds besides the plugin.
   * @param options Options of the plugin. Default: none.
   */
  configureNx(
    settings: Readonly<Record<string, unknown>>,
    options: Readonly<Record<string, unknown>> = {},
  ): void {
    const plugins = [{ plugin: 'nx-cargo-test', options }];
    this.write('nx.json', JSON.stringify({ analytics: false, ...settings, plugins }));
  }

  /** Writes a package that is a Cargo workspace of its own, named like its folder, with its Cargo.lock. */
  writeCrate(folder: string, { manifest = '', files }: CrateFiles): void {
    const table = `[package]\nname = "${basename(folder)}"\nversion = "0.1.0"\nedition = "2021"\n`;
    this.write(`${folder}/Cargo.toml`, `${table}${manifest}`);
    for (const [file, content] of Object.entries(files)) this.write(`${folder}/${file}`, content);
    this.cargo(folder, 'generate-lockfile', '--offline');
  }

  /** Runs cargo as a user would, without the plugin. */
  cargo(folder: string, ...args: string[]): void {
    execFileSync('cargo', args, {
      cwd: join(this.folder, folder),
      env: this.environment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }

  remove(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  /**
   * Writes a file, at a modification time of another second than before: Nx takes
   * the hash of a file from its archive as long as that time is the same, of which
   * some file systems keep no more than seconds.
   */
  write(file: string, content: string | Buffer): void {
    const path = join(this.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path)) waitUntil(Math.floor(statSync(path).mtimeMs / 1000 + 1) * 1000);
    writeFileSync(path, content);
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  delete(file: string): void {
    rmSync(join(this.folder, file), { recursive: true });
  }

  /** Replaces a text that stands exactly once in a file. */
  replace(file: string, find: string, replacement: string): void {
    const parts = this.read(file).split(find);
    if (parts.length !== 2) throw new Error(`${file} holds ${parts.length - 1} times: ${find}`);
    this.write(file, parts.join(replacement));
  }

  commit(message: string): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '-m', message);
  }

  git(...args: string[]): string {
    const identity = [
      '-c',
      'user.name=e2e',
      '-c',
      'user.email=e2e@localhost',
      '-c',
      'commit.gpgsign=false',
    ];
    return execFileSync('git', [...identity, ...args], { cwd: this.folder, encoding: 'utf8' });
  }

  /**
   * Every test of a Cargo workspace as its binaries themselves list it, in the
   * form of {@link NxRun.executed}. A binary without the harness stands for itself.
   */
  listTests(cargoWorkspace: string): string[] {
    const env = this.environment();
    const args = ['test', '--workspace', '--tests', '--no-run', '--message-format=json'];
    const messages = execFileSync('cargo', args, {
      cwd: join(this.folder, cargoWorkspace),
      encoding: 'utf8',
      env,
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return messages
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map(
        (line) =>
          JSON.parse(line) as {
            executable?: string | null;
            target?: { name: string };
            profile?: { test: boolean };
          },
      )
      .filter(({ executable, profile }) => executable && profile?.test)
      .flatMap(({ executable, target }) => {
        const listing = spawnSync(executable!, ['--list', '--format', 'terse'], {
          encoding: 'utf8',
          env,
        });
        const names = listing.stdout
          .split('\n')
          .flatMap((line) => /^(.*): test$/.exec(line)?.[1] ?? []);
        return names.length > 0 ? names.map((name) => `${target!.name}/${name}`) : [target!.name];
      })
      .sort();
  }

  /** Runs an Nx command. */
  nx(args: readonly string[], environment: Readonly<Record<string, string>> = {}): NxRun {
    rmSync(this.#log, { force: true });
    const combined = join(this.#home, 'output.txt');
    writeFileSync(combined, '');
    const { status } = spawnSync(
      'sh',
      [
        '-c',
        'exec node "$0" "$@" >>"$NX_E2E_OUTPUT" 2>&1',
        join(REPOSITORY, 'node_modules/nx/dist/bin/nx.js'),
        ...args,
      ],
      {
        cwd: this.folder,
        env: { ...this.environment(), NX_E2E_OUTPUT: combined, ...environment },
      },
    );
    const output = stripVTControlCharacters(readFileSync(combined, 'utf8'));
    return {
      status,
      output,
      executed: this.#executed(),
      outputOf: (task) => outputOfTask(output, task),
    };
  }

  /** Names of the targets of a project, sorted. */
  targets(project: string): string[] {
    const { output } = this.nxOk(['show', 'project', project, '--json']);
    const shown = JSON.parse(output.slice(output.indexOf('{'))) as { targets: object };
    return Object.keys(shown.targets).sort();
  }

  /** Those of them that are about tests. */
  testTargets(project: string): string[] {
    return this.targets(project).filter((name) => /^(?:build-tests|test|test-.*)$/.test(name));
  }

  /** Runs an Nx command that must succeed. */
  nxOk(args: readonly string[], environment: Readonly<Record<string, string>> = {}): NxRun {
    const run = this.nx(args, environment);
    if (run.status !== 0)
      throw new Error(`nx ${args.join(' ')} ended with ${run.status}:\n${run.output}`);
    return run;
  }

  /** What commands in the workspace start with: this process's environment without what Nx, npm and jest added. */
  environment(): Record<string, string> {
    const inherited = Object.fromEntries(
      Object.entries(process.env).filter(
        ([name, value]) =>
          value !== undefined &&
          !/^(?:NX_|JEST_|npm_|FORCE_COLOR$|NODE_ENV$|CARGO_(?!HOME$))/.test(name),
      ),
    ) as Record<string, string>;
    return {
      ...inherited,
      NX_DAEMON: 'false',
      NX_TUI: 'false',
      CI: 'true',
      NX_CACHE_DIRECTORY: join(this.#home, 'nx-cache'),
      NX_WORKSPACE_DATA_DIRECTORY: join(this.#home, 'nx-data'),
      E2E_EXECUTED: this.#log,
    };
  }

  #executed(): string[] {
    if (!existsSync(this.#log)) return [];
    return readFileSync(this.#log, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .sort();
  }

  /** A target runner that notes the exact names that a binary is asked for, and then becomes the binary. */
  #writeRunner(): string {
    const file = join(this.#home, 'runner.sh');
    writeFileSync(
      file,
      `#!/bin/sh
binary=$(basename "$1" | sed -e 's/-[0-9a-f]\\{16\\}.*$//')
list=no exact=no names=
previous=
for argument in "$@"; do
  case $argument in
    --list) list=yes ;;
    --exact) exact=yes ;;
    --*|-*) ;;
    *) if [ "$previous" != --logfile ] && [ "$previous" != --test-threads ] && [ "$argument" != "$1" ]; then names="$names $argument"; fi ;;
  esac
  previous=$argument
done
if [ $list = no ]; then
  if [ $exact = yes ]; then for name in $names; do echo "$binary/$name"; done >>"$E2E_EXECUTED"; else echo "$binary" >>"$E2E_EXECUTED"; fi
fi
exec "$@"
`,
    );
    chmodSync(file, 0o755);
    return file;
  }
}

/** Nx heads what it shows of a task with its id; the head of the next task, or a line of its own, ends it. */
function outputOfTask(output: string, task: string): string {
  return output
    .split(/^(?=> nx run |✔ |✖ | NX {3}|Tasks not run |Failed tasks:)/m)
    .filter((part) => /^> nx run (\S+)/.exec(part)?.[1] === task)
    .join('');
}

/** Blocks until the clock shows a time, in milliseconds; not at all if that has passed. */
function waitUntil(time: number): void {
  const rest = time - Date.now();
  if (rest > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(rest, 1000));
}
