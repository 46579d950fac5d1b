import type { ExecutorContext } from '@nx/devkit';
import { join } from 'node:path';
import * as v from 'valibot';
import { realDoctorEdges } from '../../doctor/real-edges';
import { runDoctor } from '../../doctor/run-doctor';
import { describeFailure } from '../../report/describe-failure';
import { parseOptions } from '../parse-options';
import { projectFolder } from '../test-module/options';

const optionsSchema = v.strictObject({
  /** Prints JSON. Default: `false` */
  json: v.optional(v.boolean(), false),
  /** Mends what is safe to mend on this machine without root. Default: `false` */
  fix: v.optional(v.boolean(), false),
});

/** Options of the executor `doctor`. */
export type DoctorOptions = v.InferInput<typeof optionsSchema>;

/** Looks for what keeps the tests of a crate from running; fails if there is something. */
export default async function doctorExecutor(
  options: DoctorOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  try {
    const { json, fix } = parseOptions(optionsSchema, 'doctor', options);
    const folder = join(context.root, projectFolder(context, context.projectName ?? ''));
    const success = await runDoctor({ folder, json, fix }, realDoctorEdges(), process);
    return { success };
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    return { success: false };
  }
}
