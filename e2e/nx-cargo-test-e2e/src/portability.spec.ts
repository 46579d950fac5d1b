import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScratchWorkspace, type NxRun } from './scratch-workspace';
import { SEE_THE_VERSION, TRAVELLING_CRATE } from './travelling-crate';

const CRATE = 'travelling';

let workspace: ScratchWorkspace;
let elsewhere: string;
const testAll = (
  checkout: ScratchWorkspace,
  environment?: Readonly<Record<string, string>>,
): NxRun => checkout.nxOk(['run-many', '-t', 'test', '--output-style=static'], environment);

beforeAll(() => {
  elsewhere = mkdtempSync(join(tmpdir(), 'nx-cargo-test-another-home-'));
  workspace = ScratchWorkspace.empty();
  workspace.writeCrate(CRATE, TRAVELLING_CRATE);
  // In the older mangling the order of names, and with it that of inlining, follows from hashes of the version.
  const config = workspace.read('.cargo/config.toml');
  workspace.write(
    '.cargo/config.toml',
    `${config}\n[build]\nrustflags = ["-Csymbol-mangling-version=v0"]\n`,
  );
  workspace.commit('a crate');
  expect(testAll(workspace).executed).toHaveLength(12);
});

afterAll(() => {
  workspace.remove();
  rmSync(elsewhere, { recursive: true, force: true });
});

/** A home of cargo elsewhere, with the same downloads, which it unpacks anew. */
function anotherCargoHome(): string {
  const used = process.env['CARGO_HOME'] ?? join(homedir(), '.cargo');
  const home = join(elsewhere, 'a-longer-path', 'cargo');
  mkdirSync(join(home, 'registry'), { recursive: true });
  for (const folder of ['cache', 'index'])
    symlinkSync(join(used, 'registry', folder), join(home, 'registry', folder));
  return home;
}

/** The fingerprint files of a checkout by their names. */
function fingerprints(checkout: ScratchWorkspace): Record<string, string> {
  const folder = join(checkout.folder, CRATE, 'target/nx-cargo-test', CRATE, 'fingerprints');
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

test('another checkout with another home of cargo gets the same fingerprints, and runs nothing', () => {
  const other = workspace.clone();
  const environment = { CARGO_HOME: anotherCargoHome() };
  const alone = {
    ...environment,
    NX_CACHE_DIRECTORY: join(elsewhere, 'nx-cache'),
    NX_WORKSPACE_DATA_DIRECTORY: join(elsewhere, 'nx-data'),
  };
  other.nxOk(['run', `${CRATE}:build-tests`], alone);
  expect(fingerprints(other)).toEqual(fingerprints(workspace));
  expect(Object.keys(fingerprints(other))).toHaveLength(5);
  expect(testAll(other, environment).executed).toEqual([]);
});

test('a new version runs the tests that see it', () => {
  workspace.replace(`${CRATE}/Cargo.toml`, 'version = "0.1.0"', 'version = "0.1.1"');
  workspace.replace(`${CRATE}/Cargo.toml`, 'a crate on its way', 'a crate that is there');
  workspace.cargo(CRATE, 'generate-lockfile', '--offline');
  workspace.commit('a new version');
  expect(testAll(workspace).executed).toEqual(SEE_THE_VERSION);
  expect(testAll(workspace).executed).toEqual([]);
});

test('a new name of a function runs nothing', () => {
  for (const file of ['src/plain.rs', 'tests/outside.rs']) {
    const renamed = workspace.read(`${CRATE}/${file}`).replaceAll('twice', 'doubled');
    workspace.write(`${CRATE}/${file}`, renamed);
  }
  workspace.commit('a new name');
  expect(testAll(workspace).executed).toEqual([]);
});
