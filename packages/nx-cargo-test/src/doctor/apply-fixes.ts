import { appendFile, readFile } from 'node:fs/promises';
import { shellWord } from '../shell-word';
import type { AskProgram } from './ask-program';
import type { MadeFix } from './diagnosis';
import type { Finding, FindingGroup, Fix } from './finding';
import { describeTrouble } from './program-answer';

/** A guest takes minutes to boot on a busy machine, a component as long to come over the network. */
const SECONDS = 900;

/**
 * Makes the fixes that findings have, one after the other, and looks at everything
 * again.
 *
 * @param announce Shows a line to the user, before each fix and where one fails.
 * @param look Diagnoses again.
 */
export async function applyFixes(
  groups: readonly FindingGroup[],
  ask: AskProgram,
  announce: (line: string) => void,
  look: () => Promise<readonly FindingGroup[]>,
): Promise<{ readonly groups: readonly FindingGroup[]; readonly fixes: readonly MadeFix[] }> {
  const fixable = groups.flatMap(({ findings }) =>
    findings.filter(({ fix, severity }) => fix !== undefined && severity !== 'ok'),
  );
  if (fixable.length === 0) return { groups, fixes: [] };
  const made: { finding: Finding; what: string; trouble: string | undefined }[] = [];
  for (const finding of fixable) {
    const what = describeFix(finding.fix!);
    announce(`${finding.check}: ${what}`);
    const trouble = await make(finding.fix!, ask);
    if (trouble !== undefined) announce(`${finding.check}: failed: ${trouble}`);
    made.push({ finding, what, trouble });
  }
  const after = await look();
  const fixes = made.map(({ finding, what, trouble }): MadeFix => {
    const outcome =
      trouble !== undefined
        ? 'failed'
        : isMended(finding, after)
          ? 'mended'
          : 'made, and not mended';
    return { check: finding.check, what, outcome };
  });
  return { groups: after, fixes };
}

function isMended({ check, about }: Finding, groups: readonly FindingGroup[]): boolean {
  const same = groups.flatMap(({ findings }) =>
    findings.filter((each) => each.check === check && each.about === about),
  );
  return same.length > 0 && same.every(({ severity }) => severity === 'ok');
}

function describeFix(fix: Fix): string {
  return fix.type === 'run'
    ? fix.command.map(shellWord).join(' ')
    : `writing ${fix.line} into ${fix.file}`;
}

/** @returns what went wrong. */
async function make(fix: Fix, ask: AskProgram): Promise<string | undefined> {
  if (fix.type === 'appendLine') return appendLine(fix.file, fix.line);
  const [file = '', ...args] = fix.command;
  const answer = await ask({ file, args, folder: fix.folder, seconds: SECONDS });
  return answer.type === 'answered' ? undefined : describeTrouble(answer);
}

async function appendLine(file: string, line: string): Promise<string | undefined> {
  try {
    const present = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const start = present === '' || present.endsWith('\n') ? '' : '\n';
    await appendFile(file, `${start}${line}\n`);
    return undefined;
  } catch (error) {
    return String(error);
  }
}
