import { createColors } from 'picocolors';
import { countOf } from '../count-of';
import { plainText } from '../cli/plain-text';
import type { Diagnosis } from './diagnosis';
import { SEVERITIES, type Finding, type Severity } from './finding';

/** Columns that a terminal has at least. */
const WIDTH = 80;
const SEVERITY_COLUMN = 9;
const LABEL_COLUMN = 8;

/**
 * A diagnosis for people: a line for what is fine, and for the rest what is wanted,
 * why, and what mends it. Commands are never broken over lines.
 */
export function reportAsText({ groups, fixes }: Diagnosis, withColours: boolean): string {
  const colours = createColors(withColours);
  const paint: Readonly<Record<Severity, (text: string) => string>> = {
    ok: colours.green,
    skipped: colours.dim,
    hint: colours.yellow,
    problem: colours.red,
  };
  const findings = groups.flatMap((group) => group.findings);
  const checkColumn = Math.max(...findings.map(({ check }) => check.length)) + 2;
  const describe = (finding: Finding): string[] => {
    const { severity, check, found, about } = finding;
    const head = paint[severity](severity.padEnd(SEVERITY_COLUMN)) + check.padEnd(checkColumn);
    const indent = ' '.repeat(SEVERITY_COLUMN + checkColumn);
    const text = about === undefined ? found : `${about}: ${found}`;
    const [first = '', ...others] = wrap(plainText(text), WIDTH - indent.length);
    return [
      `${head}${first}`.trimEnd(),
      ...others.map((line) => indent + line),
      ...advice(finding),
    ];
  };
  return [
    ...groups.flatMap(({ title, findings: own }) =>
      own.length === 0 ? [] : [colours.bold(title), ...own.flatMap(describe), ''],
    ),
    ...(fixes.length === 0
      ? []
      : [
          colours.bold('Fixes'),
          ...fixes
            .map(({ check, what, outcome }) => `${check}: ${what}: ${outcome}`)
            .map(plainText),
          '',
        ]),
    summary(findings),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function advice({ wanted, why, mend = [] }: Finding): string[] {
  const indent = ' '.repeat(SEVERITY_COLUMN);
  const lines = (label: string, texts: readonly string[]): string[] =>
    texts.map(
      (text, index) => indent + (index === 0 ? label : '').padEnd(LABEL_COLUMN) + plainText(text),
    );
  const width = WIDTH - SEVERITY_COLUMN - LABEL_COLUMN;
  return [
    ...(wanted === undefined ? [] : lines('wanted', wrap(wanted, width))),
    ...(why === undefined ? [] : lines('why', wrap(why, width))),
    ...lines('mend', mend),
  ];
}

function summary(findings: readonly Finding[]): string {
  const number = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const words: Readonly<Record<Severity, string>> = {
    ok: `${number('ok')} ok`,
    skipped: `${number('skipped')} skipped`,
    hint: countOf(number('hint'), 'hint'),
    problem: countOf(number('problem'), 'problem'),
  };
  return SEVERITIES.map((severity) => words[severity]).join(', ');
}

/** Breaks a text at spaces; a word that is longer than a line has one of its own. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
