import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fingerprintFile, junitFile, resultFile } from '../../build/paths';
import type { BuiltBinary } from '../../build/ensure-built';
import { CargoTestError, messageOf } from '../../errors';
import { parseFingerprintFile, type FingerprintFile } from '../../fingerprint/fingerprint-file';
import type { Manifest } from '../../fingerprint/manifest';
import type { LedgerSession } from '../../ledger/ledger-session';
import type { HashedNodes } from '../../ledger/nx-inputs';
import { reuseMode } from '../../ledger/reuse-mode';
import { findLeaf, planRun, type PlanRequest, type RunPlan } from '../../plan/run-plan';
import { parseTestArguments } from '../../plan/test-arguments';
import { openLeafResources, type LeafResources } from '../../resources/leaf-resources';
import { resourceFile } from '../../resources/resource-records';
import { junitFileAt } from '../../report/junit-file';
import { collectOutcome, type LeafOutcome } from '../../report/leaf-outcome';
import { digestOf, RESULT_SCHEMA, type ResultFile } from '../../report/result-file';
import { createResultWriter } from '../../report/result-writer';
import { leafLabel } from '../../report/leaf-label';
import { formatLeafReport } from '../../report/terminal-report';
import type { RunEvent } from '../../run/run-event';
import type { Runner } from '../../run/runner';
import { resolveWorkspaceRoot, testEnvironment } from '../../run/test-environment';
import type { TestModuleOptions } from './options';
import { recordVerdicts } from './record-verdicts';
import { reuseVerdicts, type LeafReuse } from './reuse-verdicts';

/** A leaf to run, and what it runs with. */
export interface LeafRun {
  readonly workspaceRoot: string;
  readonly options: TestModuleOptions;
  /** What `ensureBuilt` gave for the leaf's package. */
  readonly built: { readonly manifest: Manifest; binary(index: number): BuiltBinary };
  readonly runner: Runner;
  readonly ledger: LedgerSession;
  /** The Nx project of the leaf. */
  readonly project: { readonly name: string; readonly folder: string };
  /** How Nx hashed the leaf's task. */
  readonly hashed: HashedNodes | undefined;
  /** Names every reused test in the report. */
  readonly verbose: boolean;
  /** Environment of our own process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told what happens while it happens. */
  readonly onEvent?: (event: RunEvent, plan: RunPlan) => void;
}

/** How a leaf ended. */
export interface LeafEnd {
  readonly success: boolean;
  /** The text for the user. */
  readonly report: string;
}

/**
 * Runs one leaf and keeps its results file up to date.
 *
 * @throws {CargoTestError} when the files that `build-tests` left don't fit
 * together, or the arguments can't be passed to the tests.
 */
export async function runLeaf(run: LeafRun): Promise<LeafEnd> {
  const { options, workspaceRoot } = run;
  const { cargoWorkspace, leafId } = options;
  const path = fingerprintFile(cargoWorkspace, options.package, options.leaf);
  const text = await readFingerprintFile(resolve(workspaceRoot, path), path);
  const fingerprints = parseFingerprintFile(text, path);
  const names = checkedNames(fingerprints, run.built.manifest, leafId, path);
  const writer = createResultWriter(
    resolve(workspaceRoot, resultFile(cargoWorkspace, options.package, options.leaf)),
  );
  const label = leafLabel(leafId);
  const content = (outcome: LeafOutcome, complete: boolean): ResultFile => ({
    schema: RESULT_SCHEMA,
    leaf: leafId,
    fingerprint: digestOf(text),
    args: [...options.args],
    complete,
    success: complete && outcome.success,
    seconds: outcome.seconds,
    ...(fingerprints.absent === undefined ? {} : { absent: fingerprints.absent }),
    problems: [...outcome.problems],
    tests: [...outcome.tests],
  });

  const junit = junitFileAt(
    resolve(workspaceRoot, junitFile(cargoWorkspace, options.package, options.leaf)),
    options.package,
  );
  await junit.clear();

  if (names.length === 0) {
    const outcome = collectOutcome([], []).outcome();
    await writer.write(content(outcome, true));
    await junit.write(content(outcome, true), outcome, true);
    const why = fingerprints.absent === undefined ? '' : ` (${fingerprints.absent})`;
    return { success: true, report: `${label}: no tests${why}\n` };
  }

  const prepared = await prepareLeaf(run);
  const reuse = await consultLedger(run, prepared, fingerprints, path);
  const resources = await consultResources(run, prepared);
  const { testsPerProcess, needs } = resources;
  const plan = planRun({
    ...prepared.request,
    decided: new Set(reuse.verdicts.keys()),
    alone: resources.alone,
    ...(testsPerProcess === undefined ? {} : { testsPerProcess }),
    ...(needs === undefined ? {} : { needs }),
  });
  const collector = collectOutcome(plan.tests, plan.expectedFailures);
  for (const [test, verdict] of reuse.verdicts) collector.add({ type: 'verdict', test, verdict });
  for (const note of reuse.notes) collector.note(note);
  for (const note of notesOn(resources, plan)) collector.note(note);
  const recorder = recordVerdicts(reuse);
  await writer.write(content(collector.outcome(), false));
  try {
    for await (const event of run.runner.run(plan)) {
      collector.add(event);
      recorder.add(event);
      resources.add(event);
      run.onEvent?.(event, plan);
      if (event.type === 'verdict') {
        await writer.progress(() => content(collector.outcome(), false));
      }
    }
  } catch (error) {
    // What has run so far must still reach the user and the results file.
    collector.fail(`the run broke off: ${messageOf(error)}`);
  }
  for (const problem of await recorder.end()) collector.note(problem);
  for (const problem of await resources.end()) collector.note(problem);
  const outcome = collector.outcome();
  await writer.write(content(outcome, true));
  await junit.write(content(outcome, true), outcome, plan.harness);
  const report = formatLeafReport(outcome, {
    label,
    harness: plan.harness,
    showOutput: plan.showOutput,
    verbose: run.verbose,
    reasons: reuse.reasons,
  });
  return { success: outcome.success, report };
}

