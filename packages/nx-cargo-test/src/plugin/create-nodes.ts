import { logger, type CreateNodes, type CreateNodesResultArray } from '@nx/devkit';
import { posix } from 'node:path';
import type { CargoTestError } from '../errors';
import { readCargoSide, type CargoSide } from './cargo-side';
import { inferProjects, inferredRunner } from './infer-projects';
import { crateNodes, lockFile, readLocks, type WorkspaceLock } from './external-crates';
import { failEveryTarget } from './failed-project';
import type { NxCargoTestOptions } from './plugin-options';
import { findStrayPackage } from './stray-packages';
import { readOptions } from './usable-options';

/**
 * Makes an Nx project of each Cargo package and targets of its test modules.
 * A Cargo workspace that cargo cannot read is reported once, and its projects'
 * targets fail; those of all others are whole. Wrong options in nx.json are reported
 * once, too, and fail all targets of the plugin but none of others.
 */
export const createNodes: CreateNodes<NxCargoTestOptions> = [
  '**/Cargo.toml',
  async (manifestFiles, rawOptions, context) => {
    const { options, setNames, ...read } = readOptions(rawOptions);
    const side = await readCargoSide(manifestFiles, context.workspaceRoot, undefined, {
      cargoInGuest: inferredRunner(options) === 'lima',
    });
    const failure = read.failure ?? findStrayPackage(options, side);
    const inferred = await inferProjects(side, context.workspaceRoot, options);
    report(side, failure);
    const projects = inferred.map(({ manifestFile, project }): Nodes => {
      const whole = failure === undefined ? project : failEveryTarget(project, failure, setNames);
      return [manifestFile, { projects: { [project.root]: whole } }];
    });
    const locks = options.externalNodes ? readLocks(side, context.workspaceRoot) : [];
    return [...projects, ...locks.flatMap(externalNodes)];
  },
];

type Nodes = CreateNodesResultArray[number];

function externalNodes(lock: WorkspaceLock): readonly Nodes[] {
  const { content, cargoWorkspace } = lock;
  if (!(content instanceof Error)) {
    return [[posix.join(cargoWorkspace, 'Cargo.toml'), { externalNodes: crateNodes(content) }]];
  }
  logger.warn(
    `nx-cargo-test: ${lockFile(lock)} cannot be read, so the graph lacks its crates: ${content.message}`,
  );
  return [];
}

function report({ unreadable }: CargoSide, wrongOptions: CargoTestError | undefined): void {
  const failures = [
    ...(wrongOptions === undefined ? [] : [{ failure: wrongOptions }]),
    ...unreadable,
  ];
  for (const message of new Set(failures.map(({ failure }) => failure.message))) {
    logger.error(`nx-cargo-test: ${message}`);
  }
}
