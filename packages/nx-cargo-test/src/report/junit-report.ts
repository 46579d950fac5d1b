import { stripVTControlCharacters } from 'node:util';
import type { PassedBefore } from '../run/run-event';
import { describeCommit } from './describe-commit';
import { splitOwnOutput } from './failure-output';
import { failedAsExpected, type ProcessOutput } from './leaf-outcome';
import type { ResultFile } from './result-file';
import { leafLabel } from './leaf-label';
import { formatXml, type XmlElement } from './xml-element';

/** What a JUnit report tells beyond the content of a results file. */
export interface JunitContext {
  /** Cargo package name. */
  readonly packageName: string;
  /** False for `harness = false`, whose output is nobody's but its own. */
  readonly harness: boolean;
  /** What the leaf's processes wrote. */
  readonly output: readonly ProcessOutput[];
}

/** Longest text of a test or stream, in UTF-16 code units; Jenkins, too, cuts there. */
const LONGEST_TEXT = 100_000;

/** All texts of a file together; libxml2, which GitLab uses, refuses ten million in one. */
const LONGEST_FILE = 8_000_000;

/** Longest `message`. Some viewers' parsers refuse attributes beyond 64 Ki. */
const LONGEST_MESSAGE = 1_000;

/**
 * The verdicts of a leaf as JUnit XML, in the form that Jenkins, GitLab and the
 * usual GitHub actions read: a suite for the leaf and a case for each test.
 *
 * A test that did not run is never a passed case. What makes the leaf fail and
 * belongs to no test is a case of its own, so that no viewer shows a failed leaf
 * as passed. Long output is cut in its middle.
 */
export function formatJunit(content: ResultFile, context: JunitContext): string {
  const label = leafLabel(content.leaf);
  const captured = capturedOutput(content, context);
  const cases = [
    ...content.tests.map((test) => caseOf(test, captured)),
    ...runCase(content, label),
  ];
  const count = (wanted: Outcome['element']): string =>
    String(cases.filter(({ outcome }) => outcome?.element === wanted).length);
  const texts = cases.filter(({ outcome }) => (outcome?.details.length ?? 0) > 0).length + 2;
  const limit = Math.min(LONGEST_TEXT, Math.ceil(LONGEST_FILE / texts));
  const totals = {
    tests: String(cases.length),
    failures: count('failure'),
    errors: count('error'),
  };
  const time = content.seconds.toFixed(3);

  const classname = line(classNameOf(content.leaf, context.packageName));
  const testcases = cases.map(({ name, seconds, outcome }): XmlElement => ({
    name: 'testcase',
    attributes: { classname, name: line(name), time: seconds?.toFixed(3) },
    content: outcome === undefined ? [] : [outcomeElement(outcome, limit)],
  }));
  const absent = content.absent === undefined ? [] : [`no tests: ${content.absent}`];
  const suite: XmlElement = {
    name: 'testsuite',
    attributes: {
      name: line(`${context.packageName} ${label}`),
      ...totals,
      skipped: count('skipped'),
      time,
    },
    content: [
      ...testcases,
      ...streamElement('system-out', [...absent, ...captured.stdout], limit),
      ...streamElement('system-err', captured.stderr, limit),
    ],
  };
  return formatXml({
    name: 'testsuites',
    attributes: { name: 'nx-cargo-test', ...totals, time },
    content: [suite],
  });
}

type Test = ResultFile['tests'][number];

/** A `testcase` element; without an outcome it passed. */
interface Case {
  readonly name: string;
  readonly seconds?: number | undefined;
  readonly outcome?: Outcome;
}

interface Outcome {
  readonly element: 'failure' | 'error' | 'skipped';
  readonly message: string;
  /** Must be no type that Rails' XML reader, which GitLab uses, would convert, such as `file`. */
  readonly type?: string;
  /** Further text, for example the output of the test. */
  readonly details: readonly string[];
}

function outcomeElement({ element, message, type, details }: Outcome, limit: number): XmlElement {
  return {
    name: element,
    attributes: { message: line(cutMiddle(message, LONGEST_MESSAGE)), type },
    // GitLab shows the text and ignores the message; Jenkins shows both.
    content: readable([message, ...details].filter((text) => text !== '').join('\n\n'), limit),
  };
}

function streamElement(name: string, parts: readonly string[], limit: number): XmlElement[] {
  const text = readable(parts.filter((part) => part.trim() !== '').join('\n'), limit);
  return text === '' ? [] : [{ name, content: text }];
}

function caseOf(test: Test, captured: CapturedOutput): Case {
  const outcome = outcomeOf(test, captured.own.get(test.name) ?? '');
  const ran = outcome?.element !== 'skipped' || failedAsExpected(test);
  return {
    name: test.name,
    seconds: ran ? test.seconds : 0,
    ...(outcome === undefined ? {} : { outcome }),
  };
}

