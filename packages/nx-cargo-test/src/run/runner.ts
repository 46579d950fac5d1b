import type { RunPlan } from '../plan/run-plan';
import type { ResourceCeiling } from '../resources/resource-ceiling';
import type { RunEvent } from './run-event';
import type { TestHost } from './test-host';

/** Runs the tests of a plan somewhere, and tells what happens. */
export interface Runner {
  /** What a plan has to know of the machine that it is made for. */
  readonly host: Pick<TestHost, 'environment' | 'identity' | 'processors'>;
  /**
   * Ends after each test of the plan had its one `verdict` event and each
   * process its `ended` event; throws only when nothing could be run at all.
   *
   * @param signal Aborting it kills what runs and reports the rest as not run.
   */
  run(plan: RunPlan, signal?: AbortSignal): AsyncIterable<RunEvent>;
  /** The limits that processes run under. Absent: not known. Never rejects. */
  readCeiling?(): Promise<ResourceCeiling>;
  /** Lets go of the machine that the tests run on; after the last plan. */
  close(): Promise<void>;
}
