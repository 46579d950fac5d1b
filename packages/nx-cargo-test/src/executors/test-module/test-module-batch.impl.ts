import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { ensureBuilt } from '../../build/ensure-built';
import { assertTargetIntact } from '../../plugin/merged-target';
import { openLedger } from './open-ledger';
import { openRealRunners } from './open-real-runners';
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
    ensureBuilt,
    openRunners: () => openRealRunners((line) => void process.stdout.write(`${line}\n`)),
    openLedger,
    environment: process.env,
    announce: (line) => void process.stdout.write(`${line}\n`),
  });
}
