import * as fc from 'fast-check';
import { formatJunit, type JunitContext } from './junit-report';
import type { ResultFile } from './result-file';
import { readXml, type ReadElement } from './test-support/read-xml';

type Test = ResultFile['tests'][number];

const passed: Test = {
  name: 'task::arena::tests::reuses',
  verdict: { kind: 'passed' },
  expectedFailure: false,
  seconds: 0.25,
};

const ended = (
  name: string,
  verdict: Test['verdict'],
  expectedFailure = false,
): ResultFile['tests'][number] => ({ name, verdict, expectedFailure });

function content(parts: Partial<ResultFile> = {}): ResultFile {
  return {
    schema: 2,
    leaf: 'lib::task::arena',
    fingerprint: 'f',
    args: [],
    complete: true,
    success: true,
    seconds: 1.5,
    problems: [],
    tests: [passed],
    ...parts,
  };
}

const context = (parts: Partial<JunitContext> = {}): JunitContext => ({
  packageName: 'glommio',
  harness: true,
  output: [],
  ...parts,
});

interface ParsedOutcome {
  readonly message: string;
  readonly type?: string;
  readonly text: string;
}

interface ParsedCase {
  readonly name: string;
  readonly classname: string;
  readonly time?: string;
  readonly failure?: ParsedOutcome;
  readonly error?: ParsedOutcome;
  readonly skipped?: ParsedOutcome;
}

interface ParsedSuite {
  readonly name: string;
  readonly tests: string;
  readonly failures: string;
  readonly errors: string;
  readonly skipped: string;
  readonly time: string;
  readonly cases: readonly ParsedCase[];
  readonly 'system-out'?: string;
  readonly 'system-err'?: string;
}

/** What an XML parser makes of a report. */
function parse(xml: string): ParsedSuite {
  const suites = readXml(xml);
  expect(suites).toMatchObject({ name: 'testsuites', children: [{ name: 'testsuite' }] });
  const suite = suites.children[0]!;
  const cases = suite.children.filter(({ name }) => name === 'testcase');
  const streams = suite.children.filter(({ name }) => name !== 'testcase');
  return {
    ...suite.attributes,
    cases: cases.map((element) => ({ ...element.attributes, ...byName(element.children) })),
    ...Object.fromEntries(streams.map(({ name, text }) => [name, text])),
  } as unknown as ParsedSuite;
}

function byName(elements: readonly ReadElement[]): Record<string, ParsedOutcome> {
  return Object.fromEntries(
    elements.map(({ name, attributes, text }) => [name, { ...attributes, text } as ParsedOutcome]),
  );
}

const onlyCase = (parts: Partial<ResultFile>, rest?: Partial<JunitContext>): ParsedCase => {
  const { cases } = parse(formatJunit(content(parts), context(rest)));
  expect(cases).toHaveLength(1);
  return cases[0]!;
};

test.each([
  ['lib', 'glommio crate root', 'glommio'],
  ['lib::task::arena', 'glommio task::arena', 'glommio::task::arena'],
  ['lib?rest', 'glommio rest', 'glommio::rest'],
  ['test:spawn_public', 'glommio test spawn_public', 'glommio::spawn_public'],
])('names the suite and the class of %s', (leaf, suiteName, classname) => {
  const suite = parse(formatJunit(content({ leaf }), context()));
  expect(suite).toMatchObject({ name: suiteName, tests: '1', time: '1.500' });
  expect(suite.cases).toEqual([{ name: passed.name, classname, time: '0.250' }]);
});

