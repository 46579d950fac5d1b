import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunProgram } from '../cargo/run-program';
import { sourcesDigest } from './compiled-while-running';

let home: string;
beforeEach(() => (home = realpathSync(mkdtempSync(join(tmpdir(), 'sources-')))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Digest of the sources in a checkout; git ignores `ignored.txt`. */
async function digestOf(
  files: Readonly<Record<string, string>>,
  { checkout = 'checkout', read = Object.keys(files), start = Infinity, digests = {} } = {},
): Promise<string> {
  const workspaceRoot = join(home, checkout);
  mkdirSync(join(workspaceRoot, 'tests'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(workspaceRoot, name), text);
  const run: RunProgram = ({ input = '' }) =>
    Promise.resolve({
      code: 0,
      description: 'exit code 0',
      notFound: false,
      stdout: input
        .split('\0')
        .filter((name) => name === 'ignored.txt')
        .map((name) => `${name}\0`)
        .join(''),
      stderr: '',
    });
  const paths = read.map((name) => join(workspaceRoot, name));
  return sourcesDigest(
    paths,
    {
      start,
      digests: new Map(
        Object.entries<string>(digests).map(([name, digest]) => [
          join(workspaceRoot, name),
          digest,
        ]),
      ),
    },
    { workspaceRoot, environment: {}, run },
  );
}

const sources = { 'Cargo.toml': '[package]', 'lib.rs': 'a', 'tests/case.rs': 'b' };

test('a changed, added or renamed source makes another digest', async () => {
  const digests = [
    await digestOf(sources),
    await digestOf({ ...sources, 'tests/case.rs': 'c' }),
    await digestOf({ ...sources, 'tests/more.rs': '' }),
    await digestOf({ 'Cargo.toml': '[package]', 'lib.rs': 'a', 'tests/other.rs': 'b' }),
  ];
  expect(new Set(digests).size).toBe(digests.length);
});

test('another checkout has the same digest, whatever the order and what git ignores', async () => {
  const first = await digestOf(sources);
  const ignored = { ...sources, 'ignored.txt': 'x' };
  const read = Object.keys(ignored).reverse();
  expect(await digestOf(ignored, { checkout: 'another', read })).toBe(first);
});

test('a link that leads nowhere is no failure', async () => {
  mkdirSync(join(home, 'checkout'));
  symlinkSync('nowhere', join(home, 'checkout/link'));
  await expect(digestOf({}, { read: ['link'] })).resolves.toMatch(/^[0-9a-f]{64}$/);
});

test('a source that changed after Nx may have hashed it fails, as it would for a build', async () => {
  await expect(digestOf(sources, { start: 0 })).rejects.toThrow('lib.rs');
});

test('a Cargo.lock that cargo has just written is no changed source', async () => {
  await expect(digestOf({ 'Cargo.lock': '' }, { start: 0 })).resolves.toMatch(/^[0-9a-f]{64}$/);
});

test('what was read before the build counts as it was, also if the build writes it anew', async () => {
  const options = { start: 0, digests: { 'lib.rs': 'before' } };
  const first = await digestOf({ 'lib.rs': 'a' }, options);
  expect(await digestOf({ 'lib.rs': 'b' }, options)).toBe(first);
});
