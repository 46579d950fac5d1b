import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { runDoctor } from './run-doctor';
import { testDoctorEdges } from './test-support/doctor-edges';
import { INSTANCE, writeLimactl } from './test-support/limactl';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'doctor-')));
  const options = { runner: 'lima', limaInstance: INSTANCE };
  const nxJson = { plugins: [{ plugin: 'nx-cargo-test', options }] };
  writeFileSync(join(root, 'nx.json'), JSON.stringify(nxJson));
});
afterEach(() => rmSync(root, { recursive: true }));

async function run(json: boolean, fix: boolean, variables: Record<string, string> = {}) {
  const PATH = `${join(root, 'limactl')}${delimiter}${process.env['PATH']}`;
  const text = { out: '', err: '' };
  const isHealthy = await runDoctor(
    { folder: root, json, fix },
    testDoctorEdges({ architecture: 'x64', environment: { ...process.env, PATH, ...variables } }),
    {
      stdout: { write: (part) => (text.out += part) },
      stderr: { write: (part) => (text.err += part) },
    },
  );
  return { isHealthy, ...text };
}

test('a stopped instance is started when that is asked for, and then looked into', async () => {
  writeLimactl(root, 'list-stopped');
  const seen = await run(false, false);
  expect(seen.err).toBe('');
  expect(seen.out).toMatch(/^problem {2}lima-instance +nx-cargo-test: stopped$/m);
  expect(seen.out).toContain('limactl start nx-cargo-test');
  expect(seen.out).not.toContain('guest nx-cargo-test');
  expect(seen.isHealthy).toBe(false);

  const mended = await run(false, true);
  expect(mended.err).toBe(`lima-instance: limactl start --tty=false ${INSTANCE}\n`);
  expect(mended.out).toContain(`lima-instance: limactl start --tty=false ${INSTANCE}: mended\n`);
  expect(mended.out).toMatch(/^ok {7}guest-shell +guest nx-cargo-test: the shell of a run opens$/m);
});

test('JSON holds what was done', async () => {
  writeLimactl(root, 'list-stopped');
  const { out, err } = await run(true, true);
  expect(err).toContain('limactl start');
  expect(JSON.parse(out)).toMatchObject({
    schema: 1,
    fixes: [{ check: 'lima-instance', outcome: 'mended' }],
  });
});

test('a report in a pipe has no colours, and JSON has none even where they are forced', async () => {
  writeLimactl(root, 'list-running');
  expect((await run(false, false)).out).not.toContain('\u001b');
  expect((await run(true, false, { FORCE_COLOR: 'true' })).out).not.toContain('\u001b');
});
