import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runProgram } from '../cargo/run-program';
import { ignoredFiles } from './ignored-files';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ignored-'));
  git('.', 'init', '--quiet');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const environment = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };

function git(folder: string, ...args: readonly string[]): void {
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
    cwd: join(root, folder),
    stdio: 'ignore',
  });
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
}

const ignored = (...files: readonly string[]): Promise<string[]> =>
  ignoredFiles({ workspaceRoot: root, environment, run: runProgram }, files);

test('files in a submodule hide no others, and are asked about there', async () => {
  write({
    '.gitignore': 'made.rs\n',
    'made.rs': '',
    'native/.gitignore': '*.log\n',
    'native/a.c': '',
    'native/deep/a.log': '',
  });
  git('native', 'init', '--quiet');
  git('native', 'add', '.');
  git('native', 'commit', '--quiet', '-m', 'native');
  git('.', 'add', '.');
  expect(await ignored('made.rs', 'native/a.c', 'native/deep/a.log', 'other.rs')).toEqual([
    'made.rs',
    'native/deep/a.log',
  ]);
});

test('a file that git knows in spite of its patterns counts as ignored, as Nx leaves it out', async () => {
  write({ '.gitignore': '*.bin\n', 'a.bin': '', 'b.txt': '' });
  git('.', 'add', '-f', '.');
  expect(await ignored('a.bin', 'b.txt')).toEqual(['a.bin']);
});
