import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { parse } from 'yaml';
import type { ScratchWorkspace } from './scratch-workspace';

const REPOSITORY = resolve(__dirname, '../../..');

/** What a job is run for. */
export interface JobEvent {
  readonly name: 'push' | 'pull_request' | 'merge_group';
  /** Such as `refs/heads/main`. */
  readonly ref: string;
  readonly commit: string;
}

/** How a job ended. */
export interface JobRun {
  readonly succeeded: boolean;
  /** What its scripts printed, without colours. */
  readonly output: string;
  /** Tests that ran, as `BINARY/NAME`, sorted. */
  readonly executed: readonly string[];
  /** What its scripts asked `sudo` for. */
  readonly sudo: readonly string[];
}

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}

/**
 * A machine that runs jobs of a workflow: each from a new clone at the same path, its
 * scripts by bash as on GitHub. In place of actions stands what of them counts here;
 * `npm ci` links this repository's packages, and `sudo` only notes what it was asked for.
 */
export class WorkflowMachine {
  readonly #home = mkdtempSync(join(tmpdir(), 'nx-cargo-test-runner-'));
  readonly #checkout = join(this.#home, 'checkout');
  readonly #origin: ScratchWorkspace;
  /** Keys of what jobs saved, newest last; each is a folder. */
  readonly saved: string[] = [];

