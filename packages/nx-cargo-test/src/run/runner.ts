import type { RunPlan } from '../plan/run-plan';
import type { RunEvent } from './run-event';

/** Runs the tests of a plan somewhere, and tells what happens. */
export interface Runner {
  /**
   * Ends after each test of the plan had its one `verdict` event and each
   * process its `ended` event; throws only when nothing could be run at all.
   *
   * @param signal Aborting it kills what runs and reports the rest as not run.
   */
  run(plan: RunPlan, signal?: AbortSignal): AsyncIterable<RunEvent>;
}
