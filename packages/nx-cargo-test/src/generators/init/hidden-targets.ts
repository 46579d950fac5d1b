import { parseJson, readNxJson, type Tree } from '@nx/devkit';
import { posix } from 'node:path';
import * as v from 'valibot';
import type { CargoPackages } from '../cargo-packages';
import { isOurTarget } from '../target-names';

const projectSchema = v.object({
  targets: v.optional(
    v.record(
      v.string(),
      v.object({ executor: v.optional(v.string()), command: v.optional(v.string()) }),
    ),
    {},
  ),
});
const packageSchema = v.object({ scripts: v.optional(v.record(v.string(), v.string()), {}) });

const MONODON_PLUGIN = '@monodon/rust';

/** What stands for each of its executors. */
const MONODON: Readonly<Record<string, string>> = {
  '@monodon/rust:test': 'the inferred target test, and one target for each module',
  '@monodon/rust:build': 'the inferred target build',
  '@monodon/rust:lint': 'the inferred target lint',
  '@monodon/rust:check': 'the inferred target lint, which checks as well',
  '@monodon/rust:run': '`cargo run`; there is no target for it',
};

/**
 * Says which targets of a project.json, and which scripts of a package.json, beside a
 * Cargo.toml take the place of targets that the plugin infers, and what becomes of
 * @monodon/rust.
 */
export function describeHiddenTargets(tree: Tree, { packages }: CargoPackages): string[] {
  const uses: string[] = [];
  const hidden: string[] = [];
  for (const { folder } of packages) {
    const projectFile = posix.join(folder, 'project.json');
    const targets = read(tree, projectFile, projectSchema)?.targets ?? {};
    for (const [name, { command, executor = command ?? '' }] of Object.entries(targets)) {
      if (executor.startsWith(`${MONODON_PLUGIN}:`))
        uses.push(
          `  ${projectFile}: ${name} (${executor}): ${MONODON[executor] ?? 'nothing here'}`,
        );
      else if (isOurTarget(name) && executor !== '' && !executor.startsWith('nx-cargo-test:'))
        hidden.push(`  ${projectFile}: ${name} (${executor})`);
    }
    // Scripts at the root of the workspace are not made targets.
    const packageFile = posix.join(folder, 'package.json');
    if (folder === '.') continue;
    const scripts = read(tree, packageFile, packageSchema)?.scripts ?? {};
    for (const name of Object.keys(scripts))
      if (isOurTarget(name))
        hidden.push(`  ${packageFile}: script ${name}, if the package is one of the workspace`);
  }
  const isPlugin = (readNxJson(tree)?.plugins ?? []).some(
    (plugin) => (typeof plugin === 'string' ? plugin : plugin.plugin) === MONODON_PLUGIN,
  );
  return [
    ...(uses.length === 0
      ? []
      : [
          [
            `These targets use ${MONODON_PLUGIN}, and hide inferred ones of the same name. What stands for them:`,
            ...uses,
            'Delete them.',
          ].join('\n'),
        ]),
    ...(isPlugin
      ? [
          `nx.json names the plugin ${MONODON_PLUGIN}, which infers the same projects and dependencies. Delete it once no target uses its executors.`,
        ]
      : []),
    ...(hidden.length === 0
      ? []
      : [
          [
            'These come before targets that nx-cargo-test infers under the same name. Rename or delete them:',
            ...hidden,
          ].join('\n'),
        ]),
  ];
}

/** Undefined for a file that is not there, or that Nx itself will complain about. */
function read<S extends v.GenericSchema>(
  tree: Tree,
  file: string,
  schema: S,
): v.InferOutput<S> | undefined {
  const text = tree.read(file, 'utf-8');
  if (text === null) return undefined;
  try {
    const result = v.safeParse(schema, parseJson(text));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