/** How a leaf is run, as far as it is known before the ledger is asked. */
interface PreparedLeaf {
  readonly request: PlanRequest;
  readonly binary: BuiltBinary;
}

async function prepareLeaf({
  workspaceRoot,
  options,
  built,
  runner,
  environment,
}: LeafRun): Promise<PreparedLeaf> {
  const { index } = findLeaf(built.manifest, options.leafId);
  const binary = built.binary(index);
  const { manifest, file } = binary;
  const inWorkspace = (value: string): string => resolveWorkspaceRoot(value, workspaceRoot);
  const [program, ...leading] = [...manifest.runner.map(inWorkspace), file];
  return {
    binary,
    request: {
      manifest: built.manifest,
      leaf: options.leafId,
      args: options.args,
      expectedFailures: options.expectedFailures,
      command: [program ?? file, ...leading],
      workingDirectory: resolve(workspaceRoot, inWorkspace(manifest.workingDirectory)),
      environment: testEnvironment(
        await runner.host.environment(environment),
        manifest.environment,
        workspaceRoot,
      ),
      limits: {
        warnAfterSeconds: options.warnAfterSeconds,
        killAfterSeconds: options.killAfterSeconds,
      },
    },
  };
}

/** What earlier runs tell of how many tests fit into a process. */
async function consultResources(
  { workspaceRoot, options, runner, project }: LeafRun,
  { request, binary }: PreparedLeaf,
): Promise<LeafResources> {
  const { cargoWorkspace, leaf, leafId } = options;
  return openLeafResources({
    file: resolve(workspaceRoot, resourceFile(cargoWorkspace, options.package, leaf)),
    leaf: leafId,
    project: project.name,
    scope: {
      ceiling: (await runner.readCeiling?.()) ?? {},
      runner: request.command.filter((word) => word !== binary.file),
    },
    now: () => new Date().toISOString(),
  });
}

function notesOn(resources: LeafResources, plan: RunPlan): string[] {
  const parts = plan.processes
    .filter(({ alone }) => alone !== true)
    .map(({ tests }) => tests.length);
  const isLone = plan.processes.some(({ tests }) =>
    tests.some((test) => resources.alone.has(test)),
  );
  const notes = [
    resources.problem,
    resources.describeSplit(parts),
    isLone ? resources.describeAlone() : undefined,
  ];
  return notes.filter((note) => note !== undefined);
}

async function consultLedger(
  run: LeafRun,
  { request, binary }: PreparedLeaf,
  fingerprints: FingerprintFile,
  path: string,
): Promise<LeafReuse> {
  const { options, environment } = run;
  const threads = binary.manifest.harness ? parseTestArguments(options.args).threads : undefined;
  const ledger = await run.ledger.leaf({
    cargoWorkspace: options.cargoWorkspace,
    packageName: options.package,
    binary,
    fingerprints,
    fingerprintFile: path,
    project: run.project.name,
    projectFolder: run.project.folder,
    hashed: run.hashed,
    runner: await run.runner.host.identity(binary.file),
    environment: request.environment,
    workingDirectory: request.workingDirectory,
    killAfterSeconds: options.killAfterSeconds,
    packed: options.packModules,
    ...(threads === undefined ? {} : { threads }),
  });
  return reuseVerdicts({
    ledger,
    mode: reuseMode(options.reuse, environment),
    binary: binary.manifest,
    names: fingerprints.tests.map(({ name }) => name),
    args: options.args,
    expectedFailures: options.expectedFailures,
  });
}

/** The leaf's tests, on which the fingerprint file and the manifest must agree. */
function checkedNames(
  fingerprints: FingerprintFile,
  manifest: Manifest,
  leafId: string,
  path: string,
): readonly string[] {
  if (fingerprints.leaf !== leafId) {
    throw new CargoTestError(
      'INVALID_FILE',
      `${path} is about ${fingerprints.leaf}, not ${leafId}`,
    );
  }
  const entry = manifest.leaves.find((candidate) => candidate.id === leafId);
  const inFile = fingerprints.tests.map((test) => test.name).sort();
  if (entry !== undefined && inFile.length === 0 && entry.tests.length === 0) return [];
  const { names } = findLeaf(manifest, leafId);
  if (JSON.stringify(inFile) !== JSON.stringify([...names].sort())) {
    throw new CargoTestError(
      'SOURCES_CHANGED',
      `${path} and the manifest name different tests for ${leafId}; run the build-tests target again`,
    );
  }
  return names;
}

async function readFingerprintFile(file: string, path: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CargoTestError(
      'GRAPH_OUT_OF_DATE',
      `${path} cannot be read; its build-tests target has to run first`,
      { cause },
    );
  }
}
