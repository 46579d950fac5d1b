import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as v from 'valibot';
import { messageOf } from '../errors';
import { parseJson } from '../fingerprint/fingerprint-file';
import type { NxFacts } from './nx-checks';
import { readNxJson } from './nx-json';

const manifestSchema = v.object({
  engines: v.object({ node: v.string() }),
  peerDependencies: v.object({ nx: v.string() }),
});

/**
 * Looks at Node.js and Nx without loading Nx, which may be what is broken.
 *
 * @param workspaceRoot Absolute path; undefined outside of an Nx workspace.
 */
export function readNx(workspaceRoot: string | undefined): NxFacts {
  const file = join(__dirname, '../../package.json');
  const { engines, peerDependencies } = parseJson(manifestSchema, readFileSync(file, 'utf8'), file);
  const nx = workspaceRoot === undefined ? undefined : versionOf('nx', workspaceRoot);
  const devkit =
    workspaceRoot === undefined ? undefined : versionOf('@nx/devkit', pluginIn(workspaceRoot));
  return {
    node: process.version,
    nodeRange: engines.node,
    nxRange: peerDependencies.nx,
    ...(workspaceRoot === undefined ? {} : { workspaceRoot }),
    ...(nx === undefined ? {} : { nx }),
    ...(devkit === undefined ? {} : { devkit }),
    nxJson: readNxJson(
      workspaceRoot === undefined ? undefined : readText(join(workspaceRoot, 'nx.json')),
      parseWithComments(workspaceRoot),
    ),
  };
}

/** Version of a package as another folder's files resolve it; undefined if it is not there. */
function versionOf(name: string, folder: string): string | undefined {
  try {
    const from = createRequire(join(folder, 'package.json'));
    const manifest: unknown = from(`${name}/package.json`);
    return v.parse(v.object({ version: v.string() }), manifest).version;
  } catch {
    return undefined;
  }
}

/**
 * Folder of the plugin that the workspace has, or the workspace's own: package managers may give
 * the plugin a package that the workspace cannot see, or another version of it.
 */
function pluginIn(workspaceRoot: string): string {
  try {
    return realpathSync(join(workspaceRoot, 'node_modules/nx-cargo-test'));
  } catch {
    return workspaceRoot;
  }
}

/** Nx's own parser, which takes comments, is loaded only where plain JSON does not do. */
function parseWithComments(workspaceRoot: string | undefined): (text: string) => unknown {
  return (text) => {
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      const parse = workspaceRoot === undefined ? undefined : loadParser(workspaceRoot);
      if (parse !== undefined) return parse(text);
      const message = `${messageOf(cause)}; whether comments are all that is wrong is not known, for want of @nx/devkit`;
      throw new Error(message, { cause });
    }
  };
}

/** Undefined where @nx/devkit cannot be loaded. */
function loadParser(workspaceRoot: string): ((text: string) => unknown) | undefined {
  try {
    const devkit: unknown = createRequire(join(pluginIn(workspaceRoot), 'package.json'))(
      '@nx/devkit',
    );
    const { parseJson: parse } = v.parse(v.looseObject({ parseJson: v.function() }), devkit);
    return (text) => parse(text);
  } catch {
    return undefined;
  }
}

/** Empty text is no JSON, so that what cannot be read is told as such. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
