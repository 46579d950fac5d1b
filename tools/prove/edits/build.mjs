// Compiles a generated crate as cargo would, by calling the compilers, and records the link.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { captureEnvironment, capturedLinks, dropCaptures } from '../captured-tests.mjs';
import { testEnvironment } from './observe.mjs';
import { renderProgram } from './program.mjs';

const run = promisify(execFile);

/** A folder in which the programs of one chain are built one after the other. */
export class BuildFolder {
  #folder;
  #capture;
  #environment;
  #optLevel;
  /** What each part was made of, so that only what changed is made again. */
  #made = new Map();

  constructor(folder, capture, environment, optLevel) {
    this.#folder = folder;
    this.#capture = capture;
    this.#environment = environment;
    this.#optLevel = optLevel;
  }

  /** @param folder Emptied first. */
  static async open(folder, optLevel) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'crate/dep'), { recursive: true });
    const capture = join(folder, 'capture');
    const environment = await captureEnvironment(capture, {
      ...process.env,
      RUSTUP_TOOLCHAIN: TOOLCHAIN,
      // The stand-in for the linker takes a rustc without a crate's name for a user's own.
      CARGO_CRATE_NAME: 'sample',
    });
    return new BuildFolder(join(folder, 'crate'), capture, environment, optLevel);
  }

  /**
   * Builds a program; the executable of the one before stays as `sample.before`.
   *
   * @returns `{ executable, link, tests }`.
   * @throws When it does not compile, which is a mistake of the generator.
   */
  async build(program) {
    const source = renderProgram(program);
    const { settings } = program;
    this.#writeFiles(source.files);
    const libraries = [
      await this.#library('native', source.natives, settings),
      await this.#library('depnative', source.dependencyNatives, settings),
    ];
    const common = this.#flags(settings);
    const externs = [];
    for (const [name, text] of Object.entries(source.crates)) {
      writeFileSync(join(this.#folder, `${name}.rs`), text);
      await this.#rustc(
        `${name}.rs`,
        [text],
        ['--crate-type=rlib', `--crate-name=${name}`, ...common],
      );
      externs.push(`--extern=${name}=lib${name}.rlib`);
    }
    const dependencyFiles = Object.entries(source.files).filter(([path]) =>
      path.startsWith('dep/'),
    );
    await this.#rustc(
      'dep/lib.rs',
      [dependencyFiles, libraries[1]],
      ['--crate-type=rlib', '--crate-name=dep', '-lstatic=depnative', ...common],
    );
    externs.push('--extern=dep=libdep.rlib');
    if (source.macros !== '') {
      writeFileSync(join(this.#folder, 'macros.rs'), source.macros);
      await this.#rustc(
        'macros.rs',
        [source.macros],
        [
          '--crate-type=proc-macro',
          '--crate-name=macros',
          '--extern=proc_macro',
          `--edition=${settings.edition}`,
        ],
      );
      externs.push('--extern=macros');
    }
    for (const [name, text] of Object.entries(source.sharedLibraries)) {
      if (!this.#isNew(`${name}.c`, text)) continue;
      writeFileSync(join(this.#folder, `${name}.c`), text);
      const args = ['-shared', '-fPIC', '-o', `lib${name}.so`, `${name}.c`];
      await this.#run('gcc', args, process.env);
    }
    const executable = join(this.#folder, 'sample');
    if (this.#made.has('main.rs')) renameSync(executable, `${executable}.before`);
    this.#made.set('main.rs', '');
    dropCaptures(this.#capture);
    await this.#run(
      'rustc',
      [
        'main.rs',
        '--test',
        '--crate-name=sample',
        '-o',
        'sample',
        '-Cstrip=debuginfo',
        ...common,
        ...externs,
        '-lstatic=native',
        ...Object.keys(source.sharedLibraries).map((name) => `-ldylib=${name}`),
        ...source.cfgs.flatMap((name) => ['--cfg', name]),
      ],
      { ...this.#environment, ...source.environment },
    );
    const links = await capturedLinks(this.#capture);
    const link = links.get(executable);
    if (link === undefined) throw new Error(`the link of ${executable} was not recorded`);
    const { stdout } = await run(executable, ['--list', '--format', 'terse'], {
      env: testEnvironment(executable),
    });
    const tests = stdout.split('\n').flatMap((line) => /^(.+): test$/.exec(line)?.slice(1) ?? []);
    return { executable, link, tests };
  }

  #flags(settings) {
    const isOn = (value) => (value ? 'on' : 'off');
    const isFullLto = settings.lto === 'thin' || settings.lto === 'fat';
    return [
      `--edition=${settings.edition}`,
      '--cap-lints=allow',
      '-L.',
      `-Copt-level=${this.#optLevel}`,
      `-Ccodegen-units=${settings.codegenUnits}`,
      `-Coverflow-checks=${isOn(settings.overflowChecks)}`,
      `-Cdebug-assertions=${isOn(settings.debugAssertions)}`,
      `-Cdebuginfo=${settings.debugInfo}`,
      `-Crelocation-model=${settings.relocationModel}`,
      `-Cmetadata=${settings.metadata}`,
      ...(settings.targetFeature === '' ? [] : [`-Ctarget-feature=${settings.targetFeature}`]),
      // The other one is rustc's default, which it does not let one ask for.
      ...(settings.mangling === 'v0' ? ['-Csymbol-mangling-version=v0'] : []),
      // Thin-local LTO is what rustc does by itself. Nobody waits for LTO of unoptimised code.
      ...(settings.lto === 'thin-local'
        ? []
        : [`-Clto=${isFullLto && this.#optLevel > 0 ? settings.lto : 'off'}`]),
    ];
  }

  #writeFiles(files) {
    for (const name of readdirSync(this.#folder, { recursive: true })) {
      const path = String(name);
      if (/\.(?:rs|txt|bin)$/.test(path) && files[path] === undefined)
        rmSync(join(this.#folder, path));
    }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.#folder, path)), { recursive: true });
      writeFileSync(join(this.#folder, path), text);
    }
  }

  /** Compiles a crate that others use, unless nothing that it is made of changed. */
  async #rustc(file, parts, flags) {
    if (!this.#isNew(file, [parts, flags])) return;
    await this.#run('rustc', [file, ...flags], this.#environment);
  }

  /** Makes a static library, which may be empty; returns what it is made of. */
  async #library(name, sources, settings) {
    const compiler = { gcc: ['gcc', 'g++'], clang: ['clang', 'clang++'] }[settings.compilerOfC];
    const ordered = settings.nativeOrder === 'ascending' ? sources : [...sources].reverse();
    const identity = [ordered, settings.compilerOfC, settings.sectionsOfC];
    if (!this.#isNew(name, identity)) return identity;
    const objects = [];
    for (const { name: file, text, language, flags } of ordered) {
      const path = `${file}.${language}`;
      objects.push(`${file}.o`);
      const all = [
        `-O${this.#optLevel === 0 ? 0 : 2}`,
        ...(settings.sectionsOfC ? ['-ffunction-sections', '-fdata-sections'] : []),
        ...(language === 'cpp' ? ['-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics'] : []),
        ...flags,
      ];
      const program = compiler[language === 'cpp' ? 1 : 0];
      if (!this.#isNew(path, [text, program, all])) continue;
      writeFileSync(join(this.#folder, path), text);
      await this.#run(program, ['-c', '-w', ...all, path, '-o', `${file}.o`], process.env);
    }
    rmSync(join(this.#folder, `lib${name}.a`), { force: true });
    await this.#run('ar', ['crs', `lib${name}.a`, ...objects], process.env);
    return identity;
  }

  #isNew(name, parts) {
    const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
    if (this.#made.get(name) === digest) return false;
    this.#made.set(name, digest);
    return true;
  }

  async #run(program, args, env) {
    try {
      await run(program, args, { cwd: this.#folder, env, maxBuffer: 1 << 26 });
    } catch (error) {
      throw new Error(`${program} ${args.join(' ')}\n${String(error.stderr).slice(0, 6000)}`, {
        cause: error,
      });
    }
  }
}

/** The toolchain that compiles the programs. */
export const TOOLCHAIN = process.env.RUSTUP_TOOLCHAIN ?? 'stable';
