// A small crate of `cases-model.mjs` in a folder of its own: its revisions are written there,
// built by cargo, fingerprinted, and each of its tests is run alone.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  captureEnvironment,
  capturedLinks,
  dropCaptures,
  fingerprintTests,
} from './captured-tests.mjs';

const run = promisify(execFile);
const OUTPUT_LIMIT = 1 << 27;
const TEST_LIMIT_MS = 120_000;
/** The harness's last line tells how long the tests took, and how many there are besides. */
const SUMMARY = /^test result: .*$/m;

/** The crate of a case as revisions of it: `{ files, environment }`. */
export function firstRevision({ name, files }) {
  const manifest = `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n\n[workspace]\n`;
  return { files: { 'Cargo.toml': manifest, ...files }, environment: {} };
}

/** A revision with one change of the model made to it. */
export function changedRevision({ files, environment }, change) {
  const changed = { ...files, ...change.files };
  for (const [file, content] of Object.entries(change.files ?? {}))
    if (content === undefined) delete changed[file];
  for (const { file, find, replace } of change.edits ?? []) {
    const parts = (changed[file] ?? '').split(find);
    if (parts.length !== 2) {
      throw new Error(
        `${change.name}: '${find}' stands ${parts.length - 1} times in ${file}, expected once`,
      );
    }
    changed[file] = parts.join(replace);
  }
  return { files: changed, environment: { ...environment, ...change.environment } };
}

/** A crate below `folder`, with a target folder and a cargo home of its own. */
export class CaseCrate {
  #folder;
  #level;
  #toolchain;
  #written = {};
  /** What was observed of an executable, by its SHA-256: cargo does not link what it takes for fresh. */
  #observed = new Map();

  /**
   * @param level Optimisation level of the crate under test and of its dependencies.
   * @param toolchain `{ sysroot, environment }`.
   */
  constructor(folder, level, toolchain) {
    this.#folder = folder;
    this.#level = level;
    this.#toolchain = toolchain;
    rmSync(folder, { recursive: true, force: true });
  }

  /**
   * Writes, builds and observes a revision.
   *
   * @param isTouched Whether files that stay as they are get a new time, so that cargo builds them again.
   * @returns `{ fingerprints, widened, results, verdicts, binary, sources }`: fingerprints and what
   *   each test did by name, the number of verdicts of an ordinary run, and digests of executable and sources.
   */
  async observe(revision, isTouched = false) {
    this.#write(revision.files, isTouched);
    const captures = join(this.#folder, 'captures');
    const environment = await captureEnvironment(captures, {
      ...this.#toolchain.environment,
      ...revision.environment,
      CARGO_HOME: join(this.#folder, 'cargo-home'),
      CARGO_TARGET_DIR: join(this.#folder, 'target'),
      CARGO_PROFILE_DEV_DEBUG: '0',
      CARGO_PROFILE_DEV_OPT_LEVEL: String(this.#level),
      CARGO_INCREMENTAL: this.#level === 0 ? '1' : '0',
    });
    const options = { cwd: join(this.#folder, 'crate'), env: environment, maxBuffer: OUTPUT_LIMIT };
    const build = [
      'test',
      '--lib',
      '--no-run',
      '--offline',
      '--quiet',
      '--message-format=json-render-diagnostics',
    ];
    const { stdout } = await run('cargo', build, options);
    const executable = testBinary(stdout);
    const binary = createHash('sha256').update(readFileSync(executable)).digest('hex');
    const link = (await capturedLinks(captures)).get(executable);
    let observed = this.#observed.get(binary);
    if (observed === undefined) {
      if (link === undefined) throw new Error(`${executable} was linked unseen`);
      observed = { ...(await this.#observeBinary(executable, link, options)), binary };
      this.#observed.set(binary, observed);
    } else if (link !== undefined) {
      // An equal executable may have been made of other objects.
      observed = { ...observed, ...(await this.#fingerprint(link, [...observed.results.keys()])) };
    }
    dropCaptures(captures);
    return {
      ...observed,
      sources: createHash('sha256').update(JSON.stringify(revision)).digest('hex'),
    };
  }

  #write(files, isTouched) {
    const folder = join(this.#folder, 'crate');
    for (const file of Object.keys(this.#written))
      if (files[file] === undefined) rmSync(join(folder, file), { force: true });
    for (const [file, content] of Object.entries(files)) {
      if (!isTouched && this.#written[file] === content) continue;
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), content);
    }
    this.#written = files;
  }

  async #observeBinary(executable, link, options) {
    const listed = await run(executable, ['--list', '--format', 'terse'], options);
    const tests = [...listed.stdout.matchAll(/^(.+): test$/gm)].map(([, name]) => name);
    const whole = await outcome(executable, ['--test-threads=1'], options);
    const results = new Map();
    for (const test of tests) {
      const alone = ['--exact', test, '--test-threads=1', '--nocapture'];
      const { status, stdout } = await outcome(executable, alone, options);
      results.set(test, `${status}\n${stdout.replace(SUMMARY, '')}`);
    }
    const verdicts = [...whole.stdout.matchAll(/^test .+ \.\.\. (?:ok|FAILED|ignored)/gm)].length;
    return { ...(await this.#fingerprint(link, tests)), results, verdicts };
  }

  async #fingerprint(link, tests) {
    const build = { optimized: this.#level > 0 };
    const taken = await fingerprintTests(link, tests, this.#toolchain.sysroot, build);
    return { fingerprints: taken.fingerprints, widened: taken.widened };
  }
}

/** Toolchain and environment that all builds share: nothing of the caller's that changes what cargo builds. */
export async function caseToolchain() {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:RUSTFLAGS|CARGO_(?!HOME$)|RUSTC_)/.test(name),
    ),
  );
  environment.RUSTUP_TOOLCHAIN ??= 'stable';
  const options = { env: environment };
  const sysroot = (await run('rustc', ['--print', 'sysroot'], options)).stdout.trim();
  const version = (await run('rustc', ['--version'], options)).stdout.trim();
  return { environment, sysroot, version };
}

function testBinary(messages) {
  for (const line of messages.split('\n')) {
    if (!line.startsWith('{')) continue;
    const { reason, profile, executable } = JSON.parse(line);
    if (reason === 'compiler-artifact' && profile.test && executable !== null) return executable;
  }
  throw new Error('cargo made no test binary');
}

/** Exit status and standard output; what a test writes to standard error holds lines and thread numbers. */
async function outcome(program, args, options) {
  try {
    return { status: 0, ...(await run(program, args, { ...options, timeout: TEST_LIMIT_MS })) };
  } catch (error) {
    if (typeof error.stdout !== 'string' || error.killed) throw error;
    return { status: error.signal ?? error.code, stdout: error.stdout };
  }
}
