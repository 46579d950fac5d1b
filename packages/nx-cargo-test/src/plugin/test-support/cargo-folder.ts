import { logger, type ProjectConfiguration, type ProjectGraphExternalNode } from '@nx/devkit';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createDependencies } from '../create-dependencies';
import { createNodes } from '../create-nodes';
import { DOCTOR_TARGET } from '../doctor-target';
import { targetMetadata } from '../merged-target';

/** What Nx gets from the plugin for a folder. */
export interface PluginAnswer {
  readonly projects: readonly ProjectConfiguration[];
  /** Sorted by name. */
  readonly externalNodes: readonly ProjectGraphExternalNode[];
  /** `source -> target`, sorted. */
  readonly dependencies: readonly string[];
  /** What the plugin logged as errors. */
  readonly errors: readonly string[];
}

/** A folder with Cargo packages that the plugin is asked about as Nx does, with the real cargo. */
export class CargoFolder {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'cargo-folder-')));

  write(files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, file)), { recursive: true });
      writeFileSync(join(this.folder, file), content);
    }
  }

  /** @param manifestFiles The Cargo.toml files that Nx sees. */
  async ask(manifestFiles: readonly string[], options: unknown = {}): Promise<PluginAnswer> {
    const errors: string[] = [];
    const error = jest.spyOn(logger, 'error').mockImplementation((text: string) => {
      errors.push(text);
    });
    try {
      const nodes = await createNodes[1](manifestFiles, options as object, {
        workspaceRoot: this.folder,
        nxJsonConfiguration: {},
      });
      const projects = nodes.flatMap(([, each]) => Object.values(each.projects ?? {}));
      const externalNodes: Record<string, ProjectGraphExternalNode> = Object.assign(
        {},
        ...nodes.map(([, each]) => each.externalNodes ?? {}),
      );
      const dependencies = await createDependencies(options as object, {
        workspaceRoot: this.folder,
        nxJsonConfiguration: {},
        projects: Object.fromEntries(projects.map((each) => [each.name, each])),
        externalNodes,
        fileMap: {
          projectFileMap: {},
          nonProjectFiles: manifestFiles.map((file) => ({ file, hash: '' })),
        },
        filesToProcess: { projectFileMap: {}, nonProjectFiles: [] },
      });
      return {
        projects: projects.filter((each): each is ProjectConfiguration => each.root !== undefined),
        externalNodes: Object.keys(externalNodes)
          .sort()
          .map((name) => externalNodes[name]!),
        dependencies: dependencies.map(({ source, target }) => `${source} -> ${target}`).sort(),
        errors,
      };
    } finally {
      error.mockRestore();
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Why each target of a project fails; `undefined` for one that does not. Left out is the doctor, which is there for that. */
export function failuresOf(project: ProjectConfiguration): Record<string, string | undefined> {
  const targets = Object.entries(project.targets ?? {}).filter(([name]) => name !== DOCTOR_TARGET);
  return Object.fromEntries(
    targets.map(([name, target]) => [name, targetMetadata(target)?.failure?.message]),
  );
}
