import {
  digestOf,
  formatResultFile,
  RESULT_SCHEMA,
  type ResultFile,
} from '../../report/result-file';
import { checkLeaves, type GroupLeaf } from './check-leaves';

const results: ResultFile = {
  schema: RESULT_SCHEMA,
  leaf: 'lib::a',
  fingerprint: digestOf('fingerprints'),
  args: [],
  complete: true,
  success: true,
  seconds: 1,
  problems: [],
  tests: [
    { name: 'a::x', verdict: { kind: 'passed' }, expectedFailure: false },
    { name: 'a::y', verdict: { kind: 'failed' }, expectedFailure: true },
  ],
};

const leaf = (changes: Partial<GroupLeaf> = {}, file: Partial<ResultFile> = {}): GroupLeaf => ({
  target: 'test-a',
  leafId: 'lib::a',
  inTaskGraph: true,
  fingerprints: 'fingerprints',
  results: formatResultFile({ ...results, ...file }),
  resultsPath: 'results/a.json',
  ...changes,
});

test('says each leaf and the total', () => {
  const absent = leaf({ leafId: 'lib::b' }, { leaf: 'lib::b', tests: [], absent: 'cfg(windows)' });
  expect(checkLeaves('test', [leaf(), absent], [])).toEqual({
    success: true,
    report: [
      'test: 1 passed, 1 expected failure in 2 modules',
      '  a: 1 passed, 1 expected failure',
      '  b: no tests (cfg(windows))',
      '',
    ].join('\n'),
  });
});

test.each<[string, GroupLeaf, string]>([
  ['outside the run', leaf({ inTaskGraph: false }), 'its target test-a is no part of this run'],
  ['without fingerprints', leaf({ fingerprints: undefined }), 'no fingerprint file'],
  ['without results', leaf({ results: undefined }), 'no results in results/a.json'],
  ['with unreadable results', leaf({ results: '{' }), 'is not JSON'],
  ['of another build', leaf({ fingerprints: 'newer' }), 'of another build'],
  ['of another leaf', leaf({}, { leaf: 'lib::z' }), 'the results of lib::z'],
  ['run with other arguments', leaf({}, { args: ['x'] }), 'a run with x'],
  ['cut short', leaf({}, { complete: false }), 'did not come to an end'],
  ['that failed', leaf({}, { success: false }), 'it failed'],
])('fails for a leaf %s', (_, wrong, problem) => {
  const { success, report } = checkLeaves('test', [leaf(), wrong], []);
  expect(success).toBe(false);
  expect(report).toContain(problem);
});

test('fails without a leaf', () => {
  expect(checkLeaves('test', [], []).success).toBe(false);
});

test('a run of a selection counts for the same selection', () => {
  const selected = leaf({}, { args: ['x', '-q'] });
  expect(checkLeaves('test', [selected], ['x', '-q']).success).toBe(true);
  expect(checkLeaves('test', [selected], []).success).toBe(false);
});

test('fails when the arguments select no test of any leaf', () => {
  const tests = [
    {
      name: 'a::x',
      verdict: { kind: 'notRun', cause: 'notSelected', why: 'it matches no filter' },
      expectedFailure: false,
    } as const,
  ];
  const args = ['misspelt'];
  const { success, report } = checkLeaves('test', [leaf({}, { args, tests })], args);
  expect(success).toBe(false);
  expect(report).toContain('no test of 1 matches the arguments misspelt');
  const selected = leaf({}, { args });
  expect(checkLeaves('test', [selected, leaf({}, { args, tests })], args).success).toBe(true);
});
