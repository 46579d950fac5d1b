import type { ProgramEnd } from '../cargo/run-program';
import { listTests } from './list-tests';

const request = { command: ['/bin/tests'], workingDirectory: '/', environment: {} };

function binary(all: string, ignored = '', end: Partial<ProgramEnd> = {}) {
  return ({ args }: { args: readonly string[] }): Promise<ProgramEnd> =>
    Promise.resolve({
      code: 0,
      description: 'exit code 0',
      notFound: false,
      stderr: '',
      stdout: args.includes('--ignored') ? ignored : all,
      ...end,
    });
}

test('tests are sorted and know whether they are ignored', async () => {
  const run = binary('b: test\na::c: test\nbench: benchmark\n', 'b: test\n');
  expect(await listTests(run, request)).toEqual([
    { name: 'a::c', ignored: false },
    { name: 'b', ignored: true },
    { name: 'bench', ignored: false },
  ]);
});

test('none at all is a listing', async () =>
  expect(await listTests(binary(''), request)).toEqual([]));

test.each([
  ['a line that is no listing', binary('a: test\nhello\n')],
  ['a binary that fails', binary('a: test\n', '', { code: 1 })],
  ['a binary that is killed', binary('a: test\n', '', { code: undefined })],
  ['a test listed twice', binary('a: test\na: test\n')],
  ['an ignored test that is not among all', binary('a: test\n', 'b: test\n')],
])('%s is refused', (_, run) =>
  expect(listTests(run, request)).rejects.toMatchObject({ code: 'LISTING_FAILED' }),
);
