import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dotenvNames } from './dotenv-names';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dotenv-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('names of all files that Nx may load, each once', () => {
  writeFileSync(join(folder, '.env'), '# A=1\nDATABASE_URL=postgres://x\nexport TOKEN: y\n');
  writeFileSync(join(folder, '.env.test-arena.local'), '  DATABASE_URL = "z"\nRUST_LOG=debug\n');
  writeFileSync(join(folder, '.ci.env'), 'FROM_CI=1');
  writeFileSync(join(folder, 'other.env'), 'NOT_LOADED=1');
  writeFileSync(join(folder, '.environment'), 'NEITHER=1');
  mkdirSync(join(folder, '.venv.env'));
  expect(dotenvNames([folder, folder])).toEqual(['DATABASE_URL', 'FROM_CI', 'RUST_LOG', 'TOKEN']);
});

test('no files, no names', () => {
  expect(dotenvNames([folder])).toEqual([]);
});
