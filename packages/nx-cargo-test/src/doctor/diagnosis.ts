import type { CheckName, Finding, FindingGroup } from './finding';

/** All that was found, and what was done about it. */
export interface Diagnosis {
  readonly groups: readonly FindingGroup[];
  /** In the order in which they were made. */
  readonly fixes: readonly MadeFix[];
}

/** A fix that was tried. */
export interface MadeFix {
  readonly check: CheckName;
  /** The command, or what was written. */
  readonly what: string;
  readonly outcome: 'mended' | 'made, and not mended' | 'failed';
}

/** Version of the shape of {@link diagnosisAsJson}. */
export const DIAGNOSIS_SCHEMA = 1;

/** The same as a value for JSON. */
export function diagnosisAsJson({ groups, fixes }: Diagnosis): unknown {
  return {
    schema: DIAGNOSIS_SCHEMA,
    ok: isHealthy({ groups, fixes }),
    findings: groups.flatMap(({ title, findings }) =>
      findings.map(({ fix, ...finding }) => ({
        group: title,
        ...finding,
        fixable: fix !== undefined,
      })),
    ),
    fixes,
  };
}

/** Whether nothing was found that keeps tests from running. */
export function isHealthy({ groups }: Diagnosis): boolean {
  const isProblem = ({ severity }: Finding): boolean => severity === 'problem';
  return !groups.some(({ findings }) => findings.some(isProblem));
}
