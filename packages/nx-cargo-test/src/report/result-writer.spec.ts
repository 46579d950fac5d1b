import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseResultFile, RESULT_SCHEMA, type ResultFile } from './result-file';
import { createResultWriter } from './result-writer';

const content: ResultFile = {
  schema: RESULT_SCHEMA,
  leaf: 'lib::a',
  fingerprint: 'f',
  args: ['x'],
  complete: true,
  success: true,
  seconds: 0.5,
  problems: [],
  tests: [
    { name: 'a', verdict: { kind: 'passed' }, expectedFailure: false, seconds: 0.1 },
    { name: 'b', verdict: { kind: 'ignored', message: 'm' }, expectedFailure: false },
    {
      name: 'c',
      verdict: { kind: 'killed', cause: 'timeout', by: 'y' },
      expectedFailure: true,
    },
  ],
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'result-writer-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('what was written is read back, and nothing else lies beside it', async () => {
  const file = join(folder, 'results', 'a.json');
  const writer = createResultWriter(file);
  await writer.write({ ...content, complete: false });
  await writer.progress(() => {
    throw new Error('written too soon');
  });
  await writer.write(content);
  expect(parseResultFile(await readFile(file, 'utf8'), 'a.json')).toEqual(content);
  expect(await readdir(join(folder, 'results'))).toEqual(['a.json']);
});

test.each([
  ['{}', 'schema'],
  [JSON.stringify({ ...content, schema: RESULT_SCHEMA + 1 }), 'schema'],
  [JSON.stringify({ ...content, extra: 1 }), 'extra'],
  [JSON.stringify({ ...content, tests: [{ name: 'a', verdict: { kind: 'fine' } }] }), 'verdict'],
])('refuses %s', (text, key) => {
  expect(() => parseResultFile(text, 'a.json')).toThrow(
    expect.objectContaining({
      code: 'INVALID_FILE',
      message: expect.stringMatching(new RegExp(`^a\\.json: .*${key}`)) as string,
    }),
  );
});
