import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { ensureBuilt } from '../../build/ensure-built';
import { assertTargetIntact } from '../../plugin/merged-target';
import { spawnSupervised } from '../../process/spawn';
import { createLimit, parallelProcesses } from '../../run/concurrency';
import { assertHostRunsTests } from '../../run/host';
import { nativeHost } from '../../run/native-host';
import { createProcessRunner } from '../../run/process-runner';
import { openLedger } from './open-ledger';
import { runBatch, type BatchTaskResult } from './run-batch';

/** Runs the tests of many leaves in one process of Nx. */
export default async function* testModuleBatchExecutor(
  taskGraph: TaskGraph,
  inputs: Record<string, unknown>,
  _overrides: unknown,
  context: ExecutorContext,
): AsyncGenerator<BatchTaskResult> {
  yield* runBatch(taskGraph, inputs, context, {
    assertTargetIntact,
    assertHostRunsTests,
    ensureBuilt,
    createRunner: () =>
      createProcessRunner({
        host: nativeHost(spawnSupervised),
        limit: createLimit(parallelProcesses(process.env)),
      }),
    openLedger,
    environment: process.env,
    announce: (line) => void process.stdout.write(`${line}\n`),
  });
}
