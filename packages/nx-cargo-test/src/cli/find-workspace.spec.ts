import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findWorkspace, loadDataFolderVariables } from './find-workspace';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'find-workspace-'));
  mkdirSync(join(root, 'outer', 'inner', 'crate'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

test('the nearest folder with an nx.json is the root', () => {
  writeFileSync(join(root, 'nx.json'), '{}');
  writeFileSync(join(root, 'outer', 'inner', 'nx.json'), '{}');
  expect(findWorkspace(join(root, 'outer', 'inner', 'crate'), {})).toBe(
    join(root, 'outer', 'inner'),
  );
  expect(findWorkspace(join(root, 'outer', 'inner'), {})).toBe(join(root, 'outer', 'inner'));
  expect(findWorkspace(join(root, 'outer'), {})).toBe(root);
});

test('a root that Nx is told is the root', () => {
  writeFileSync(join(root, 'nx.json'), '{}');
  writeFileSync(join(root, 'outer', 'nx.json'), '{}');
  const environment = { NX_WORKSPACE_ROOT_PATH: root };
  expect(findWorkspace(join(root, 'outer'), environment)).toBe(root);
  expect(() =>
    findWorkspace(join(root, 'outer'), { NX_WORKSPACE_ROOT_PATH: join(root, 'outer', 'inner') }),
  ).toThrow(expect.objectContaining({ code: 'NO_WORKSPACE' }));
});

test('the place of Nx’s data is read from env files like Nx does', () => {
  const environment: Record<string, string> = { NX_PROJECT_GRAPH_CACHE_DIRECTORY: 'kept' };
  mkdirSync(join(root, '.local.env'));
  writeFileSync(join(root, '.env.local'), 'NX_WORKSPACE_DATA_DIRECTORY="first"\nSECRET=x\n');
  writeFileSync(
    join(root, '.env'),
    'NX_WORKSPACE_DATA_DIRECTORY=second\nNX_PROJECT_GRAPH_CACHE_DIRECTORY=third\n',
  );
  loadDataFolderVariables(root, environment);
  expect(environment).toEqual({
    NX_PROJECT_GRAPH_CACHE_DIRECTORY: 'kept',
    NX_WORKSPACE_DATA_DIRECTORY: 'first',
  });
});
