// A scratch copy of a crate that is mutated, compiled and fingerprinted again and again.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  captureEnvironment,
  capturedLinks,
  dropCaptures,
  fingerprintTests,
} from './captured-tests.mjs';
import { mutate, placeSources } from './mutant-crates.mjs';
import { runProgram } from './run-program.mjs';
import { listTests } from './test-outcomes.mjs';

/** A mutant that makes the compiler evaluate a constant without end does not compile. */
const BUILD_LIMIT_MS = 300_000;

/**
 * A test binary of a build: `id` such as `test iso`, its path, the SHA-256 of its bytes, its link if it
 * was linked by this build, and how to start it.
 *
 * @typedef {{ id: string, executable: string, sha256: string, link?: object, started: object }} Binary
 */

/** The scratch copy of a crate, and its builds. */
export class MutatedCrate {
  #scratch;
  #crate;
  #folder;
  #toolchain;
  #captures;
  #environment;
  #debug;

  /**
   * @param scratch Folder that copies of all crates lie in.
   * @param crate One of `CRATES`.
   * @param toolchain `{ sysroot, environment }`.
   */
  constructor(scratch, crate, toolchain) {
    this.#scratch = scratch;
    this.#crate = crate;
    this.#folder = join(scratch, 'crates', `${crate.name}-${crate.version}`);
    this.#captures = join(this.#folder, 'capture');
    this.#toolchain = toolchain;
  }

  /** Where the sources lie. */
  get sources() {
    return join(this.#folder, 'source');
  }

  /** A path for files that belong to this crate's proof. */
  path(name) {
    return join(this.#folder, name);
  }

  /**
   * Places the sources as they were published.
   *
   * @param debug Debug information of the package's own code, as cargo's profiles name it. Default: none.
   */
  async reset(debug = 'none') {
    placeSources(this.#scratch, this.#crate, this.sources);
    this.#debug = debug;
    this.#environment = await captureEnvironment(this.#captures, {
      ...this.#toolchain.environment,
      CARGO_TARGET_DIR: join(this.#folder, 'target'),
      CARGO_PROFILE_DEV_DEBUG: '0',
      CARGO_INCREMENTAL: '1',
      // As cargo-mutants does, so that a lint about what a mutant leaves unused is no error.
      RUSTFLAGS: '--cap-lints=warn',
    });
  }

  /** Mutates a file and returns a function that undoes it. */
  apply(mutant) {
    const file = join(this.sources, mutant.file);
    const original = readFileSync(file, 'utf8');
    writeFileSync(file, mutate(original, mutant));
    return () => writeFileSync(file, original);
  }

  /**
   * Compiles the test binaries.
   *
   * @returns The binaries sorted by their ids; undefined when the sources do not compile.
   * @throws When cargo fails for another reason.
   */
  async build() {
    dropCaptures(this.#captures);
    const { status, isTimedOut, stdout, stderr } = await runProgram(
      'nice',
      [
        ...['cargo', 'test', '--no-run', '--message-format=json', '--package', this.#crate.name],
        ...['--config', `profile.dev.package.${this.#crate.name}.debug="${this.#debug}"`],
        ...this.#crate.targets,
      ],
      { cwd: this.sources, env: this.#environment, limitMs: BUILD_LIMIT_MS },
    );
    const messages = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    if (status !== 0) {
      const hasError = messages.some(
        ({ reason, message }) => reason === 'compiler-message' && message.level === 'error',
      );
      if (isTimedOut || hasError) return undefined;
      throw new Error(`cargo ended with ${status} in ${this.sources}\n${stderr}`);
    }
    const links = await capturedLinks(this.#captures);
    return messages
      .filter(({ executable, profile }) => executable && profile.test)
      .map(({ executable, target }) => this.#binary(executable, target, links))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /**
   * Fingerprints the tests of a binary, before the next build.
   *
   * @returns `{ tests, fingerprints, widened }`: names, fingerprint by name, number of tests that depend
   *   on the whole binary.
   */
  async fingerprint({ executable, link, started }) {
    if (link === undefined) throw new Error(`${executable} was linked unseen`);
    const tests = await listTests(started);
    const { fingerprints, widened } = await fingerprintTests(link, tests, this.#toolchain.sysroot, {
      optimized: false,
    });
    return { tests, fingerprints, widened: widened.reduce((sum, { count }) => sum + count, 0) };
  }

  #binary(executable, { kind, name }, links) {
    return {
      id: kind[0] === 'test' ? `test ${name}` : kind[0] === 'bin' ? `bin ${name}` : 'lib',
      executable,
      sha256: createHash('sha256').update(readFileSync(executable)).digest('hex'),
      // None when cargo took it for fresh: the file that changed is not compiled in this configuration.
      link: links.get(executable),
      started: this.started(executable),
    };
  }

  /** How a test binary of this crate is started: as cargo does, as far as tests look at it. */
  started(executable) {
    const { sysroot, environment } = this.#toolchain;
    return {
      executable,
      skipped: this.#crate.slow ?? [],
      cwd: this.sources,
      env: {
        ...environment,
        CARGO_MANIFEST_DIR: this.sources,
        CARGO_PKG_NAME: this.#crate.name,
        CARGO_PKG_VERSION: this.#crate.version,
        LD_LIBRARY_PATH: join(sysroot, 'lib'),
      },
      log: join(this.#folder, 'verdicts.log'),
    };
  }
}
