import type { TargetConfiguration } from '@nx/devkit';
import { EXECUTOR_BEHAVIOUR } from '../behaviour';
import { docJunitFile, docResultFile } from '../doc/doc-result-path';
import { workspacePath } from './build-inputs';
import { BUILD_INPUT } from './command-inputs';
import { placeOptions } from './guest-options';
import {
  packageOptions,
  targetMetadata,
  whyNotCached,
  type PackageTargetsRequest,
} from './package-request';
import type { SharedInputs } from './shared-inputs';

/**
 * The target of the package's doc tests. rustdoc compiles them from source, so
 * they have the inputs of `build-tests`, and those of running tests.
 */
export function docTarget(
  request: PackageTargetsRequest,
  shared: SharedInputs,
): Record<string, TargetConfiguration> {
  const { cargoWorkspace, packageName, docTests, options } = request;
  const target = options.targets.docTests;
  if (docTests === undefined || target === undefined) return {};
  const inputs = [BUILD_INPUT, ...shared.runtime];
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
        {
          requires: {
            dependsOn,
            inputs,
            outputs,
            namedInputs: { ...shared.build, ...shared.tests },
          },
        },
      ),
    },
  };
}
