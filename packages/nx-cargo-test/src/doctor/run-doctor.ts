import { isColorSupported } from 'picocolors';
import type { TextSink } from '../cli/run-cli';
import { outerEnvironment } from '../process/outer-environment';
import { applyFixes } from './apply-fixes';
import { createAskProgram } from './ask-program';
import { diagnose, type DoctorEdges } from './diagnose';
import { diagnosisAsJson, isHealthy, type Diagnosis } from './diagnosis';
import { reportAsText } from './report-text';

/** What a doctor is asked for. */
export interface DoctorRequest {
  /** Absolute path: of a crate, or of a workspace for all its crates. */
  readonly folder: string;
  /** Prints JSON. */
  readonly json: boolean;
  /** Makes the fixes that are safe and local. */
  readonly fix: boolean;
}

/**
 * Diagnoses and reports.
 *
 * @returns whether nothing was found that keeps tests from running.
 */
export async function runDoctor(
  request: DoctorRequest,
  edges: DoctorEdges,
  output: { readonly stdout: TextSink; readonly stderr: TextSink },
): Promise<boolean> {
  const look = () => diagnose(edges, request.folder);
  const groups = await look();
  const ask = createAskProgram(edges.spawn, outerEnvironment(edges.environment));
  const announce = (line: string): void => void output.stderr.write(`${line}\n`);
  const diagnosis: Diagnosis = request.fix
    ? await applyFixes(groups, ask, announce, look)
    : { groups, fixes: [] };
  output.stdout.write(
    request.json
      ? `${JSON.stringify(diagnosisAsJson(diagnosis), null, 2)}\n`
      : reportAsText(diagnosis, wantsColours(output.stdout, edges.environment)),
  );
  return isHealthy(diagnosis);
}

/** In a terminal, and where Nx or the user asks for colours in a pipe. */
function wantsColours(stdout: TextSink, environment: DoctorEdges['environment']): boolean {
  const forced = environment['FORCE_COLOR'];
  const isForced = forced !== undefined && !['', '0', 'false'].includes(forced);
  return isColorSupported && (stdout.isTTY === true || isForced);
}