describe('a test that', () => {
  const reused = { localChanges: false, at: '2026-11-23T10:00:00.000Z', machine: 'linux 6.1' };
  const commit = '1a2b3c4d5e6f';
  it.each<[string, Test['verdict'], boolean, string | undefined, string]>([
    ['passed', { kind: 'passed' }, false, undefined, ''],
    ['passed against expectation', { kind: 'passed' }, true, undefined, ''],
    ['failed', { kind: 'failed', message: 'no panic' }, false, 'failure', 'no panic'],
    ['failed without a word', { kind: 'failed' }, false, 'failure', 'failed'],
    [
      'failed as expected',
      { kind: 'failed', message: 'no disk' },
      true,
      'skipped',
      'failed as expected: no disk',
    ],
    [
      'took too long',
      { kind: 'killed', cause: 'timeout', by: 'killed after 300 s' },
      false,
      'error',
      'killed after 300 s',
    ],
    [
      'took too long as expected',
      { kind: 'killed', cause: 'timeout', by: 'killed after 300 s' },
      true,
      'skipped',
      'failed as expected: killed after 300 s',
    ],
    [
      'crashed, which nobody can expect',
      { kind: 'killed', cause: 'processEnd', by: 'SIGSEGV' },
      true,
      'error',
      'SIGSEGV',
    ],
    ['is ignored', { kind: 'ignored' }, false, 'skipped', 'ignored'],
    [
      'is ignored for a reason',
      { kind: 'ignored', message: 'slow' },
      false,
      'skipped',
      'ignored: slow',
    ],
    [
      'was not selected',
      { kind: 'notRun', cause: 'notSelected', why: 'no filter matches' },
      false,
      'skipped',
      'not selected: no filter matches',
    ],
    [
      'did not come to run',
      { kind: 'notRun', cause: 'processEnd', why: 'the process ended before it' },
      false,
      'error',
      'not run: the process ended before it',
    ],
    [
      'is reused',
      { kind: 'reused', passed: { ...reused, commit, seconds: 3 } },
      false,
      'skipped',
      'unchanged since it passed at 1a2b3c4 (linux 6.1)',
    ],
    [
      'is reused from changed sources',
      { kind: 'reused', passed: { ...reused, commit, localChanges: true } },
      false,
      'skipped',
      'unchanged since it passed at 1a2b3c4 + local changes (linux 6.1)',
    ],
    [
      'is reused outside of a repository',
      { kind: 'reused', passed: { ...reused, localChanges: true } },
      false,
      'skipped',
      'unchanged since it passed on 2026-11-23 (linux 6.1)',
    ],
  ])('%s', (_, verdict, expected, element, message) => {
    const shown = onlyCase({ tests: [ended('a', verdict, expected)] });
    const elements = ['failure', 'error', 'skipped'].filter((name) => name in shown);
    expect(elements).toEqual(element === undefined ? [] : [element]);
    if (element === undefined) return;
    // Viewers show the message or the text, so each must say it.
    const outcome = shown[element as 'failure'];
    expect(outcome?.message).toBe(message);
    expect(outcome?.text).toContain(message);
    expect(shown.time).toBe(element === 'skipped' && !expected ? '0.000' : undefined);
  });
});

test('counts what it shows', () => {
  const suite = parse(
    formatJunit(
      content({
        success: false,
        problems: ['the process was killed by SIGKILL', 'its log ends early'],
        tests: [
          passed,
          ended('b', { kind: 'failed' }),
          ended('c', { kind: 'failed' }, true),
          ended('d', { kind: 'killed', cause: 'processEnd', by: 'SIGKILL' }),
          ended('e', { kind: 'notRun', cause: 'processEnd', why: 'x' }),
          ended('f', { kind: 'ignored' }),
        ],
      }),
      context(),
    ),
  );
  expect(suite).toMatchObject({ tests: '7', failures: '1', errors: '3', skipped: '2' });
  expect(suite.cases).toHaveLength(7);
});

describe('a leaf that fails without a failed test', () => {
  it('shows its problems as a case of their own', () => {
    const { cases } = parse(
      formatJunit(content({ success: false, problems: ['one', 'two'] }), context()),
    );
    expect(cases.map(({ name }) => name)).toEqual([passed.name, '(run of task::arena)']);
    expect(cases[1]?.error).toEqual({ message: 'one', type: 'problem', text: 'one\n\ntwo' });
  });

  it('is shown as failed even if it names no problem', () => {
    const { cases } = parse(formatJunit(content({ complete: false, success: false }), context()));
    expect(cases[1]?.error?.message).toBe('the run did not come to its end');
  });

  it('names that case like no test', () => {
    const tests = [ended('(run of task::arena)', { kind: 'passed' })];
    const { cases } = parse(
      formatJunit(content({ success: false, problems: ['one'], tests }), context()),
    );
    expect(new Set(cases.map(({ name }) => name)).size).toBe(2);
  });
});

test('a leaf without tests is an empty suite that tells why', () => {
  const suite = parse(formatJunit(content({ tests: [], absent: 'cfg(windows)' }), context()));
  expect(suite).toMatchObject({ tests: '0', 'system-out': 'no tests: cfg(windows)' });
  expect(suite.cases).toEqual([]);
});

