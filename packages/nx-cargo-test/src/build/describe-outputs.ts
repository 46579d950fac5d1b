import { createHash } from 'node:crypto';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { NamedPlace } from '@nx-cargo-test/object-graph';
import type { CargoWorkspace } from '../cargo/metadata';
import { cargoHome } from '../cargo/toolchain';
import { CargoTestError } from '../errors';
import { FINGERPRINT_SCHEMA, type FingerprintFile } from '../fingerprint/fingerprint-file';
import { MANIFEST_SCHEMA, type Manifest, type ManifestBinary } from '../fingerprint/manifest';
import { formatLeafId } from '../module/test-module';
import { EXECUTOR_BEHAVIOUR } from '../behaviour';
import type { CompiledTests } from './compile-tests';
import type { CompiledBinary } from './compiled-binaries';
import { environmentDigest, packageVariablesDigest, replacePath } from './environment-digest';
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
  { runner, runnerDigest }: CompiledTests,
  places: readonly NamedPlace[],
): FingerprintFile {
  const binary = index === undefined ? undefined : binaries[index];
  const stored = index === undefined ? undefined : taken.binaries[index];
  const readers = new Set(stored?.readsEnvironment);
  const sharing = sharingOf(tests, stored?.state?.statics ?? []);
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
              runner: runnerDigest === undefined ? runner : [...runner, runnerDigest],
              linkArguments: stored?.linkArguments,
            },
            places,
          ),
    ...(binary !== undefined && tests.some((name) => readers.has(name))
      ? { packageVariables: packageVariablesDigest(binary.environment, places) }
      : {}),
    ...(absent === undefined ? {} : { absent }),
    tests: tests.map((name) => {
      const fingerprint = stored?.fingerprints[name];
      if (fingerprint !== undefined) {
        return {
          name,
          fingerprint: `${fingerprint}${sharing.get(name) ?? ''}`,
          ...(readers.has(name) ? { readsEnvironment: true } : {}),
        };
      }
      throw new CargoTestError('LISTING_FAILED', `the test ${name} has no fingerprint`);
    }),
  };
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

/**
 * Says of each test with which others of its process it can act on a static.
 * That one of them uses another static of the same type and value from now on
 * changes no fingerprint of either: what each does by itself is the same.
 */
function sharingOf(
  tests: readonly string[],
  statics: readonly { readonly tests: readonly string[] }[],
): ReadonlyMap<string, string> {
  const present = new Set(tests);
  const sets = new Map<string, Set<string>>();
  for (const shared of statics) {
    const company = shared.tests.filter((test) => present.has(test));
    if (company.length < 2) continue;
    const text = JSON.stringify(company);
    for (const test of company) sets.set(test, (sets.get(test) ?? new Set()).add(text));
  }
  return new Map(
    [...sets].map(([test, texts]) => {
      const digest = createHash('sha256')
        .update([...texts].sort().join('\n'))
        .digest('hex');
      return [test, `-shares-${digest.slice(0, 32)}`];
    }),
  );
}

/**
 * Places whose paths builds write into constants: of cargo's home only where
 * sources lie, and not the user's folder, which a test may well name itself.
 */
export function compiledPlaces(
  workspaceRoot: string,
  cargo: CargoWorkspace,
  environment: Readonly<Record<string, string>>,
): NamedPlace[] {
  const home = cargoHome(environment, cargo.folder);
  return [
    { path: workspaceRoot, token: '{workspaceRoot}' },
    { path: cargo.targetFolder, token: '{targetFolder}' },
    { path: join(home, 'registry/src'), token: '{registry}' },
    { path: join(home, 'git/checkouts'), token: '{gitCheckouts}' },
  ];
}

/** Relative to the Nx workspace root when inside it. */
function workspacePath(workspaceRoot: string, file: string): string {
  const path = relative(workspaceRoot, file);
  return path.startsWith('..') || isAbsolute(path) ? file : path || '.';
}
