import type { TargetConfiguration } from '@nx/devkit';
import { EXECUTOR_BEHAVIOUR } from '../behaviour';
import { docJunitFile, docResultFile } from '../doc/doc-result-path';
import { buildInputs, workspacePath } from './build-inputs';
import { guestOf, placeOptions } from './guest-options';
import {
  packageOptions,
  runtimeInputs,
  targetMetadata,
  whyNotCached,
  type PackageTargetsRequest,
} from './package-request';

/**
 * The target of the package's doc tests. rustdoc compiles them from source, so
 * they have the inputs of `build-tests`, and those of running tests.
 */
export function docTarget(request: PackageTargetsRequest): Record<string, TargetConfiguration> {
  const { cargoWorkspace, packageName, docTests, options } = request;
  const target = options.targets.docTests;
  if (docTests === undefined || target === undefined) return {};
  const { buildEnvironment } = options;
  const build = buildInputs({ ...request, buildEnvironment, ...guestOf(request) });
  const inputs = [...build, ...runtimeInputs(request)];
  const outputs = [
    workspacePath(docResultFile(cargoWorkspace, packageName)),
    workspacePath(docJunitFile(cargoWorkspace, packageName)),
  ];
  const dependsOn = request.binaries.length === 0 ? [] : ['build-tests'];
  const why = whyNotCached(request);
  return {
    [target.name]: {
      executor: 'nx-cargo-test:test-doc',
      cache: why === undefined,
      ...(dependsOn.length === 0 ? {} : { dependsOn: [...dependsOn] }),
      inputs,
      outputs,
      options: {
        ...packageOptions(request),
        behaviour: EXECUTOR_BEHAVIOUR,
        warnAfterSeconds: options.warnAfterSeconds,
        killAfterSeconds: options.killAfterSeconds,
        ...placeOptions(request, true),
        ...(target.args.length === 0 ? {} : { args: [...target.args] }),
      },
      metadata: targetMetadata(
        `Doc tests of the library ${docTests}${why === undefined ? '' : `; not cached: ${why}`}`,
        { requires: { dependsOn, inputs, outputs } },
      ),
    },
  };
}
