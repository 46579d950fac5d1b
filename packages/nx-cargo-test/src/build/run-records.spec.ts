import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addedEnvironment, readRunRecords, RUN_RECORDS_VARIABLE } from './run-records';

test('the recorder keeps values exactly, and only what was added is reported', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'runs-')));
  try {
    const recorder = join(__dirname, '../../shell/run-recorder.sh');
    const given = {
      PATH: process.env['PATH'] ?? '',
      KEPT: '1',
      CHANGED: 'a',
      LD_LIBRARY_PATH: '/mine',
    };
    const environment = {
      ...given,
      CHANGED: 'b',
      ADDED: 'two\nlines = "x"',
      LD_LIBRARY_PATH: '/cargo:/mine',
      [RUN_RECORDS_VARIABLE]: folder,
    };
    const end = spawnSync('sh', [recorder, '/target/deps/demo-1', '--flag'], {
      cwd: folder,
      env: environment,
    });
    expect(end.status).toBe(0);
    const [record] = await readRunRecords(folder);
    expect(record).toMatchObject({ executable: '/target/deps/demo-1', workingDirectory: folder });
    expect(addedEnvironment(record!, given, new Set([RUN_RECORDS_VARIABLE]))).toEqual({
      ADDED: 'two\nlines = "x"',
      CHANGED: 'b',
      LD_LIBRARY_PATH: '/cargo',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
