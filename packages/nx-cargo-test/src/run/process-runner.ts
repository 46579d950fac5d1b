import { withTests, type RunPlan } from '../plan/run-plan';
import { onOwnEnd } from '../process/on-own-end';
import { readResourceCeiling, type ResourceCeiling } from '../resources/resource-ceiling';
import type { Limit } from './concurrency';
import { createEventQueue, type EventQueue } from './event-queue';
import type { RunEvent } from './run-event';
import { CANCELLED, runProcess } from './run-process';
import type { Runner } from './runner';
import type { TestHost } from './test-host';

/** What a {@link createProcessRunner} needs. */
export interface ProcessRunnerOptions {
  readonly host: TestHost;
  /** Shared by all plans that run at the same time: one place for each process. */
  readonly limit: Limit;
  /** How often the log file is read while tests run. Default: 200. */
  readonly pollMilliseconds?: number;
}

/**
 * Runs plans as processes of a host. Verdicts come from libtest's log file, which
 * tests don't write to; the log is followed for the sake of the time limits and of
 * progress, and what it says at the end decides.
 *
 * What a process leaves without a verdict when SIGKILL from outside ends it, as the
 * kernel's when memory runs out, or when we kill it because a test takes too long,
 * runs again in smaller processes, down to a test alone. Other early ends are failures.
 */
export function createProcessRunner(options: ProcessRunnerOptions): Runner {
  let ceiling: Promise<ResourceCeiling> | undefined;
  return {
    host: options.host,
    readCeiling: () => (ceiling ??= readResourceCeiling((file) => options.host.readText(file))),
    run(plan, signal) {
      const events = createEventQueue<RunEvent>();
      runProcesses(plan, options, events, signal).then(events.end, events.fail);
      return events;
    },
    close: () => options.host.close(),
  };
}

async function runProcesses(
  plan: RunPlan,
  options: ProcessRunnerOptions,
  events: EventQueue<RunEvent>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const { test, why } of plan.notSelected) {
    events.push({
      type: 'verdict',
      test,
      verdict: { kind: 'notRun', cause: 'notSelected', why },
    });
  }
  if (plan.processes.length > 0) await options.host.prepare(plan);
  // Nx has listeners of its own, so a signal does not end us: nothing new may start after it.
  let isEnding = false;
  const release = onOwnEnd(() => {
    isEnding = true;
  });
  try {
    const isOver = (): boolean => isEnding || signal?.aborted === true;
    const waiting = [...plan.processes];
    for (let index = 0; waiting.length > 0; index++) {
      const planned = waiting.shift()!;
      await options.limit(async () => {
        if (isOver()) {
          for (const test of planned.tests) {
            events.push({
              type: 'verdict',
              test,
              verdict: { kind: 'notRun', cause: 'processEnd', why: CANCELLED },
            });
          }
          return;
        }
        const { host, pollMilliseconds = 200 } = options;
        const run = { plan, planned, index, host, pollMilliseconds, events, signal, isOver };
        const batches = await host.withPrivateFolder((folder) =>
          runProcess(run, `${folder}/verdicts.log`),
        );
        waiting.unshift(...batches.map((tests) => withTests(planned, tests)));
      });
    }
  } finally {
    release();
  }
}
