import { CargoTestError } from '../../errors';
import { digestOf, parseResultFile } from '../../report/result-file';
import { leafLabel } from '../../report/leaf-label';
import { addCounts, countsOf, formatCounts, type VerdictCounts } from '../../report/verdict-counts';

/** A leaf that a group stands for, with the texts of its files. */
export interface GroupLeaf {
  /** Name of the leaf's target. */
  readonly target: string;
  /** `formatLeafId` of the leaf. */
  readonly leafId: string;
  /** The run holds the leaf as a dependency of the group. */
  readonly inTaskGraph: boolean;
  /** The fingerprint file's text; undefined when there is none. */
  readonly fingerprints: string | undefined;
  /** The results file's text; undefined when there is none. */
  readonly results: string | undefined;
  /** Path of the results file, for messages. */
  readonly resultsPath: string;
}

/** What a group says. */
export interface GroupVerdict {
  readonly success: boolean;
  readonly report: string;
}

/**
 * Decides whether each leaf of a group ran, or was restored, in this run with a
 * success for the code that is built now. Anything missing fails the group, and
 * so do arguments that select no test of any leaf.
 *
 * @param args The user's arguments; a leaf must have run with the same ones.
 */
export function checkLeaves(
  group: string,
  leaves: readonly GroupLeaf[],
  args: readonly string[],
): GroupVerdict {
  if (leaves.length === 0) {
    return { success: false, report: `${group} stands for no test module, which cannot be\n` };
  }
  const lines: string[] = [];
  const counts: VerdictCounts[] = [];
  let success = true;
  for (const leaf of leaves) {
    const label = leafLabel(leaf.leafId);
    const checked = checkLeaf(leaf, args);
    if (checked.counts !== undefined) counts.push(checked.counts);
    if (checked.problem !== undefined) {
      success = false;
      lines.push(`  ${label}: ${checked.problem}`);
    } else if (checked.counts !== undefined) {
      const absent = checked.absent === undefined ? '' : ` (${checked.absent})`;
      lines.push(`  ${label}: ${formatCounts(checked.counts)}${absent}`);
    }
  }
  const sum = addCounts(counts);
  if (success && isNothingSelected(sum)) {
    // A misspelt filter would otherwise pass for a green run.
    success = false;
    lines.push(`  no test of ${sum.notSelected} matches the arguments ${args.join(' ')}`);
  }
  const modules = leaves.length === 1 ? '1 module' : `${leaves.length} modules`;
  const total = `${group}: ${formatCounts(sum)} in ${modules}`;
  return { success, report: `${[total, ...lines].join('\n')}\n` };
}

function isNothingSelected({ notSelected, reused, ...others }: VerdictCounts): boolean {
  return (
    notSelected > 0 && reused.size === 0 && Object.values(others).every((count) => count === 0)
  );
}

interface CheckedLeaf {
  readonly problem?: string;
  readonly counts?: VerdictCounts;
  readonly absent?: string;
}

function checkLeaf(leaf: GroupLeaf, args: readonly string[]): CheckedLeaf {
  if (!leaf.inTaskGraph) {
    return { problem: `its target ${leaf.target} is no part of this run` };
  }
  if (leaf.fingerprints === undefined) {
    return { problem: 'it has no fingerprint file; the build-tests target has to run first' };
  }
  if (leaf.results === undefined) return { problem: `it has no results in ${leaf.resultsPath}` };
  let results;
  try {
    results = parseResultFile(leaf.results, leaf.resultsPath);
  } catch (error) {
    if (error instanceof CargoTestError) return { problem: error.message };
    throw error;
  }
  const counts = countsOf(results.tests);
  if (results.leaf !== leaf.leafId) {
    return { problem: `${leaf.resultsPath} holds the results of ${results.leaf}` };
  }
  if (results.fingerprint !== digestOf(leaf.fingerprints)) {
    return { problem: 'its results are of another build; run it again', counts };
  }
  if (JSON.stringify(results.args) !== JSON.stringify(args)) {
    const ran = results.args.length === 0 ? 'without arguments' : `with ${results.args.join(' ')}`;
    return { problem: `its results are of a run ${ran}; run it again`, counts };
  }
  if (!results.complete) return { problem: 'its last run did not come to an end', counts };
  if (!results.success) return { problem: 'it failed', counts };
  return { counts, ...(results.absent === undefined ? {} : { absent: results.absent }) };
}
