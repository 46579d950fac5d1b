import { logger } from '@nx/devkit';
import { CargoFolder } from './test-support/cargo-folder';

const REGISTRY = 'source = "registry+https://github.com/rust-lang/crates.io-index"\n';
const LOCK = `version = 4
[[package]]
name = "app"
version = "0.1.0"
dependencies = ["base", "serde"]
[[package]]
name = "base"
version = "0.1.0"
[[package]]
name = "serde"
version = "1.0.0"
${REGISTRY}dependencies = ["serde_core"]
[[package]]
name = "serde_core"
version = "1.0.0"
${REGISTRY}`;

const MANIFESTS = ['Cargo.toml', 'app/Cargo.toml', 'base/Cargo.toml'];

let folder: CargoFolder;
beforeEach(() => {
  folder = new CargoFolder();
  const table = (name: string): string => `[package]\nname = "${name}"\nversion = "0.1.0"\n`;
  folder.write({
    'Cargo.toml': '[workspace]\nmembers = ["app", "base"]\nresolver = "2"\n',
    'Cargo.lock': LOCK,
    'app/Cargo.toml': `${table('app')}[dependencies]\nbase = { path = "../base" }\nserde = "1"\n`,
    'app/src/lib.rs': '',
    'base/Cargo.toml': table('base'),
    'base/src/lib.rs': '',
  });
});
afterEach(() => folder.remove());

it('shows crates, what depends on them, and nothing that an update changes', async () => {
  const { externalNodes, dependencies } = await folder.ask(MANIFESTS, { externalNodes: true });
  expect(dependencies).toEqual([
    'app -> base',
    'app -> cargo:serde',
    'cargo:serde -> cargo:serde_core',
  ]);
  expect(externalNodes).toEqual([
    { type: 'cargo', name: 'cargo:serde', data: { version: 'locked', packageName: 'serde' } },
    {
      type: 'cargo',
      name: 'cargo:serde_core',
      data: { version: 'locked', packageName: 'serde_core' },
    },
  ]);
  folder.write({ 'Cargo.lock': LOCK.replaceAll('"1.0.0"', '"1.0.1"') });
  const updated = await folder.ask(MANIFESTS, { externalNodes: true });
  expect([updated.externalNodes, updated.dependencies]).toEqual([externalNodes, dependencies]);
});

it('shows none unless asked for', async () => {
  const { externalNodes, dependencies } = await folder.ask(MANIFESTS);
  expect([externalNodes, dependencies]).toEqual([[], ['app -> base']]);
});

it('says of a lock that is none that its crates are missing', async () => {
  folder.write({ 'Cargo.lock': 'version = ' });
  const warn = jest.spyOn(logger, 'warn').mockImplementation(() => undefined);
  const { externalNodes, errors, dependencies } = await folder.ask(MANIFESTS, {
    externalNodes: true,
  });
  expect([externalNodes, errors, dependencies]).toEqual([[], [], ['app -> base']]);
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('Cargo.lock cannot be read'));
  warn.mockRestore();
});
