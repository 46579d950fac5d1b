import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { buildTestBinaries, type BuiltTests } from '../../build/build-test-binaries';
import type { CompiledTests } from '../../build/compile-tests';
import { nativeBuildHost } from '../../build/native-build-host';
import { oneBuildAtATime } from '../../build/one-build-at-a-time';
import { assertSourcesAsHashed, type HashedSources } from '../../build/hashed-sources';
import { clearOutputs, writeFingerprints } from '../../build/write-fingerprints';
import type { CargoWorkspace } from '../../cargo/metadata';
import { CargoTestError } from '../../errors';
import { parseLeafId, type Leaf } from '../../module/test-module';
import { assertTargetIntact } from '../../plugin/merged-target';
import { describeFailure } from '../../report/describe-failure';
import { assertHostRunsTests } from '../../run/host';
import { openRealRunners } from '../test-module/open-real-runners';
import { assertGuestHashed } from '../assert-guest-hashed';
import { assertTargetInputs } from '../assert-target-inputs';
import { parseBuildTestsOptions } from './options';
import { describeBuild } from './describe-build';

/** Compiles the test binaries of a package and writes one fingerprint file per leaf. */
export default async function buildTestsExecutor(
  rawOptions: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const machines = openRealRunners((line) => void process.stdout.write(`${line}\n`));
  try {
    assertTargetIntact(context);
    const options = parseBuildTestsOptions(rawOptions);
    if (options.limaInstance === undefined) assertHostRunsTests();
    else assertGuestHashed(context, options.limaInstance, options.buildEnvironment ?? []);
    const place = {
      workspaceRoot: context.root,
      cargoWorkspace: options.cargoWorkspace,
      packageName: options.package,
    };
    const host = machines.buildHostFor(options, context.root) ?? nativeBuildHost();
    const build = async (): Promise<BuiltTests> => {
      await clearOutputs(place);
      const built = await buildTestBinaries({
        workspaceRoot: context.root,
        options,
        host,
        leaves: (libraryName) => leavesOf(context, libraryName),
        check: (compiled, cargo, hashed) =>
          assertCovered(context, options.buildEnvironment ?? [], compiled, cargo, hashed),
      });
      await writeFingerprints(built, place, host);
      return built;
    };
    const built = await oneBuildAtATime(place, build, () =>
      process.stdout.write(
        `waiting for another command that builds the tests of ${options.package}\n`,
      ),
    );
    process.stdout.write(`${describeBuild(built)}\n`);
    return { success: true };
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    return { success: false };
  } finally {
    await machines.close();
  }
}

/** The leaves that the project's targets stand for. */
function leavesOf(context: ExecutorContext, libraryName: string): Leaf[] {
  return Object.entries(projectTargets(context))
    .filter(([, { executor }]) => executor?.endsWith(':test-module') === true)
    .map(([target, { options }]) => {
      const { leaf: id } = (options ?? {}) as { readonly leaf?: unknown };
      const leaf = typeof id === 'string' ? parseLeafId(id, libraryName) : undefined;
      if (leaf !== undefined) return leaf;
      throw new CargoTestError(
        'INVALID_OPTIONS',
        `${context.projectName}:${target}: leaf: expected a test module such as lib::task or test:name, got ${JSON.stringify(id)}`,
      );
    });
}

async function assertCovered(
  context: ExecutorContext,
  declaredVariables: readonly string[],
  { inputs, messages, config, toolchain, givenEnvironment }: CompiledTests,
  cargo: CargoWorkspace,
  hashed: HashedSources,
): Promise<void> {
  const sources = await assertTargetInputs(context, {
    inputs,
    cargo,
    config,
    buildScripts: messages.buildScripts,
    sysroot: toolchain.sysroot,
    declaredVariables,
    environment: givenEnvironment,
  });
  const manifests = cargo.packages.map(({ manifestFile }) => manifestFile);
  assertSourcesAsHashed([...new Set([...sources, ...manifests])], hashed);
}

function projectTargets(context: ExecutorContext): Record<string, TargetConfiguration> {
  return context.projectGraph.nodes[context.projectName ?? '']?.data.targets ?? {};
}
