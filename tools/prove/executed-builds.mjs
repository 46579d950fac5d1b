// Builds the test binaries whose tests are traced, with the record and the map of each link.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { repository } from '../setup.mjs';
import { captureEnvironment, capturedLinks } from './captured-tests.mjs';
import { isSource } from './executed-crates.mjs';
import { linkMapEnvironment } from './link-map.mjs';
import { registryCrate } from './registry-crate.mjs';

/** How code is compiled, by the name that results bear. */
const CONFIGURATIONS = {
  'opt-level 0': { profile: { OPT_LEVEL: '0' } },
  'opt-level 3': { profile: { OPT_LEVEL: '3' } },
  'opt-level 3, one unit, v0 names': {
    profile: { OPT_LEVEL: '3', CODEGEN_UNITS: '1' },
    flags: '-Csymbol-mangling-version=v0',
  },
};

/**
 * Compiles the test binaries of a build, or finds them from an earlier call.
 *
 * @returns `{ binaries, folder, directory, environment, sysroot, rustc }`: binaries as
 *   `{ target, executable, link }`; a folder of the build's own; where and with which environment cargo
 *   would run them; the compiler's folder and version.
 */
export async function buildTests(scratch, build, say) {
  const rustc = output('rustc', ['-vV']).trim();
  const sysroot = output('rustc', ['--print', 'sysroot']).trim();
  const directory = crateFolder(scratch, build);
  const folder = join(scratch, 'builds', build.id);
  const capture = join(folder, 'capture');
  const record = join(folder, 'built.json');
  let built = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : undefined;
  if (built?.rustc !== rustc || !built.binaries.every(({ executable }) => existsSync(executable))) {
    say(`compiling ${build.id}`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const mapped = linkMapEnvironment(join(folder, 'cc'), plainEnvironment());
    const environment = await captureEnvironment(capture, mapped);
    built = { rustc, binaries: compile(build, directory, join(folder, 'target'), environment) };
    writeFileSync(record, JSON.stringify(built));
  }
  const links = await capturedLinks(capture);
  const binaries = built.binaries.map(({ target, executable }) => {
    const link = links.get(executable);
    if (link === undefined) throw new Error(`${executable}: its link was not captured`);
    return { target, executable, link };
  });
  return {
    binaries,
    folder,
    directory,
    environment: runEnvironment(build, directory, sysroot, /^host: (.*)$/m.exec(rustc)[1]),
    sysroot,
    rustc: rustc.split('\n')[0],
  };
}

/** The crate's sources in a folder of their own, which cargo may write its lock file to. */
function crateFolder(scratch, { name, version, folder: own }) {
  const folder = join(scratch, 'crates', `${name}-${version}`);
  if (existsSync(join(folder, 'Cargo.toml'))) return folder;
  if (own !== undefined) {
    cpSync(join(repository, own), folder, { recursive: true, filter: isSource });
    return folder;
  }
  const source = registryCrate(scratch, name, version);
  cpSync(source, folder, { recursive: true, preserveTimestamps: true });
  const manifest = join(folder, 'Cargo.toml');
  if (!/^\[workspace\]/m.test(readFileSync(manifest, 'utf8')))
    appendFileSync(manifest, '\n[workspace]\n');
  return folder;
}

function compile({ configuration, features = [], tests }, directory, target, environment) {
  const { profile, flags } = CONFIGURATIONS[configuration];
  const settings = { ...profile, DEBUG: '0', STRIP: 'debuginfo' };
  const variables = Object.entries(settings).flatMap(([key, value]) =>
    ['DEV', 'TEST'].map((name) => [`CARGO_PROFILE_${name}_${key}`, value]),
  );
  const messages = output(
    'nice',
    [
      'cargo',
      'test',
      '--no-run',
      '--message-format=json',
      ...(tests === undefined ? ['--tests'] : ['--lib', ...tests.map((name) => `--test=${name}`)]),
      ...(features.length > 0 ? ['--features', features.join()] : []),
    ],
    {
      cwd: directory,
      env: {
        ...environment,
        ...Object.fromEntries(variables),
        ...(flags === undefined ? {} : { RUSTFLAGS: flags }),
        CARGO_INCREMENTAL: '0',
        CARGO_TARGET_DIR: target,
      },
    },
  );
  return messages
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(
      ({ reason, profile, executable }) =>
        reason === 'compiler-artifact' && profile.test && executable,
    )
    .map(({ target: { name, kind }, executable }) => ({
      target: kind[0] === 'test' ? `test ${name}` : `${kind[0] === 'bin' ? 'bin' : 'lib'} ${name}`,
      executable,
    }));
}

/** What a crate's code is compiled and run with must not depend on who starts the proof. */
function plainEnvironment() {
  const taken = Object.entries(process.env).filter(
    ([name]) => !/^(CARGO_|RUST|NX_)/.test(name) || /^(CARGO_HOME|RUSTUP_)/.test(name),
  );
  return Object.fromEntries(taken);
}

/** What cargo sets for tests, as far as tests commonly read it. */
function runEnvironment({ name, version }, directory, sysroot, host) {
  return {
    ...plainEnvironment(),
    CARGO: join(sysroot, 'bin/cargo'),
    CARGO_MANIFEST_DIR: directory,
    CARGO_PKG_NAME: name,
    CARGO_PKG_VERSION: version,
    // Tests of a procedural macro need the compiler's own libraries.
    LD_LIBRARY_PATH: `${join(sysroot, 'lib/rustlib', host, 'lib')}:${join(sysroot, 'lib')}`,
  };
}

function output(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')}: status ${status}\n${stderr.slice(-4000)}`);
  return stdout;
}
