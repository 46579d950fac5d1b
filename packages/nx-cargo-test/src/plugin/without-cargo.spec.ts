import { CargoTestError } from '../errors';
import { readCargoSide, type CargoSide } from './cargo-side';
import { projectDependencies } from './create-dependencies';
import { inferProjects } from './infer-projects';
import { resolveOptions } from './plugin-options';
import type { ReadMetadata, WorkspaceReading } from './read-cargo-workspaces';
import { CargoFolder } from './test-support/cargo-folder';

const MANIFESTS = ['Cargo.toml', 'app/Cargo.toml', 'app/base/Cargo.toml', 'bad/Cargo.toml'];

let folder: CargoFolder;
beforeEach(() => {
  folder = new CargoFolder();
  const table = (name: string): string =>
    `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`;
  folder.write({
    'Cargo.toml': '[workspace]\nmembers = ["app"]\nexclude = ["bad"]\nresolver = "2"\n',
    'app/Cargo.toml': `${table('app')}[dev-dependencies]\nbase = { path = "base" }\n`,
    'app/src/lib.rs': '#[cfg(test)]\nmod part {\n    #[test]\n    fn holds() {}\n}\n',
    'app/tests/it.rs': '#[test]\nfn holds() {}\n',
    'app/base/Cargo.toml': table('base'),
    'app/base/src/lib.rs': '',
    'bad/Cargo.toml': table('bad'),
    'bad/src/lib.rs': '',
  });
});
afterEach(() => folder.remove());

it('a machine whose Rust lives in a guest has the packages that cargo would give', async () => {
  const found = await read({ readMetadata: noCargo, cargoInGuest: true });
  const expected = await read({});
  expect(found.unreadable).toEqual([]);
  const packages = (side: CargoSide): unknown =>
    side.packages.map(({ withoutCargo: _, cargo: { features: __, ...cargo }, ...each }) => ({
      ...each,
      cargo,
    }));
  expect(packages(found)).toEqual(packages(expected));
  expect(found.packages.map(({ cargo }) => cargo.name)).toEqual(['app', 'base', 'bad']);
  const projectAt = new Map(found.packages.map((each) => [each.folder, each.cargo.name]));
  expect(projectDependencies(found, projectAt)).toEqual(projectDependencies(expected, projectAt));
});

it('says in the project that its Cargo.toml was read without cargo', async () => {
  const side = await read({ readMetadata: noCargo, cargoInGuest: true });
  const options = resolveOptions({ runner: 'lima', targets: false });
  const [app] = await inferProjects(side, folder.folder, options);
  const { 'build-tests': build, ...others } = app!.project.targets!;
  expect(Object.keys(others).sort()).toEqual([
    'doctor',
    'test',
    'test-doc',
    'test-it',
    'test-part',
    'test-rest',
  ]);
  expect(build!.metadata?.description).toBe(
    'Compiles the tests of app; there is no cargo on this machine, so its Cargo.toml was read less strictly',
  );
});

it('what the files themselves show to be wrong fails there, too', async () => {
  folder.write({ 'bad/Cargo.toml': '[package]\nname = "bad"\nversion = \n' });
  const { unreadable, packages } = await read({ readMetadata: noCargo, cargoInGuest: true });
  expect(unreadable.map(({ failure }) => failure.message)).toEqual([
    expect.stringContaining('bad/Cargo.toml cannot be read'),
  ]);
  expect(packages.map(({ cargo }) => cargo.name)).toEqual(['app', 'base']);
});

it('a machine that is to build natively needs cargo, also after it was read without', async () => {
  await read({ readMetadata: noCargo, cargoInGuest: true });
  const { unreadable, packages } = await read({ readMetadata: noCargo });
  expect(packages).toEqual([]);
  expect(new Set(unreadable.map(({ failure }) => failure.code))).toEqual(
    new Set(['CARGO_NOT_FOUND']),
  );
});

/** Answers are kept in the folder, as Nx's commands find them. */
function read(reading: WorkspaceReading): Promise<CargoSide> {
  return readCargoSide(MANIFESTS, folder.folder, undefined, reading);
}

const noCargo: ReadMetadata = () =>
  Promise.reject(new CargoTestError('CARGO_NOT_FOUND', 'cargo was not found in PATH'));
