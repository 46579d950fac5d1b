import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import * as v from 'valibot';
import { ScratchWorkspace } from './scratch-workspace';

const PACKAGE = resolve(__dirname, '../../../packages/nx-cargo-test');
const PROGRAM = join(PACKAGE, 'bin/nx-cargo-test.js');
const FILTER = join(PACKAGE, 'src/doctor/test-support/refuse-io-uring.pl');

let workspace: ScratchWorkspace;
beforeAll(() => {
  workspace = ScratchWorkspace.withSample();
});
afterAll(() => workspace.remove());

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `doctor` in the sample crate, after other words of a command line. */
function doctor(
  args: readonly string[] = [],
  before: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): Ended {
  const [file = '', ...rest] = [...before, process.execPath, PROGRAM, 'doctor', ...args];
  const { status, stdout, stderr } = spawnSync(file, rest, {
    cwd: join(workspace.folder, 'e2e/glommio'),
    env: { ...workspace.environment(), ...variables },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const diagnosisSchema = v.strictObject({
  schema: v.literal(1),
  ok: v.boolean(),
  findings: v.array(
    v.strictObject({
      group: v.string(),
      check: v.string(),
      about: v.optional(v.string()),
      severity: v.picklist(['ok', 'skipped', 'hint', 'problem']),
      found: v.string(),
      wanted: v.optional(v.string()),
      why: v.optional(v.string()),
      mend: v.optional(v.array(v.string())),
      fixable: v.boolean(),
    }),
  ),
  fixes: v.array(v.strictObject({ check: v.string(), what: v.string(), outcome: v.string() })),
});

function diagnosisOf(text: string): v.InferOutput<typeof diagnosisSchema> {
  return v.parse(diagnosisSchema, JSON.parse(text));
}

/** The `PATH` without folders that have cargo. */
const withoutCargo = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((folder) => !existsSync(join(folder, 'cargo')))
  .join(delimiter);

test('a machine that runs the tests is told to', () => {
  const { status, stdout, stderr } = doctor();
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^ok {7}io-uring +io_uring_setup made an instance \(tried by \w+\)$/m);
  expect(stdout).toMatch(/^ok {7}cargo +cargo \d/m);
  expect(stdout).toMatch(/, 0 problems\n$/);
  expect(stdout).not.toContain('\u001b');
  const isLong = (line: string): boolean => line.length > 80 && !/^ {9}(?:mend| {8})/.test(line);
  expect(stdout.split('\n').filter(isLong)).toEqual([]);
});

test('JSON says the same', () => {
  const { status, stdout } = doctor(['--json']);
  const { ok, findings, fixes } = diagnosisOf(stdout);
  expect({ status, ok, fixes }).toEqual({ status: 0, ok: true, fixes: [] });
  expect(findings.length).toBeGreaterThan(20);
  for (const { severity, wanted, why, mend } of findings.filter((each) => each.severity === 'hint'))
    expect({ severity, wanted, why, mend }).toEqual({
      severity,
      wanted: expect.any(String),
      why: expect.any(String),
      mend: expect.any(Array),
    });
});

test('each of several things that are amiss is named with what mends it', () => {
  const environment = { PATH: withoutCargo, NX_CACHE_FAILURES: 'true' };
  const { status, stdout } = doctor([], ['sh', '-c', 'ulimit -n 64; exec "$@"', 'sh'], environment);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^problem {2}cargo +not found in the PATH$/m);
  expect(stdout).toContain('export PATH="$HOME/.cargo/bin:$PATH"');
  expect(stdout).toMatch(/^problem {2}nofile +64$/m);
  expect(stdout).toContain(
    "echo '* - nofile 65536' | sudo tee /etc/security/limits.d/90-nofile.conf",
  );
  expect(stdout).toMatch(/^hint {5}cache-failures +NX_CACHE_FAILURES is set$/m);
});

test('a filter that refuses io_uring is named, as a container has one', () => {
  const { status, stdout } = doctor(['--json'], ['perl', FILTER]);
  expect(status).toBe(1);
  expect(diagnosisOf(stdout).findings.filter(({ severity }) => severity === 'problem')).toEqual([
    expect.objectContaining({
      check: 'io-uring',
      found: expect.stringMatching(/^io_uring_setup fails with EPERM .*; a seccomp filter/),
      why: 'The tests need it: glommio uses io_uring.',
    }),
  ]);
});

test('--fix changes what it announces, and looks whether that helped', () => {
  workspace.write('.gitignore', 'node_modules\n.nx\n');
  const before = diagnosisOf(doctor(['--json']).stdout).findings;
  expect(before.find(({ check }) => check === 'target-ignored')).toMatchObject({
    severity: 'hint',
    fixable: true,
  });
  expect(workspace.read('.gitignore')).toBe('node_modules\n.nx\n');
  const { status, stdout, stderr } = doctor(['--fix']);
  expect(status).toBe(0);
  expect(stderr).toMatch(/^target-ignored: writing \/e2e\/glommio\/target into .*\.gitignore\n$/);
  expect(stdout).toMatch(/^target-ignored: writing .*: mended$/m);
  expect(workspace.read('.gitignore')).toBe('node_modules\n.nx\n/e2e/glommio/target\n');
});

test('the target has the exit status and the arguments of the command', () => {
  const fine = workspace.nx(['run', 'glommio:doctor', '--', '--json']);
  expect(fine.status).toBe(0);
  expect(diagnosisOf(/^\{$.*^\}$/ms.exec(fine.output)?.[0] ?? '').ok).toBe(true);
  const manifest = join(workspace.folder, 'e2e/glommio/Cargo.toml');
  writeFileSync(manifest, '[package]\nname = "glommio"\nx =');
  const { output, status } = workspace.nx(['run', 'glommio:doctor']);
  expect(status).not.toBe(0);
  expect(output).toMatch(/^problem {2}cargo-workspace +e2e\/glommio: error: /m);
});

test('a broken nx.json is named', () => {
  workspace.write('nx.json', '{"plugins": [');
  expect(doctor()).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/^problem {2}plugin-options +nx.json can't be read/m),
  });
});
