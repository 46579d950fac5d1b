import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What a results file holds. */
interface Results {
  readonly leaf: string;
  readonly complete: boolean;
  readonly success: boolean;
  readonly tests: readonly { readonly name: string; readonly verdict: { readonly kind: string } }[];
}

/** What is true of the tests, from outside of the plugin. */
export interface Truth {
  /** Every test of the library's modules. */
  readonly listed: readonly string[];
  /** Those that came to their end, so that they can have passed. */
  readonly ended: ReadonlySet<string>;
}

const SETTLED = ['passed', 'reused', 'failed', 'killed'];

/**
 * What the results files of a package say that is not true, one sentence for each; empty
 * if there is nothing. Files of runs that were broken off have to say so and may be missing.
 *
 * @param folder `target/nx-cargo-test/<package>`.
 */
export function falseClaims(folder: string, truth: Truth): string[] {
  return readResults(folder).flatMap(({ file, results }) => {
    if (results === undefined) return [`${file} cannot be read`];
    const claims = passesThatWereNone(file, results, truth);
    if (!results.complete) {
      if (results.success) claims.push(`${file} is incomplete and a success`);
      if (existsSync(join(folder, 'junit', file.replace(/json$/, 'xml'))))
        claims.push(`${file} is incomplete and has a JUnit report`);
      return claims;
    }
    const listed = truth.listed.filter((test) => moduleOf(test) === results.leaf);
    const names = results.tests.map(({ name }) => name).sort();
    if (JSON.stringify(names) !== JSON.stringify(listed))
      claims.push(`${file} has ${names.join(', ')} instead of ${listed.join(', ')}`);
    const open = results.tests.filter(({ verdict }) => !SETTLED.includes(verdict.kind));
    for (const { name, verdict } of open)
      claims.push(`${file} is complete, but ${name} is ${verdict.kind}`);
    const isGood = results.tests.every(({ verdict }) => isPass(verdict.kind));
    if (results.success && !isGood)
      claims.push(`${file} is a success with tests that did not pass`);
    return claims;
  });
}

/** The verdicts of each listed test in complete results files. */
export function completeVerdicts(folder: string): Map<string, string[]> {
  const verdicts = new Map<string, string[]>();
  for (const { results } of readResults(folder)) {
    if (results?.complete !== true) continue;
    for (const { name, verdict } of results.tests)
      verdicts.set(name, [...(verdicts.get(name) ?? []), verdict.kind]);
  }
  return verdicts;
}

/** A verdict that makes a test green. */
export const isPass = (kind: string): boolean => kind === 'passed' || kind === 'reused';

function passesThatWereNone(file: string, { tests }: Results, { ended }: Truth): string[] {
  return tests
    .filter(({ name, verdict }) => isPass(verdict.kind) && !ended.has(name))
    .map(({ name, verdict }) => `${file} says ${verdict.kind} of ${name}, which never ended`);
}

function readResults(folder: string): { file: string; results: Results | undefined }[] {
  const results = join(folder, 'results');
  if (!existsSync(results)) return [];
  return readdirSync(results)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      try {
        return { file, results: JSON.parse(readFileSync(join(results, file), 'utf8')) as Results };
      } catch {
        return { file, results: undefined };
      }
    });
}

const moduleOf = (test: string): string => `lib::${test.slice(0, test.lastIndexOf('::'))}`;
