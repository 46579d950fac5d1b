import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readNx } from './read-nx';

let workspace: string;

beforeEach(() => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'nx-cargo-test-read-nx-')));
  install('node_modules/nx', '22.7.12');
});

afterEach(() => rmSync(workspace, { recursive: true }));

function install(folder: string, version: string): void {
  const file = join(workspace, folder, 'package.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ version }));
}

describe('the version of @nx/devkit', () => {
  it('is that which the plugin of the workspace has', () => {
    install('node_modules/@nx/devkit', '22.7.12');
    install('node_modules/nx-cargo-test', '0.1.0');
    install('node_modules/nx-cargo-test/node_modules/@nx/devkit', '24.0.0');
    expect(readNx(workspace)).toMatchObject({ nx: '22.7.12', devkit: '24.0.0' });
  });

  it('is that of the workspace where the plugin has none of its own', () => {
    install('node_modules/@nx/devkit', '22.7.12');
    install('node_modules/nx-cargo-test', '0.1.0');
    expect(readNx(workspace)).toMatchObject({ nx: '22.7.12', devkit: '22.7.12' });
  });

  it('is that of the workspace where the plugin is not installed', () => {
    install('node_modules/@nx/devkit', '22.7.12');
    expect(readNx(workspace)).toMatchObject({ devkit: '22.7.12' });
  });

  it('is not known where there is none', () => {
    install('node_modules/nx-cargo-test', '0.1.0');
    expect(readNx(workspace)).not.toHaveProperty('devkit');
  });
});

it('does not concern those outside of a workspace', () => {
  expect(readNx(undefined)).not.toHaveProperty('nx');
});