  /** @param origin The repository, with its workflow. */
  constructor(origin: ScratchWorkspace) {
    this.#origin = origin;
    this.#standIn('npm', `ln -s "${join(REPOSITORY, 'node_modules')}" node_modules`);
    this.#standIn(
      'sudo',
      `echo "$*" | sed "s/ $PPID / SHELL /" >>"${join(this.#home, 'sudo.log')}"`,
    );
  }

  remove(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** Makes all that was saved look as if another machine had: Nx names its database by the machine's id. */
  moveToAnotherMachine(): void {
    for (const key of this.saved) {
      const folder = join(this.#entry(key), '.nx/workspace-data');
      for (const name of existsSync(folder) ? readdirSync(folder) : [])
        if (name.endsWith('.db')) renameSync(join(folder, name), join(folder, `other-${name}`));
    }
  }

  run(workflowFile: string, jobName: string, event: JobEvent): JobRun {
    rmSync(this.#checkout, { recursive: true, force: true });
    for (const log of ['sudo.log', 'executed.log']) writeFileSync(join(this.#home, log), '');
    const workflow = parse(this.#origin.read(workflowFile)) as {
      jobs: Record<string, { env: Record<string, string>; steps: readonly Step[] }>;
    };
    const { env, steps } = workflow.jobs[jobName]!;
    const values = new Map([
      ['github.workspace', this.#checkout],
      ['github.event_name', event.name],
      ['github.ref', event.ref],
      ['github.sha', event.commit],
      ['runner.os', 'Linux'],
    ]);
    const environment = this.#origin.environment();
    environment['PATH'] = `${join(this.#home, 'bin')}:${environment['PATH']}`;
    environment['E2E_EXECUTED'] = join(this.#home, 'executed.log');
    for (const [name, value] of Object.entries(env)) environment[name] = fill(value, values);
    let output = '';
    let succeeded = true;
    for (const step of steps) {
      // A failed step ends a job: none of these has a condition that asks for more.
      if (!succeeded || !holds(step.if ?? '', values)) continue;
      if (step.run === undefined) this.#act(step, values, environment, event);
      else {
        const ended = this.#script(step, values, environment);
        output += ended.output;
        succeeded = ended.status === 0;
      }
    }
    const lines = (log: string): string[] =>
      readFileSync(join(this.#home, log), 'utf8').split('\n').filter(Boolean).sort();
    return { succeeded, output, executed: lines('executed.log'), sudo: lines('sudo.log') };
  }

  #script(
    { run = '', id }: Step,
    values: Map<string, string>,
    environment: Readonly<Record<string, string>>,
  ): { status: number | null; output: string } {
    const [script, outputs] = [join(this.#home, 'step.sh'), join(this.#home, 'outputs')];
    writeFileSync(script, run);
    writeFileSync(outputs, '');
    const { status, stdout, stderr } = spawnSync('bash', ['-e', script], {
      cwd: this.#checkout,
      encoding: 'utf8',
      env: { ...environment, GITHUB_OUTPUT: outputs },
      maxBuffer: 1 << 28,
    });
    for (const line of readFileSync(outputs, 'utf8').split('\n').filter(Boolean)) {
      const [, name, value] = /^([^=]+)=(.*)$/.exec(line)!;
      values.set(`steps.${id}.outputs.${name}`, value!);
    }
    return { status, output: stripVTControlCharacters(stdout + stderr) };
  }

  #act(
    { uses = '', id, with: inputs = {} }: Step,
    values: Map<string, string>,
    environment: Record<string, string>,
    { commit }: JobEvent,
  ): void {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: this.#checkout, encoding: 'utf8' }).trim();
    const [action = ''] = uses.split('@');
    switch (action) {
      case 'actions/checkout':
        execFileSync('git', ['clone', '--quiet', this.#origin.folder, this.#checkout]);
        git('checkout', '--quiet', '--detach', commit);
        values.set("hashFiles('**/Cargo.lock')", this.#digestOf(git('ls-files', '*Cargo.lock')));
        return;
      case 'nrwl/nx-set-shas':
        environment['NX_BASE'] = git('merge-base', 'origin/main', 'HEAD');
        environment['NX_HEAD'] = git('rev-parse', 'HEAD');
        return;
      case 'actions/setup-node':
        return;
      case 'actions/cache/restore': {
        const wanted = fill(inputs['key'] ?? '', values);
        const prefix = fill(inputs['restore-keys'] ?? '', values).trim();
        const found = this.saved.includes(wanted)
          ? wanted
          : this.saved.findLast((key) => prefix !== '' && key.startsWith(prefix));
        values.set(`steps.${id}.outputs.cache-primary-key`, wanted);
        values.set(`steps.${id}.outputs.cache-hit`, String(found === wanted));
        if (found !== undefined) this.#copy(inputs, this.#entry(found), this.#checkout);
        return;
      }
      case 'actions/cache/save': {
        const key = fill(inputs['key'] ?? '', values);
        this.#copy(inputs, this.#checkout, this.#entry(key));
        this.saved.push(key);
        return;
      }
      default:
        throw new Error(`nothing stands for the action ${uses}`);
    }
  }

  #copy(inputs: Readonly<Record<string, string>>, from: string, to: string): void {
    // Cargo's own folder is that of this machine, with and without a cache.
    const folders = (inputs['path'] ?? '')
      .split('\n')
      .filter((path) => path && !path.startsWith('~'));
    for (const folder of folders) {
      if (!existsSync(join(from, folder))) continue;
      cpSync(join(from, folder), join(to, folder), {
        recursive: true,
        preserveTimestamps: true,
        verbatimSymlinks: true,
      });
    }
  }

  #entry(key: string): string {
    return join(this.#home, 'saved', key);
  }

  #digestOf(files: string): string {
    const hash = createHash('sha256');
    for (const file of files.split('\n')) hash.update(readFileSync(join(this.#checkout, file)));
    return hash.digest('hex');
  }

  #standIn(name: string, script: string): void {
    mkdirSync(join(this.#home, 'bin'), { recursive: true });
    writeFileSync(join(this.#home, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
}

/** Puts values in the place of expressions. */
function fill(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, name: string) => valueOf(name, values));
}

/** Conditions are comparisons with words, joined by `&&`. */
function holds(condition: string, values: ReadonlyMap<string, string>): boolean {
  if (condition === '') return true;
  return condition.split(' && ').every((part) => {
    const match = /^(\S+) (==|!=) '(.*)'$/.exec(part);
    if (match === null) throw new Error(`not understood: ${part}`);
    const [, name = '', operator, word] = match;
    return (valueOf(name, values) === word) === (operator === '==');
  });
}

function valueOf(name: string, values: ReadonlyMap<string, string>): string {
  const value = values.get(name);
  if (value === undefined) throw new Error(`unknown: ${name}`);
  return value;
}