describe('output', () => {
  const stdout = [
    '',
    'running 2 tests',
    'test a ... FAILED',
    'test b ... ok',
    'a child wrote this',
    '',
    'failures:',
    '',
    '---- a stdout ----',
    'before',
    '',
    "thread 'a' panicked at src/a.rs:7:5:",
    'left != right',
    '',
    '',
    'failures:',
    '    a',
    '',
    'test result: FAILED. 1 passed; 1 failed; 0 ignored',
    '',
  ].join('\n');
  const tests = [ended('a', { kind: 'failed' }), ended('b', { kind: 'passed' })];
  const output = [{ tests: ['a', 'b'], stdout, stderr: 'a warning\n' }];

  it('of a failed test stands with it, the rest with the suite', () => {
    const suite = parse(formatJunit(content({ success: false, tests }), context({ output })));
    expect(suite.cases[0]?.failure).toEqual({
      message: 'panicked at src/a.rs:7:5: left != right',
      type: 'failed',
      text: expect.stringMatching(
        /before\n\nthread 'a' panicked at src\/a\.rs:7:5:\nleft != right$/,
      ),
    });
    expect(suite['system-out']).toBe('a child wrote this');
    expect(suite['system-err']).toBe('a warning');
  });

  it('that libtest did not get to print is said to be lost', () => {
    const { cases } = parse(
      formatJunit(
        content({
          success: false,
          tests: [
            ended('a', { kind: 'failed' }),
            ended('b', { kind: 'killed', cause: 'processEnd', by: 'SIGSEGV' }),
          ],
        }),
        context({ output: [{ tests: ['a', 'b'], stdout: '', stderr: '' }] }),
      ),
    );
    expect(cases[0]?.failure?.text).toContain('was lost');
  });

  it('of a target without harness is its only test’s', () => {
    const shown = onlyCase(
      { leaf: 'test:own', success: false, tests: [ended('own', { kind: 'failed' })] },
      { harness: false, output: [{ tests: ['own'], stdout: 'failures:\n', stderr: 'oh' }] },
    );
    expect(shown.failure?.text).toBe('failed\n\nfailures:\n\noh');
  });

  it('keeps both ends when it is long, and the file stays small', () => {
    const long = `first ${'<&>\u{1F600}'.repeat(2_000_000)} last`;
    const xml = formatJunit(
      content({ success: false, leaf: 'test:own', tests: [ended('own', { kind: 'failed' })] }),
      context({ harness: false, output: [{ tests: ['own'], stdout: long, stderr: '' }] }),
    );
    expect(xml.length).toBeLessThan(2_000_000);
    expect(parse(xml).cases[0]?.failure?.text).toMatch(
      /^failed\n\nfirst [^]+ left out here\][^]+ last$/,
    );
  });

  it('of very many tests does not add up without bounds', () => {
    const text = 'x'.repeat(20_000);
    const names = Array.from({ length: 2_000 }, (_, index) => `t${index}`);
    const sections = names.map((name) => `---- ${name} stdout ----\n${text}\n`).join('\n');
    const list = names.map((name) => `    ${name}\n`).join('');
    const many = `\nfailures:\n\n${sections}\n\nfailures:\n${list}\n`;
    const xml = formatJunit(
      content({ success: false, tests: names.map((name) => ended(name, { kind: 'failed' })) }),
      context({ output: [{ tests: names, stdout: many, stderr: '' }] }),
    );
    expect(xml.length).toBeLessThan(10_000_000);
    expect(parse(xml)).toMatchObject({ tests: '2000', failures: '2000' });
  });
});

test.each([
  ['markup', 'a<b>&"c"\'d\' ]]> <!-- &amp;', 'a<b>&"c"\'d\' ]]> <!-- &amp;'],
  ['colours', '\u001b[31mred\u001b[0m', 'red'],
  ['control characters', 'a\0b\u0008c\u001fd', 'a\ufffdb\ufffdc\ufffdd'],
  ['half characters', 'a\ud800b\udc00c', 'a\ufffdb\ufffdc'],
  ['non-characters', 'a\ufffeb\uffffc', 'a\ufffdb\ufffdc'],
  ['other planes', '\u{1F600}\u{10FFFF}', '\u{1F600}\u{10FFFF}'],
])('writes %s so that a parser reads them', (_, text, read) => {
  const shown = onlyCase({
    success: false,
    tests: [ended(`name ${text}`, { kind: 'failed', message: text })],
  });
  expect(shown.name).toBe(`name ${read}`);
  expect(shown.failure).toEqual({ message: read, type: 'failed', text: read });
});

test('a message of several lines is one line, and its text keeps them', () => {
  const shown = onlyCase({
    success: false,
    tests: [ended('a', { kind: 'failed', message: 'one\r\n\ttwo\rthree' })],
  });
  expect(shown.failure).toEqual({
    message: 'one two three',
    type: 'failed',
    text: 'one\n\ttwo\nthree',
  });
});

test('any text whatever gives a report that parses and shows each test as what it is', () => {
  const anything = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(fc.array(fc.tuple(anything, anything, anything)), anything, (rows, stream) => {
      const tests = rows.map(([name, message]) => ended(name, { kind: 'failed', message }));
      const { cases } = parse(
        formatJunit(
          content({ success: false, problems: rows.map(([, , problem]) => problem), tests }),
          context({ packageName: stream, output: [{ tests: [], stdout: stream, stderr: stream }] }),
        ),
      );
      expect(cases.filter(({ failure }) => failure !== undefined)).toHaveLength(tests.length);
      expect(cases.filter(({ error }) => error !== undefined)).toHaveLength(1);
    }),
  );
});
