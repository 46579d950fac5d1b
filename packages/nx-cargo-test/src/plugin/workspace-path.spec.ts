import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspacePaths } from './workspace-path';

it.each([
  ['/w', '.'],
  ['/w/a/b', 'a/b'],
  ['/w/..a', '..a'],
  ['/', undefined],
  ['/wide', undefined],
])('%p is %p', (path, expected) => expect(workspacePaths('/w')(path)).toBe(expected));

it('sees through a root that is a symbolic link', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'paths-')));
  try {
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    expect(workspacePaths(join(folder, 'link'))(join(folder, 'real', 'a'))).toBe('a');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
