import type { CheckName, Finding } from '../finding';

/** Findings in short: `nofile hint`. */
export function short(findings: readonly Finding[]): string[] {
  return findings.map(({ check, severity }) => `${check} ${severity}`);
}

/** The finding of a check. */
export function findingOf(findings: readonly Finding[], check: CheckName): Finding {
  const found = findings.find((each) => each.check === check);
  if (found === undefined)
    throw new Error(`no finding of ${check} in ${short(findings).join(', ')}`);
  return found;
}
