import { logger, type CreateNodes } from '@nx/devkit';
import { readCargoSide, type CargoSide } from './cargo-side';
import { inferProjects } from './infer-projects';
import { resolveOptions, type NxCargoTestOptions } from './plugin-options';

/**
 * Makes an Nx project of each Cargo package and targets of its test modules.
 * A Cargo workspace that cargo cannot read is reported once, and its projects'
 * targets fail; those of all others are whole.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` if the plugin's options in nx.json are wrong.
 */
export const createNodes: CreateNodes<NxCargoTestOptions> = [
  '**/Cargo.toml',
  async (manifestFiles, rawOptions, context) => {
    const options = resolveOptions(rawOptions);
    const side = await readCargoSide(manifestFiles, context.workspaceRoot);
    const inferred = await inferProjects(side, context.workspaceRoot, options);
    reportUnreadable(side);
    return inferred.map(({ manifestFile, project }) => [
      manifestFile,
      { projects: { [project.root]: project } },
    ]);
  },
];

function reportUnreadable({ unreadable }: CargoSide): void {
  for (const message of new Set(unreadable.map(({ failure }) => failure.message))) {
    logger.error(`nx-cargo-test: ${message}`);
  }
}
