import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import type { CargoWorkspace } from '../cargo/metadata';
import { cargoHome } from '../cargo/toolchain';
import { CargoTestError } from '../errors';
import { FINGERPRINT_SCHEMA, type FingerprintFile } from '../fingerprint/fingerprint-file';
import { MANIFEST_SCHEMA, type Manifest, type ManifestBinary } from '../fingerprint/manifest';
import { formatLeafId } from '../module/test-module';
import { EXECUTOR_BEHAVIOUR } from '../behaviour';
import type { CompiledBinary, CompiledTests } from './compile-tests';
import { environmentDigest, replacePath, type NamedPlace } from './environment-digest';
import type { CompiledFingerprints } from './fingerprint-compiled';
import type { Listed } from './list-binaries';
import type { LeafTests } from './select-leaf-tests';

/** The manifest of a build. */
export function describeManifest(
  packageName: string,
  workspaceRoot: string,
  binaries: readonly CompiledBinary[],
  listed: readonly Listed[],
  selected: readonly LeafTests[],
  { runner, target, nativeCpu }: CompiledTests,
  taken: CompiledFingerprints,
): Manifest {
  return {
    schema: MANIFEST_SCHEMA,
    package: packageName,
    binaries: binaries.map((binary, index) => ({
      kind: binary.kind,
      name: binary.name,
      harness: listed[index]!.harness,
      executable: workspacePath(workspaceRoot, binary.executable),
      sha256: binary.sha256,
      workingDirectory: workspacePath(workspaceRoot, binary.workingDirectory ?? workspaceRoot),
      environment: Object.fromEntries(
        Object.entries(binary.environment).map(([name, value]) => [
          name,
          replacePath(value, workspaceRoot, '{workspaceRoot}'),
        ]),
      ),
      runner: [...runner],
      target,
      nativeCpu,
      tests: [...listed[index]!.listing],
      ...describeState(listed[index]!.tests, taken.binaries[index]?.state),
    })),
    leaves: selected.map(({ leaf, binary, tests }) => ({
      id: formatLeafId(leaf),
      ...(binary === undefined ? {} : { binary }),
      tests: [...tests],
    })),
  };
}

/** Tests by their index, as a name may stand there for hundreds of statics. */
function describeState(
  tests: readonly string[],
  state: CompiledFingerprints['binaries'][number]['state'],
): Pick<ManifestBinary, 'sharedState' | 'stateUnknown'> {
  if (state === undefined) return {};
  const indices = new Map(tests.map((name, index) => [name, index]));
  const indicesOf = (names: readonly string[]): number[] =>
    names.flatMap((name) => indices.get(name) ?? []).sort((a, b) => a - b);
  return {
    sharedState: state.statics.map((item) => ({
      name: item.name,
      threadLocal: item.isThreadLocal,
      tests: indicesOf(item.tests),
    })),
    ...(state.unknown.length === 0 ? {} : { stateUnknown: indicesOf(state.unknown) }),
  };
}

/** The fingerprint file of one leaf. */
export function describeLeaf(
  { leaf, binary: index, tests, absent }: LeafTests,
  binaries: readonly CompiledBinary[],
  taken: CompiledFingerprints,
  { runner }: CompiledTests,
  places: readonly NamedPlace[],
): FingerprintFile {
  const binary = index === undefined ? undefined : binaries[index];
  const stored = index === undefined ? undefined : taken.binaries[index];
  return {
    schema: FINGERPRINT_SCHEMA,
    leaf: formatLeafId(leaf),
    behaviour: EXECUTOR_BEHAVIOUR,
    environment:
      binary === undefined
        ? 'none'
        : environmentDigest(
            {
              environment: binary.environment,
              workingDirectory: binary.workingDirectory ?? '',
              runner: [...runner, ...runnerContent(runner)],
              linkArguments: stored?.linkArguments,
            },
            places,
          ),
    ...(absent === undefined ? {} : { absent }),
    tests: tests.map((name) => {
      const fingerprint = stored?.fingerprints[name];
      if (fingerprint !== undefined) return { name, fingerprint };
      throw new CargoTestError('LISTING_FAILED', `the test ${name} has no fingerprint`);
    }),
  };
}

/** A runner that is a file of the user's may change as tests do; one from the `PATH` is part of the system. */
function runnerContent([program = '']: readonly string[]): string[] {
  if (!isAbsolute(program) || !existsSync(program)) return [];
  return [createHash('sha256').update(readFileSync(program)).digest('hex')];
}

/** Places that differ between machines on which tests run alike. */
export function namedPlaces(
  workspaceRoot: string,
  cargo: CargoWorkspace,
  { toolchain }: CompiledTests,
  environment: Readonly<Record<string, string>>,
): NamedPlace[] {
  return [
    { path: workspaceRoot, token: '{workspaceRoot}' },
    { path: cargo.targetFolder, token: '{targetFolder}' },
    { path: toolchain.sysroot, token: '{sysroot}' },
    { path: cargoHome(environment, cargo.folder), token: '{cargoHome}' },
    { path: resolve(environment['HOME'] ?? '/'), token: '{home}' },
  ];
}

/** Relative to the Nx workspace root when inside it. */
function workspacePath(workspaceRoot: string, file: string): string {
  const path = relative(workspaceRoot, file);
  return path.startsWith('..') || isAbsolute(path) ? file : path || '.';
}