function outcomeOf(test: Test, output: string): Outcome | undefined {
  const { verdict } = test;
  const skipped = (message: string): Outcome => ({ element: 'skipped', message, details: [] });
  switch (verdict.kind) {
    case 'passed':
      return undefined;
    case 'failed':
    case 'killed': {
      const message =
        verdict.kind === 'killed' ? verdict.by : (verdict.message ?? panicMessage(output));
      const details = [output];
      if (failedAsExpected(test)) {
        return { ...skipped(`failed as expected: ${message}`), details };
      }
      return verdict.kind === 'failed'
        ? { element: 'failure', message, type: 'failed', details }
        : { element: 'error', message, type: verdict.cause, details };
    }
    case 'reused':
      return skipped(reusedMessage(verdict.passed));
    case 'ignored':
      return skipped(verdict.message === undefined ? 'ignored' : `ignored: ${verdict.message}`);
    case 'notRun':
      return verdict.cause === 'notSelected'
        ? skipped(`not selected: ${verdict.why}`)
        : { element: 'error', message: `not run: ${verdict.why}`, type: 'notRun', details: [] };
  }
}

function reusedMessage(passed: PassedBefore): string {
  const where =
    passed.commit === undefined ? `on ${passed.at.slice(0, 10)}` : `at ${describeCommit(passed)}`;
  return `unchanged since it passed ${where} (${passed.machine})`;
}

/** The case for what fails a leaf without being a test's fault. */
function runCase(content: ResultFile, label: string): Case[] {
  const problems = [...content.problems];
  const isExplained =
    content.success ||
    content.tests.some((test) => {
      const element = outcomeOf(test, '')?.element;
      return element === 'failure' || element === 'error';
    });
  if (problems.length === 0 && isExplained) return [];
  if (problems.length === 0) problems.push('the run did not come to its end');
  const taken = new Set(content.tests.map(({ name }) => name));
  // Viewers may take two cases of one name for two tries of one test.
  let name = `(run of ${label})`;
  while (taken.has(name)) name = `(${name})`;
  const [message = '', ...details] = problems;
  return [{ name, outcome: { element: 'error', message, type: 'problem', details } }];
}

interface CapturedOutput {
  /** By test. */
  readonly own: ReadonlyMap<string, string>;
  /** What belongs to no single test, by process. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

function capturedOutput(content: ResultFile, { harness, output }: JunitContext): CapturedOutput {
  if (!harness) {
    const text = output
      .flatMap(({ stdout, stderr }) => [stdout, stderr])
      .filter((part) => part.trim() !== '')
      .join('\n');
    return { own: new Map(content.tests.map(({ name }) => [name, text])), stdout: [], stderr: [] };
  }
  const verdicts = new Map(content.tests.map(({ name, verdict }) => [name, verdict.kind]));
  const failed = new Set(
    [...verdicts].filter(([, kind]) => kind === 'failed').map(([name]) => name),
  );
  const own = new Map<string, string>();
  const stdout: string[] = [];
  const stderr: string[] = [];
  for (const process of output) {
    const split = splitOwnOutput(process, failed);
    stdout.push(split.rest);
    stderr.push(process.stderr);
    for (const [name, text] of split.own) own.set(name, text);
    if (!process.tests.some((name) => verdicts.get(name) === 'killed')) continue;
    // Libtest keeps the output of failed tests until its process ends by itself.
    for (const name of process.tests.filter((test) => failed.has(test) && !own.has(test))) {
      own.set(name, 'Its output was lost when the process ended early.');
    }
  }
  return { own, stdout, stderr };
}

/** What the last panic in a test's output says, on one line. */
function panicMessage(output: string): string {
  const start = output.lastIndexOf(' panicked at ');
  if (start === -1) return 'failed';
  const [place = '', text = ''] = output.slice(start + 1, start + LONGEST_MESSAGE).split('\n');
  return `${place} ${text}`.trim();
}

/** For example `glommio`, `glommio::task::arena`, `glommio::spawn_public`. */
function classNameOf(leaf: string, packageName: string): string {
  if (leaf === 'lib') return packageName;
  return `${packageName}::${leaf.replace(/^lib(?:::|\?)|^[a-z]+:/, '')}`;
}

/** A text on one line, as some viewers need it for names and messages. */
function line(text: string): string {
  return stripVTControlCharacters(text).replace(/\s+/g, ' ').trim();
}

function readable(text: string, limit: number): string {
  const plain = stripVTControlCharacters(cutMiddle(text, limit));
  return plain.replace(/\r\n?/g, '\n').replace(/^\n+/, '').trimEnd();
}

function cutMiddle(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = Math.floor(limit / 2);
  const left = text.length - 2 * half;
  return `${text.slice(0, half)}\n[${left} characters left out here]\n${text.slice(-half)}`;
}
